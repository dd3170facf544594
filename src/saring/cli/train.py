"""``saring train``: from a recipe, or from production with newly labelled rows; or the encoder itself."""

from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from saring.cli.models import DATASET, DatasetOption, dataset_at_hand
from saring.errors import CorpusError, RecipeError

if TYPE_CHECKING:
    from saring.artefact.registry import Registry
    from saring.corpora.dataset import Dataset
    from saring.training.recipe import AdaptationRecipe, Recipe

QUICK = Path("recipes/quick.toml")

_console = Console(stderr=True, highlight=False)


def train(
    recipe: Annotated[
        Path | None,
        typer.Argument(help=f"A recipe, for example recipes/saring-id.toml; with --from {QUICK} by default."),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option("--from", help="Go on from these weights: production, a version or a folder."),
    ] = None,
    add: Annotated[
        list[Path] | None,
        typer.Option(
            help="Newly labelled rows: CSV, JSON lines or a Label Studio export.", exists=True, dir_okay=False
        ),
    ] = None,
    dataset: DatasetOption = None,
    baseline: Annotated[
        str | None, typer.Option(help="An evaluated model whose figures stand beside in the card.")
    ] = None,
    version: Annotated[str | None, typer.Option(help="The new version (by default the date).")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where the run is kept (by default runs/NAME-VERSION).")
    ] = None,
    register: Annotated[bool, typer.Option(help="Enter the model in the registry when it is done.")] = True,
) -> None:
    """Train a model. A run that was killed goes on where it was when it is started again.

    The new version is entered in the registry; `saring models promote` puts it into production.
    A recipe of the kind `encoder` (recipes/adapt.toml) trains the encoder on unlabelled text instead.
    """
    from saring.artefact.registry import Registry
    from saring.training.recipe import AdaptationRecipe, load_recipe
    from saring.training.run import train as run

    if recipe is None and start is None:
        raise RecipeError("say what to train: a recipe such as recipes/saring-id.toml, or --from production")
    if add and start is None:
        raise RecipeError("--add needs --from: newly labelled rows are added to a model that is there")
    plan = load_recipe(recipe or QUICK)
    if isinstance(plan, AdaptationRecipe):
        if start or add or baseline or version:
            raise RecipeError(
                f"{recipe} trains an encoder: --from, --add, --baseline and --version are for models; "
                "it begins with the source under [encoder]"
            )
        _adapt(plan, dataset, out or Path("runs") / plan.name)
        return
    registry = Registry()
    begin = registry.resolve(start, plan.name) if start else None
    known = dataset_at_hand(dataset)
    rows = _rows_to_train(known, add or [], plan)
    name = version or _today(registry, plan.name)
    folder = out or Path("runs") / f"{plan.name}-{name}"
    candidate = run(plan, rows, name, folder, begin)
    if known is None:
        _console.print(f"not measured: there is no frozen test without {DATASET} (saring data build)")
    else:
        _measure(candidate, known, dataset or DATASET, registry.resolve(baseline) if baseline else None)
    if not register:
        _console.print(f"the model is in {candidate}")
        return
    registry.publish(candidate, plan.name, name)
    _console.print(f"{plan.name} {name} is in the registry. Next: saring compare production {name}")


def _adapt(plan: "AdaptationRecipe", dataset: Path | None, folder: Path) -> None:
    from saring.corpora.protected import protected_texts
    from saring.training.adapt import adapt

    known = dataset_at_hand(dataset)
    if known is None:
        raise CorpusError(
            f"no dataset at {DATASET}, so that lines which repeat its test rows cannot be left out: "
            "run `saring data build`, or give --dataset"
        )
    tested = protected_texts(known)
    counts = ", ".join(f"{name} {len(texts):,}" for name, texts in tested.items())
    _console.print(f"lines that repeat a tested text are left out: {counts}")
    encoder = adapt(plan, tested, folder)
    _console.print((encoder / "README.md").read_text(encoding="utf-8"), markup=False)
    _console.print(
        f'the encoder is in {encoder}. Next: put source = "{encoder}" under [encoder] '
        "in recipes/saring-id.toml, and train that"
    )


def _rows_to_train(known: "Dataset | None", add: list[Path], plan: "Recipe") -> "Dataset":
    from saring.corpora.added import read_added
    from saring.corpora.authored import authored_dataset
    from saring.training.retrain import mix, sources

    if not add:
        if known is None:
            raise CorpusError(f"no dataset at {DATASET}: run `saring data build`, or give --dataset")
        return known
    added, understood = read_added(add, known)
    _console.print(understood)
    mixed = mix(added, authored_dataset() if known is None else known, plan.rehearsal, plan.seed)
    _console.print(f"training on {sources(mixed)}")
    return mixed


def _measure(candidate: Path, known: "Dataset", path: Path, baseline: Path | None) -> None:
    from saring.artefact.manifest import Manifest
    from saring.classifier import Classifier
    from saring.cli.evaluate import figures_table
    from saring.corpora.dataset import Dataset
    from saring.evaluation.fairness import load_identities
    from saring.evaluation.functional import load_functional
    from saring.evaluation.ordinary import load_ordinary
    from saring.evaluation.run import evaluate_candidate

    beside = path.with_name("gauge.parquet")
    manifest = evaluate_candidate(
        candidate,
        Classifier.open(candidate),
        known,
        Dataset.load(beside) if beside.is_file() else None,
        load_ordinary(),
        functional=load_functional(),
        identities=load_identities(),
        baseline=Manifest.read(baseline) if baseline else None,
    )
    _console.print(figures_table(manifest.evaluation, f"{manifest.name} {manifest.version}"))


def _today(registry: "Registry", name: str) -> str:
    """The date, with a number where the day has a version already."""
    from saring.artefact.manifest import MissingModelError

    try:
        taken = registry.versions(name) if name in registry.names() else {}
    except MissingModelError:
        taken = {}
    date = datetime.now(UTC).strftime("%Y.%m.%d")
    return next(v for v in (date if n == 1 else f"{date}.{n}" for n in count(1)) if v not in taken)
