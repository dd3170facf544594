"""The command ``saring``: finds the command that is asked for, and prints errors as one line."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from saring import __version__
from saring.errors import MissingExtraError, SaringError


@dataclass(frozen=True, slots=True)
class _Home:
    """Where a command lives, and the extra whose packages it may need."""

    module: str
    attribute: str
    help: str
    extra: str | None = None


_COMMANDS = {
    "classify": _Home("classify", "classify", "Judge texts: which categories, how sure, which words."),
    "score": _Home("score", "score", "Add verdicts to tables of texts, in most formats.", "score"),
    "serve": _Home("serve", "serve", "Run the service: POST /classify.", "serve"),
    "feedback": _Home("feedback", "app", "Export the service's corrections for training.", "serve"),
    "keys": _Home("keys", "app", "Make, list and revoke keys for the service.", "serve"),
    "models": _Home("models", "app", "List, verify and promote models.", "train"),
    "train": _Home("train", "train", "Train a model from a recipe, or go on from production.", "train"),
    "evaluate": _Home("evaluate", "evaluate", "Measure a model on the frozen test.", "train"),
    "compare": _Home("compare", "compare", "Compare two models, category by category.", "train"),
    "export": _Home("export", "export", "Export a trained model to ONNX.", "train"),
    "data": _Home("data", "app", "Fetch, check, build, count and sample texts to label.", "train"),
}


class _Commands(TyperGroup):
    """Lists commands by stand-ins and imports a command's module only when that command runs."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for name, home in _COMMANDS.items():
            self.add_command(TyperCommand(name, help=home.help))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command itself in place of its stand-in."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, _load(name) if name in _COMMANDS else command, rest

    def invoke(self, ctx: Any) -> Any:
        """Run the command; an error that the user can act on is one line and exit code 2."""
        try:
            with _naming_the_extra(lambda: ctx.invoked_subcommand):
                return super().invoke(ctx)
        except SaringError as error:
            typer.echo(f"saring: {error}", err=True)
            raise typer.Exit(2) from error


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # texts are private
)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"saring {__version__}")
        raise typer.Exit


@app.callback()
def saring(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version),
    ] = False,
) -> None:
    """Saring sebelum sharing: sift Indonesian text before it is shared."""


def _load(name: str) -> Any:
    home = _COMMANDS[name]
    with _naming_the_extra(lambda: name):
        found = getattr(import_module(f"saring.cli.{home.module}"), home.attribute)
    if not isinstance(found, typer.Typer):
        command, found = found, typer.Typer(add_completion=False)
        found.command(name=name)(command)
    return typer.main.get_command(found)


@contextmanager
def _naming_the_extra(command: Callable[[], str | None]) -> Iterator[None]:
    """Turn a missing package into the extra of ``command`` that brings it, where there is one."""
    try:
        yield
    except ModuleNotFoundError as error:
        name = command()
        extra = _COMMANDS[name].extra if name in _COMMANDS else None
        if extra is None or error.name is None or error.name.partition(".")[0] == "saring":
            raise
        raise MissingExtraError(f"saring {name}", error.name, extra) from error


def main() -> None:
    """Entry point of the command ``saring``."""
    app(prog_name="saring")


if __name__ == "__main__":
    main()
