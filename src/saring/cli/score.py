"""``saring score``: a table in, the same table with verdicts out."""

from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from saring.errors import InputError

if TYPE_CHECKING:
    from saring.scoring.runner import Engine


class EngineName(StrEnum):
    """Where texts are scored."""

    LOCAL = "local"
    RAY = "ray"


def score(
    table: Annotated[
        str,
        typer.Argument(
            help="Texts: .csv, .tsv, .json, .jsonl, .parquet, .xlsx, WhatsApp .txt, each also .gz or .zst; "
            "a folder, a pattern, s3://, gs://, or - for standard input."
        ),
    ],
    output: Annotated[
        str,
        typer.Option("--output", "-o", help="Where the scored table goes, its format by its ending; or -."),
    ],
    text_column: Annotated[
        str | None, typer.Option(help="Column that holds the texts.", show_default="found by its name")
    ] = None,
    report: Annotated[
        str | None,
        typer.Option(
            help="Where a page of the figures goes, .html, to read and to print; and its .json beside it.",
            show_default="none",
        ),
    ] = None,
    model: Annotated[
        str, typer.Option(help="Version or folder of the model.", metavar="VERSION|FOLDER")
    ] = "production",
    engine: Annotated[
        EngineName,
        typer.Option(help="Score in this process, or on a Ray cluster: the output is the same."),
    ] = EngineName.LOCAL,
    ray_address: Annotated[
        str | None,
        typer.Option(
            help="The Ray cluster, or auto for the one that this machine is part of.",
            metavar="HOST:PORT",
            show_default="one of this machine, started and ended with the run",
        ),
    ] = None,
) -> None:
    """Add verdicts to a table of texts; every row and column stays. Run it again to go on after a stop."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    from saring.artefact.registry import Registry
    from saring.classifier import Classifier
    from saring.scoring.places import shown
    from saring.scoring.tables import score_table

    console = Console(stderr=True, highlight=False, markup=False, emoji=False)
    folder = Registry().resolve(model)
    classifier = Classifier.open(folder)
    with (
        _engine(engine, folder, ray_address) as scorer,
        Progress(
            "scoring",
            BarColumn(),
            TaskProgressColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(elapsed_when_finished=True),
            console=console,
        ) as bar,
    ):
        task = bar.add_task("", total=None, rate="")

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)
            if speed := bar.tasks[0].speed:
                bar.update(task, rate=f"{speed:,.0f} rows/s")

        summary = score_table(
            table,
            output,
            classifier,
            column=text_column,
            report=report,
            engine=scorer,
            progress=progress,
        )
    for understood in summary.understood:
        console.print(f"read as {understood}")
    console.print(f"{summary.read} rows read = {summary.scored} scored + {summary.rejected} rejected")
    if summary.rejections:
        console.print(f"rejected rows are named, with the reason, in {summary.rejections}")
    if summary.scored:
        console.print(f"{summary.repeated} repeat another text ({summary.repeated / summary.scored:.1%})")
    counts = ", ".join(f"{category} {count}" for category, count in summary.categories.items() if count)
    console.print(f"{summary.flagged} flagged{': ' if counts else ''}{counts}")
    console.print(f"{summary.review} to review")
    console.print(f"wrote {shown(output)}" if output != "-" else "wrote standard output")
    if report is not None:
        console.print(f"wrote {shown(report)}, with its figures as .json beside it")


def _engine(
    name: EngineName, model: Path, ray_address: str | None
) -> AbstractContextManager["Engine | None"]:
    if name is EngineName.RAY:
        from saring.scoring.ray import ray_engine

        return ray_engine(model, ray_address)
    if ray_address:
        raise InputError("--ray-address goes with --engine ray")
    return nullcontext()
