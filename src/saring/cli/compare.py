"""``saring compare``: two models on the frozen test, category by category, and what flipped."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from saring.cli.models import DatasetOption, dataset_at_hand
from saring.cli.points_table import points_table

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from saring.evaluation.comparison import Comparison, Difference, Flip

_SHOWN = 160  # characters of a flipped text


def compare(
    before: Annotated[str, typer.Argument(help="production, VERSION, NAME/VERSION or a folder.")],
    after: Annotated[str, typer.Argument(help="The model to hold against it.")],
    dataset: DatasetOption = None,
    flips: Annotated[int, typer.Option(min=0, help="How many flipped texts to show per category.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON, without texts.")] = False,
) -> None:
    """Compare two models on the frozen test: differences with intervals, and the texts that flipped."""
    from saring.artefact.manifest import open_model
    from saring.artefact.registry import Registry
    from saring.errors import EvaluationError
    from saring.evaluation.run import compare_models

    registry = Registry()
    pair = [(folder, open_model(folder)) for folder in (registry.resolve(before), registry.resolve(after))]
    rows = dataset_at_hand(dataset)
    try:
        comparison = compare_models(pair[0], pair[1], rows if dataset is not None else None)
    except EvaluationError:
        if rows is None:
            raise
        comparison = compare_models(pair[0], pair[1], rows)
    if as_json:
        typer.echo(json.dumps(comparison.to_dict(), ensure_ascii=False, indent=2))
        return
    from rich.console import Console

    console = Console()
    console.print(comparison_table(comparison, pair[0][1].version, pair[1][1].version))
    texts = dict(zip(rows.keys, rows.texts, strict=True)) if rows is not None else {}
    _print_flips(console, comparison, texts, flips)
    worse = comparison.worse()
    console.print("Worse beyond its interval:" if worse else "Worse beyond its interval: nowhere.")
    for place in worse:
        console.print(f"  {place}", highlight=False)


def comparison_table(comparison: "Comparison", before: str, after: str) -> "Table":
    """F1 and average precision of both models, in points, with the paired interval of the difference."""
    table = points_table(
        f"{before} -> {after}, {comparison.rows:,} rows of the frozen test",
        "category",
        ("F1", "difference", "AP", "difference"),
        caption="points of 100; in brackets 95 % intervals; red: worse, green: better beyond it",
    )
    for category, f1 in comparison.f1.items():
        table.add_row(category, *_cells(f1), *_cells(comparison.average_precision[category]))
    table.add_section()
    table.add_row("macro", *_cells(comparison.macro_f1), *_cells(comparison.macro_average_precision))
    table.add_row("clean flagged", *_cells(comparison.clean_flagged, lower_is_better=True), "", "")
    return table


def _cells(one: "Difference", lower_is_better: bool = False) -> tuple[str, str]:
    spread = one.difference
    if one.before is None or one.after is None or spread.value is None:
        return "-", "-"
    both = f"{100 * one.before:.1f} {100 * one.after:.1f}"
    if spread.low is None or spread.high is None:
        return both, f"{100 * spread.value:+.1f}"
    words = f"{100 * spread.value:+.1f} ({100 * spread.low:+.1f} {100 * spread.high:+.1f})"
    rose, fell = spread.low > 0, spread.high < 0
    good, bad = (fell, rose) if lower_is_better else (rose, fell)
    return both, f"[green]{words}[/green]" if good else f"[red]{words}[/red]" if bad else words


def _print_flips(console: "Console", comparison: "Comparison", texts: Mapping[str, str], limit: int) -> None:
    from rich.text import Text

    for category in comparison.f1:
        own = [flip for flip in comparison.flips if flip.category == category]
        if not own:
            continue
        right = sum(flip.better is True for flip in own)
        wrong = sum(flip.better is False for flip in own)
        console.print(
            f"[bold]{category}[/bold]: {len(own)} flipped, {right} to right, {wrong} to wrong",
            highlight=False,
        )
        for flip in sorted(own, key=lambda one: (one.better is not False, -abs(one.after - one.before)))[
            :limit
        ]:
            console.print(Text(_flip_line(flip, texts.get(flip.key))))
        if len(own) > limit:
            console.print(f"  ... and {len(own) - limit} more (--flips)", highlight=False)


def _flip_line(flip: "Flip", text: str | None) -> str:
    verdict = {True: "right", False: "WRONG", None: "unknown"}[flip.better]
    state = "flagged" if flip.flagged else "no longer flagged"
    what = flip.key
    if text is not None:
        one_line = "".join(letter if letter.isprintable() else " " for letter in text)
        what = one_line if len(one_line) <= _SHOWN else f"{one_line[:_SHOWN]}..."
    return f"  {verdict}: {state}, {flip.before:.2f} -> {flip.after:.2f}: {what}"
