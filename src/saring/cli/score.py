"""``saring score``: a table in, the same table with verdicts out."""

from pathlib import Path
from typing import Annotated

import typer


def score(
    table: Annotated[Path, typer.Argument(help="Table of texts: .csv, .tsv, .jsonl or .ndjson.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Where the scored table goes; its ending decides the form.")
    ],
    text_column: Annotated[
        str | None, typer.Option(help="Column that holds the texts.", show_default="found by its name")
    ] = None,
    model: Annotated[
        str, typer.Option(help="Version or folder of the model.", metavar="VERSION|FOLDER")
    ] = "production",
) -> None:
    """Add verdicts to a table of texts; every row and column stays."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TimeRemainingColumn

    from saring.artefact.registry import Registry
    from saring.classifier import Classifier
    from saring.scoring.tables import score_table

    console = Console(stderr=True, highlight=False, markup=False, emoji=False)
    classifier = Classifier.open(Registry().resolve(model))
    with Progress(
        "scoring",
        BarColumn(),
        TaskProgressColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
        console=console,
    ) as bar:
        task = bar.add_task("", total=None)
        summary = score_table(
            table,
            output,
            classifier,
            column=text_column,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    console.print(f"{table}: {summary.described}; texts in column {summary.column!r}")
    console.print(
        f"{summary.read} rows read = {summary.scored} scored + {summary.rejected} without text "
        f"(kept, verdict empty)"
    )
    counts = ", ".join(f"{category} {count}" for category, count in summary.categories.items() if count)
    console.print(f"{summary.flagged} flagged{': ' if counts else ''}{counts}")
    console.print(f"{summary.review} to review")
    console.print(f"wrote {output}")
