"""The service's requests as methods."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

from saring.client import answers
from saring.client.answers import Correction, ServedModel
from saring.client.connection import ClientError, Connection
from saring.client.files import Progress, score_file
from saring.errors import InputError
from saring.verdict import Verdict

if TYPE_CHECKING:
    from saring.scoring.tables import Summary

_TEXTS = 64  # so few that even the longest are judged within seconds


class Client:
    """A service at ``url``; ``key`` where it requires keys. Calls from several threads are safe.

    A service that is busy is asked again for up to ``timeout`` seconds a request, and so is one to which the
    connection breaks, unless a request might then be done twice. Every method raises ``ClientError``.

    >>> with Client("http://127.0.0.1:8000") as client:
    ...     client.classify("Situs slot gacor, deposit 10rb langsung maxwin!").flagged
    True
    """

    def __init__(
        self, url: str = "http://127.0.0.1:8000", key: str | None = None, timeout: float = 30.0
    ) -> None:
        self._connection = Connection(url, key, timeout)
        self._texts = _TEXTS

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._connection.close()

    def classify(self, text: str) -> Verdict:
        """Judge one text.

        Raises:
            InputError: it holds half a character.
        """
        _check(text, "the text")
        return self._connection.ask(answers.verdict, "POST", "/classify", json={"text": text})

    def classify_many(self, texts: Iterable[str]) -> list[Verdict]:
        """Judge texts, in order, in as many batches as the service needs; one that it refuses ends it.

        Raises:
            InputError: one of them holds half a character; none was sent.
        """
        texts = list(texts)
        for position, text in enumerate(texts, 1):
            _check(text, f"text {position} of {len(texts)}")
        verdicts: list[Verdict] = []
        while len(verdicts) < len(texts):
            verdicts += self._batch(texts, len(verdicts))
        return verdicts

    def correct(
        self,
        labels: Mapping[str, int | None],
        *,
        text: str | None = None,
        id: str | None = None,
        note: str | None = None,
        reviewer: str | None = None,
    ) -> Correction:
        """Say what is right, by category: 1, 0, or ``None`` where it is not known.

        Give the ``text``, or the ``id`` of a verdict; the service remembers only its latest verdicts.

        Raises:
            InputError: the text, the note or the reviewer's name holds half a character.
        """
        given = {"text": text, "id": id, "note": note, "reviewer": reviewer}
        strings = {name: value for name, value in given.items() if value is not None}
        for name, value in strings.items():
            _check(value, f"the {name}")
        body = {"labels": dict(labels), **strings}
        return self._connection.ask(answers.correction, "POST", "/feedback", repeatable=False, json=body)

    def model(self) -> ServedModel:
        """The model that judges new requests."""
        return self._connection.ask(answers.served_model, "GET", "/model")

    def score_file(
        self,
        path: str | Path,
        out: str | Path,
        text_column: str | None = None,
        *,
        progress: Progress = lambda done, total: None,
    ) -> "Summary":
        """Have the table at ``path`` scored and write it to ``out``, as ``saring.score_table`` does here.

        The ending of ``out`` (.csv, .xlsx, .jsonl, .parquet) says in which format. ``progress`` is told the
        rows done and all rows, ``None`` while these are unknown. It takes as long as the service needs, and
        however it ends, the service is told to delete the table and all that came of it.

        Raises:
            InputError: ``out`` cannot be written, or ``text_column`` has to be said.
            OSError: ``path`` cannot be read.
        """
        _check(text_column or "", "the name of the column")
        return score_file(self._connection, Path(path), str(out), text_column, progress)

    def _batch(self, texts: list[str], start: int) -> list[Verdict]:
        """Verdicts of the texts from ``start`` on: of fewer, once the service or a proxy refused so many."""
        while True:
            batch = texts[start : start + self._texts]
            try:
                return self._connection.ask(
                    partial(answers.verdicts, wanted=len(batch)),
                    "POST",
                    "/classify/batch",
                    json={"texts": batch},
                )
            except ClientError as error:
                too_much = error.status == 413 or error.code == "too_many_texts"
                if not too_much or len(batch) == 1:
                    raise _placed(error, start) from None
                self._texts = len(batch) // 2


def _check(text: str, which: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InputError(
            f"{which} holds half a character (a lone surrogate) at {error.start}: "
            "text.encode(errors='replace').decode() puts a question mark in its place"
        ) from None


def _placed(error: ClientError, start: int) -> ClientError:
    """The error of a batch, with the place of the text among all texts."""
    named = re.fullmatch(r"texts\[(\d+)\]", error.field or "")
    return replace(error, field=f"texts[{start + int(named[1])}]") if named else error
