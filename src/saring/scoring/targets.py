"""Where a scored table goes: written beside its final name, and there by one rename when it is whole."""

import csv
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from saring.errors import InputError
from saring.scoring.sources import Row, Table, format_of

Write = Callable[[Row], None]


@contextmanager
def open_target(path: Path, table: Table, added: Sequence[str]) -> Iterator[Write]:
    """What writes a row of ``table`` and its ``added`` columns; the file appears at the end, or never.

    A CSV keeps the table's delimiter, and its byte order mark, which spreadsheets go by.

    Raises:
        InputError: the name or the folder will not do, or it is the table itself.
    """
    form = format_of(path)
    if not path.parent.is_dir():
        raise InputError(f"{path}: there is no folder {path.parent}")
    if path.is_dir():
        raise InputError(f"{path} is a folder")
    if path.exists() and path.samefile(table.path):
        raise InputError(f"{path} is the table that is read: name another output")
    if taken := [column for column in added if column in table.columns]:
        raise InputError(f"{table.path} has a column {taken[0]!r} already: rename or remove it")
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    encoding = "utf-8-sig" if form == "CSV" and table.encoding in ("utf-8-sig", "utf-16") else "utf-8"
    try:
        # JSON may hold half a surrogate pair, which no encoding can: it is written as its escape
        with partial.open("w", encoding=encoding, errors="backslashreplace", newline="") as file:
            yield _jsonl(file) if form == "JSONL" else _csv(path, file, table, added)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise InputError(f"{error.filename or path}: {error.strerror or error}") from error
    finally:
        partial.unlink(missing_ok=True)


def _jsonl(file: TextIO) -> Write:
    def write(row: Row) -> None:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")

    return write


def _csv(path: Path, file: TextIO, table: Table, added: Sequence[str]) -> Write:
    columns = (*table.columns, *added)
    delimiter = "\t" if path.suffix.lower() == ".tsv" else table.delimiter
    writer = csv.writer(file, delimiter=delimiter)
    writer.writerow(columns)

    def write(row: Row) -> None:
        writer.writerow([_cell(row.get(column)) for column in columns])

    return write


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
