"""``saring classify``: judge texts given as arguments or line by line."""

import json
import sys
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import typer

from saring.errors import InputError


class Language(StrEnum):
    """Language of the readable verdict."""

    INDONESIAN = "id"
    ENGLISH = "en"


def classify(
    texts: Annotated[
        list[str] | None,
        typer.Argument(
            help="Texts to judge; without any, one per line from standard input.", show_default=False
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one line of JSON per text, as the service answers.")
    ] = False,
    language: Annotated[
        Language, typer.Option("--lang", help="Language of the verdict.")
    ] = Language.INDONESIAN,
    model: Annotated[
        str, typer.Option(help="Version or folder of the model.", metavar="VERSION|FOLDER")
    ] = "production",
) -> None:
    """Judge texts: which categories, how sure, which words carry that, which point it concerns."""
    if not texts and sys.stdin.isatty():
        raise InputError('nothing to read: saring classify "a text", or pipe one text per line')
    from saring.artefact.registry import Registry
    from saring.classifier import Classifier
    from saring.text import normalise

    classifier = Classifier.open(Registry().resolve(model))
    if not as_json:
        from saring.cli.verdict_view import VerdictView

        view = VerdictView(language.value)
    empty = 0
    for text in _checked(texts) if texts else _lines():
        if not texts and not normalise(text).text:
            empty += 1
            continue
        verdict = classifier.classify(text)
        if as_json:
            typer.echo(json.dumps(verdict.to_dict(), ensure_ascii=False))
        else:
            view.show(text, verdict)
    if empty:
        typer.echo(f"saring: {empty} empty {'line' if empty == 1 else 'lines'} skipped", err=True)


def _checked(texts: list[str]) -> Iterator[str]:
    """Arguments as they are, unless the shell passed bytes that are no UTF-8."""
    for position, text in enumerate(texts, 1):
        try:
            text.encode()
        except UnicodeEncodeError:
            raise InputError(
                f"text {position} is not valid UTF-8: convert it first, for example with iconv"
            ) from None
        yield text


def _lines() -> Iterator[str]:
    """Lines of standard input, as they come."""
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            raise InputError(
                f"line {number} of the input is not valid UTF-8: convert it first, for example with iconv"
            ) from None
