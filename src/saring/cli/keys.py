"""``saring keys``: who may use the service, where it requires keys."""

from importlib import import_module
from typing import Annotated, Any

import typer

_Name = Annotated[str, typer.Argument(help="Whose key it is.", show_default=False)]

app = typer.Typer(no_args_is_help=True, help="Who may use the service, where it requires keys.")


@app.callback()
def keys() -> None:
    """Who may use the service, where it requires keys (SARING_REQUIRE_KEYS=1)."""


@app.command()
def add(
    name: _Name,
    role: Annotated[
        str, typer.Option(help="classify, review (and corrections) or admin (and metrics).")
    ] = "classify",
    rate: Annotated[
        int | None,
        typer.Option(min=1, help="Requests a minute, each text counted; default: SARING_RATE_PER_MINUTE."),
    ] = None,
) -> None:
    """Make a key and print it, this once: only its digest is kept."""
    typer.echo(_ask("add", name, role, rate))
    typer.echo("Keep it: it is not shown again. The service takes it within a second.", err=True)


@app.command("list")
def list_() -> None:
    """Show names, roles and rates; nobody can show a key."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table("name", "role", "rate", "made", box=box.SIMPLE_HEAD)
    for key in _ask("all"):
        table.add_row(key.name, key.role, str(key.rate or "-"), f"{key.created:%Y-%m-%d %H:%M}")
    Console().print(table if table.row_count else "no keys")


@app.command()
def revoke(name: _Name) -> None:
    """Delete a key; the service refuses it within a second."""
    _ask("revoke", name)
    typer.echo(f"{name} is revoked")


def _ask(method: str, *arguments: Any) -> Any:
    """What ``method`` of the key store returns."""
    # by name: the service imports saring, never the reverse
    settings = import_module("saring_serve.settings").Settings.from_environment()
    with import_module("saring_serve.store.keys").opened(settings.store) as store:
        return getattr(store, method)(*arguments)
