"""``saring data``: fetch, check, build and count the labelled texts, and sample what to label next."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from saring.cli.models import DATASET, DatasetOption, dataset_at_hand
from saring.errors import CorpusError

if TYPE_CHECKING:
    from rich.console import Console

    from saring.corpora.pool import Progress

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Fetch, check, build, count and sample texts to label."
)

_TABLE_WIDTH = 120


class Licence(StrEnum):
    """Which sources may enter: ``permissive`` leaves out non-commercial and unstated ones."""

    all = "all"
    permissive = "permissive"


@app.command()
def fetch(
    corpora: Annotated[list[str] | None, typer.Argument(help="Corpora to fetch (all of them).")] = None,
    licence: Annotated[Licence, typer.Option(help="Fetch only sources under these terms.")] = Licence.all,
    out: Annotated[
        Path | None, typer.Option(help="Folder to fetch into (data/corpora).", show_default=False)
    ] = None,
) -> None:
    """Fetch the originals from where they were published; what is here and right is kept."""
    from rich.console import Console

    from saring.corpora.catalogue import default_destination, load_catalogue
    from saring.corpora.fetch import fetch_corpora

    console = Console(stderr=True)
    catalogue = load_catalogue()
    if licence is Licence.permissive:
        catalogue = catalogue.permissive()
    wanted = [catalogue[name] for name in corpora] if corpora else list(catalogue.corpora)
    destination = out or default_destination()
    fetched = fetch_corpora(wanted, destination, tell=lambda line: console.print(line, markup=False))
    console.print(
        f"{fetched.fetched} fetched, {fetched.present} here already, in {destination}", markup=False
    )
    if fetched.failures:
        raise CorpusError(f"{len(fetched.failures)} files could not be fetched; run it again for the rest")


@app.command()
def check() -> None:
    """Compare the corpora here with the catalogue, byte for byte."""
    from rich.console import Console

    from saring.corpora.catalogue import corpora_root, load_catalogue
    from saring.corpora.check import check_corpora

    console = Console()
    root = corpora_root()
    found = check_corpora(load_catalogue(), root)
    console.print(f"{len(found.verified)} corpora in {root} are the catalogue's, byte for byte", markup=False)
    if found.missing:
        console.print(f"missing: {', '.join(found.missing)}", markup=False)


@app.command()
def build(
    licence: Annotated[Licence, typer.Option(help="Sources that may enter.")] = Licence.all,
    out: Annotated[Path, typer.Option(help="The dataset, a parquet file.")] = DATASET,
    rows_per_pattern: Annotated[
        int, typer.Option(min=0, help="Rows with the same corpus labels that enter from one corpus.")
    ] = 3000,
) -> None:
    """Read, decode, group and split everything; beside the dataset goes its gauge of false alarms."""
    from saring.corpora.build import build_dataset, gauge_rows
    from saring.corpora.catalogue import Catalogue, corpora_root, load_catalogue
    from saring.corpora.check import check_corpora
    from saring.corpora.pool import read_pool
    from saring.corpora.statistics import count, summary_table

    console = _wide_console()
    root, catalogue = corpora_root(), load_catalogue()
    absent = check_corpora(catalogue, root).missing
    if licence is Licence.permissive and absent:
        # Closed corpora are grouped along where they are here, so that the split is the full build's.
        catalogue = Catalogue(
            tuple(corpus for corpus in catalogue.corpora if corpus.permissive or corpus.id not in absent)
        )
        console.print(f"grouped without {len(absent)} corpora that are not here: the split may differ")
    with _progress() as progress:
        pool = read_pool(catalogue, corpora=root, cache=out.parent / "signatures", on_progress=progress)
    dataset = build_dataset(pool, licence=licence.value, rows_per_pattern=rows_per_pattern)
    gauge = gauge_rows(pool, licence=licence.value)
    dataset.save(out)
    gauge_path = out.with_name("gauge.parquet")
    gauge.save(gauge_path)
    console.print(summary_table(count(dataset)))
    console.print(
        f"{len(dataset):,} of {len(pool.rows):,} rows in {out}, "
        f"{len(gauge):,} rows held to be clean in {gauge_path}\n"
        f"left out: {pool.unsafe:,} by the minor-safety rule, "
        f"{int(pool.groups.straddling.sum()):,} that straddle the split; "
        f"{pool.judged_missing:,} annotations found no row",
        markup=False,
    )


@app.command()
def stats(
    dataset: Annotated[Path, typer.Option(help="The dataset to count.")] = DATASET,
    out: Annotated[Path | None, typer.Option(help="Where the plot goes (beside the dataset).")] = None,
) -> None:
    """Count rows by source, category, split and origin, and save a plot."""
    from saring.corpora.dataset import Dataset
    from saring.corpora.statistics import count, plot, source_table, summary_table

    console = _wide_console()
    counts = count(Dataset.load(dataset))
    picture = out or dataset.with_name("dataset.png")
    console.print(source_table(counts))
    console.print(summary_table(counts))
    picture.parent.mkdir(parents=True, exist_ok=True)
    plot(counts).savefig(picture, dpi=150)
    console.print(f"plot: {picture}", markup=False)


@app.command()
def sample(
    source: Annotated[
        Path,
        typer.Option(
            "--from",
            help="Unlabelled texts: CSV, JSON lines, or .txt with one a line.",
            exists=True,
            dir_okay=False,
        ),
    ],
    strategy: Annotated[str, typer.Option(metavar="uncertain|diverse|likely:CATEGORY")] = "uncertain",
    count: Annotated[int, typer.Option(min=1, help="How many texts.")] = 100,
    text_column: Annotated[
        str | None, typer.Option(help="Column that holds the texts.", show_default="found by its name")
    ] = None,
    labelled: Annotated[
        list[Path] | None,
        typer.Option(
            help="Labels of earlier months, as train --add takes them: not asked for again.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    dataset: DatasetOption = None,
    model: Annotated[
        str, typer.Option(help="Version or folder of the model.", metavar="VERSION|FOLDER")
    ] = "production",
    out: Annotated[
        Path, typer.Option(help="Where they go: .csv, .json (Label Studio), or no ending for both.")
    ] = Path("build/sample"),
) -> None:
    """Choose the texts worth labelling next; filled in, `saring train --add` takes them back."""
    from rich.console import Console

    from saring.artefact.registry import Registry
    from saring.classifier import Classifier
    from saring.corpora.added import read_added
    from saring.corpora.annotations import judged_keys
    from saring.corpora.dataset import Dataset
    from saring.corpora.labelling import label_files, write_label_files
    from saring.scoring.sources import read_texts
    from saring.training.selection import in_words, select

    files = label_files(out)
    classifier = Classifier.open(Registry().resolve(model))
    known = dataset_at_hand(dataset) or Dataset.empty()
    if labelled:
        known = known.concat(read_added(labelled)[0])
    with _progress() as progress:
        chosen = select(
            read_texts(source, text_column),
            strategy,
            count,
            classifier,
            known,
            judged_keys(),
            signature_cache=(dataset or DATASET).with_name("signatures"),
            on_progress=progress,
        )
    judge = f"{classifier.manifest.name} {classifier.manifest.version}"
    write_label_files(files, chosen.texts, chosen.suggested, judge)
    Console().print(
        f"{len(chosen.texts):,} of {chosen.read:,} texts ({strategy}, {judge}) "
        f"in {' and '.join(map(str, files))}\nleft out: {in_words(chosen.left_out)}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )


@app.command()
def annotations(
    judged: Annotated[Path, typer.Option("--from", help="Judged texts: JSON lines, zstd.", exists=True)],
    out: Annotated[
        Path | None, typer.Option(help="The key file (data/annotations/annotations.csv).", show_default=False)
    ] = None,
) -> None:
    """Turn judged texts into the key file that the repository holds: corpus, row key, labels, no text."""
    from rich.console import Console

    from saring.corpora.annotations import annotations_file, convert, every_text

    found = convert(judged, every_text(), out or annotations_file())
    console = Console()
    console.print(
        f"{found.matched:,} judged texts found their row, {sum(found.unmatched.values()):,} did not"
    )
    for corpus, missing in sorted(found.unmatched.items()):
        console.print(f"  {corpus}: {missing}", markup=False)


def _wide_console() -> "Console":
    """Tables keep their columns where the terminal is narrow or the output is a file."""
    from rich.console import Console

    return Console(width=max(Console().width, _TABLE_WIDTH))


@contextmanager
def _progress() -> Iterator["Progress"]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        tasks: dict[str, TaskID] = {}

        def report(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bar.add_task(step, total=total)
            bar.update(tasks[step], completed=done)

        yield report
