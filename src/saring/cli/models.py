"""``saring models``: what versions there are, whether they are whole, which one is production."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from saring.artefact.registry import MODEL_NAME, Registry, user

if TYPE_CHECKING:
    from saring.corpora.dataset import Dataset

app = typer.Typer(no_args_is_help=True, add_completion=False, help="List, verify and promote models.")

DATASET = Path("build/dataset.parquet")
DatasetOption = Annotated[
    Path | None,
    typer.Option(
        "--dataset",
        help=f"Dataset that has the frozen test's texts ({DATASET} where it is there).",
        show_default=False,
        exists=True,
        dir_okay=False,
    ),
]


def dataset_at_hand(named: Path | None) -> "Dataset | None":
    """The dataset that was named, else the built one, else ``None``."""
    path = named or (DATASET if DATASET.is_file() else None)
    if path is None:
        return None
    from saring.corpora.dataset import Dataset

    return Dataset.load(path)


@app.command("list")
def list_models() -> None:
    """List the versions, newest last; * marks the one in production."""
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from saring.artefact.manifest import Manifest
    from saring.errors import ArtefactError

    registry = Registry()
    caption = f"macro F1 and average precision in points of 100; * in production; in {registry.root}"
    table = Table(
        box=box.SIMPLE_HEAD,
        caption=caption,
        caption_justify="left",
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    for title in ("version", "kind", "added"):
        table.add_column(title, no_wrap=True)
    for title in ("F1", "AP"):
        table.add_column(title, justify="right")
    table.add_column("promoted because")
    for name in registry.names():
        production = registry.production_version(name)
        versions = registry.versions(name)
        for version in sorted(versions, key=lambda one: str(versions[one]["added"]["when"])):
            entry = versions[version]
            try:
                manifest = Manifest.read(registry.path(name, version))
                macro = manifest.evaluation.get("macro", {})
                kind: str = manifest.kind
                scores = [_percent(macro.get(key, {}).get("value")) for key in ("f1", "average_precision")]
            except ArtefactError:
                kind, scores = "[red]cannot be read[/red]", ["", ""]
            last = entry["promoted"][-1] if entry["promoted"] else None
            why = escape(f"{last['why']}{' (forced)' if last['forced'] else ''}") if last else ""
            mark = "*" if version == production else ""
            table.add_row(f"{name}/{version}{mark}", kind, entry["added"]["when"][:10], *scores, why)
    Console().print(table)


@app.command()
def verify(
    version: Annotated[
        str | None, typer.Argument(help="VERSION, NAME/VERSION or folder; all when left out.")
    ] = None,
) -> None:
    """Check every digest of a model; exit code 2 when one does not open."""
    from saring.artefact.manifest import open_model
    from saring.errors import ArtefactError

    registry = Registry()
    if version is not None:
        folders = [registry.resolve(version)]
    else:
        folders = [registry.path(name, each) for name in registry.names() for each in registry.versions(name)]
    broken = 0
    for folder in folders:
        try:
            manifest = open_model(folder)
        except ArtefactError as error:
            broken += 1
            typer.echo(f"broken: {error}", err=True)
        else:
            typer.echo(f"whole: {manifest.name} {manifest.version}, {len(manifest.files)} files")
    if broken or not folders:
        if not folders:
            typer.echo(f"saring: no models under {registry.root}", err=True)
        raise typer.Exit(2)


@app.command()
def promote(
    version: Annotated[
        str,
        typer.Argument(help="VERSION, NAME/VERSION, or the folder of a candidate, which is published first."),
    ],
    why: Annotated[str, typer.Option(help="The reason, for the record.")],
    force: Annotated[bool, typer.Option("--force", help="Promote even if worse; this is recorded.")] = False,
    who: Annotated[str | None, typer.Option(help="Who promotes (by default the user).")] = None,
    dataset: DatasetOption = None,
) -> None:
    """Make a version the production one, unless it is worse on the frozen test beyond its interval."""
    from rich.console import Console

    from saring.artefact.manifest import Manifest
    from saring.cli.compare import comparison_table
    from saring.evaluation.promotion import WorseModelError, promote_model

    registry = Registry()
    folder = registry.resolve(version, MODEL_NAME)
    manifest = Manifest.read(folder)
    console = Console()
    try:
        comparison = promote_model(
            registry,
            folder,
            who=who or user(),
            why=why,
            force=force,
            dataset=dataset_at_hand(dataset) if dataset is not None else None,
        )
    except WorseModelError as error:
        console.print(comparison_table(error.comparison, "production", manifest.version))
        raise
    if comparison is not None:
        console.print(comparison_table(comparison, "before", "now"))
        for place in comparison.worse():
            console.print(f"worse: {place}", highlight=False)
    typer.echo(f"{manifest.name} {manifest.version} is in production under {registry.root}")


def _percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.1f}"
