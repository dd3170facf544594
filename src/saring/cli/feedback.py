"""``saring feedback``: the corrections that the service keeps."""

from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="The corrections that the service keeps.")


@app.callback()
def feedback() -> None:
    """The corrections that the service keeps."""


@app.command()
def export(
    out: Annotated[Path, typer.Option(help="CSV to write; saring train --add reads it.")],
    texts: Annotated[
        list[Path] | None,
        typer.Option(
            help="File with texts that are not stored (CSV, JSONL, .txt), found by their key.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    latest: Annotated[
        bool, typer.Option("--latest", help="Where corrections differ, take the latest.")
    ] = False,
) -> None:
    """Write the corrections as labels; those that differ are shown and left out."""
    from rich.console import Console

    # by name: the service imports saring, never the reverse
    settings = import_module("saring_serve.settings").Settings.from_environment()
    exported = import_module("saring_serve.store.export").export_labels(
        settings.store, out, texts=texts or (), latest=latest
    )
    Console().print(exported)
