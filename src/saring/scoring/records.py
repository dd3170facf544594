"""JSON and JSON lines: one object is one row."""

import json
import re
from collections.abc import Iterator
from typing import Any, TextIO

from saring.errors import InputError
from saring.scoring.encodings import foreign, lines_of
from saring.scoring.places import Place
from saring.scoring.sources import Row, Table, survey

_BLOCK = 1 << 16
_LONGEST = 1 << 24
_BETWEEN = re.compile(r"[\s,]*")


def open_jsonl(place: Place, encoding: str) -> Table:
    """The table in a file of one JSON object per line; see ``open_table``."""

    def rows() -> Iterator[Row]:
        with place.text(encoding, newline="\n") as file:
            for number, line in enumerate(lines_of(place.name, file), 1):
                if line.strip():
                    yield _parsed(number, line)

    kinds, count = survey(place, rows())
    return Table(place, tuple(kinds), count, f"JSONL, {encoding}", rows, kinds)


def open_json(place: Place, encoding: str) -> Table:
    """The table in a file that is a list of JSON objects, or one object after the other."""

    def rows() -> Iterator[Row]:
        with place.text(encoding) as file:
            for line, value in _values(place.name, file):
                yield _row(line, value)

    kinds, count = survey(place, rows())
    return Table(place, tuple(kinds), count, f"JSON, {encoding}", rows, kinds)


def _parsed(number: int, line: str) -> Row:
    if foreign(line):
        return Row(number, problem="bytes that are not UTF-8")
    try:
        return _row(number, json.loads(line))
    except (ValueError, RecursionError):
        return Row(number, problem="not valid JSON")


def _row(line: int, value: Any) -> Row:
    if not isinstance(value, dict):
        return Row(line, problem="an object in braces is needed for each row")
    return Row(line, value)


def _values(name: str, file: TextIO) -> Iterator[tuple[int, Any]]:
    """Values of a list, or values in sequence, with their lines; only one value is in memory at a time."""
    decode = json.JSONDecoder().raw_decode
    buffer = file.read(_BLOCK).lstrip()
    listed = buffer.startswith("[")
    at, line, ended = int(listed), 1, False
    while True:
        start = _BETWEEN.match(buffer, at).end()  # type: ignore[union-attr]  # it matches nothing at least
        line += buffer.count("\n", at, start)
        at = start
        if listed and buffer.startswith("]", at):
            if (buffer[at + 1 :] + file.read(_BLOCK)).strip():
                raise InputError(f"{name}, line {line}: something follows the list")
            return
        try:
            value, end = decode(buffer, at) if at < len(buffer) else (None, at)
            whole = end < len(buffer) or (ended and end > at)
            problem = "it is broken off"
        except (ValueError, RecursionError):
            whole, problem = False, "not valid JSON"
        if whole:
            if foreign(buffer[at:end]):
                raise InputError(f"{name}, line {line}: bytes that are not UTF-8")
            yield line, value
            line += buffer.count("\n", at, end)
            at = end
            continue
        if ended and at == len(buffer) and not listed:
            return
        if ended or len(buffer) - at > _LONGEST:
            raise InputError(f"{name}, line {line}: {problem}")
        more = file.read(max(_BLOCK, len(buffer) - at))
        ended = not more
        buffer, at = buffer[at:] + more, 0
