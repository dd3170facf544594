"""Tables as they come: CSV and JSONL, checked whole before the first row is scored."""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from saring.errors import InputError
from saring.scoring.encodings import encoding_of

FORMATS = {".csv": "CSV", ".tsv": "CSV", ".jsonl": "JSONL", ".ndjson": "JSONL"}

_TEXT_NAMES = frozenset(
    {"text", "full_text", "tweet", "content", "comment", "message", "caption"}
    | {"teks", "isi", "cuitan", "komentar", "pesan"}
)
_DELIMITERS = ",;\t|"
_SAMPLE = 1 << 16
_FIELD_LIMIT = 1 << 24

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A readable table: its columns in order, how many rows it has, and the rows, as often as asked.

    ``described`` says how the file was understood; ``encoding`` and ``delimiter`` how to write alike.
    """

    path: Path
    columns: tuple[str, ...]
    count: int
    encoding: str
    delimiter: str
    described: str
    rows: Callable[[], Iterator[Row]]


def format_of(path: Path) -> str:
    """``CSV`` or ``JSONL`` by the file's ending; raises ``InputError`` for others."""
    try:
        return FORMATS[path.suffix.lower()]
    except KeyError:
        raise InputError(f"{path}: the name must end in one of {', '.join(FORMATS)}") from None


def open_table(path: Path) -> Table:
    """Read all of ``path`` once, so that what is wrong with it is known before any work is done.

    Raises:
        InputError: the file is missing, of no known form, or broken; names the line.
    """
    form = format_of(path)
    if not path.is_file():
        raise InputError(f"{path} is not a file")
    try:
        encoding = encoding_of(path)
        return _open_jsonl(path, encoding) if form == "JSONL" else _open_csv(path, encoding)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error


def read_texts(path: Path, wanted: str | None = None) -> list[str]:
    """The texts of a table, from the column that ``text_column`` finds, or the lines of a ``.txt`` file.

    Raises:
        InputError: the file is in no known encoding, or ``open_table`` or ``text_column`` refuses it.
    """
    if path.suffix.lower() == ".txt":
        lines = path.read_text(encoding=encoding_of(path)).split("\n")
        return [line for line in lines if line.strip()]
    table = open_table(path)
    column = text_column(table.columns, wanted)
    return [text for row in table.rows() if isinstance(text := row.get(column), str)]


def text_column(columns: Sequence[str], wanted: str | None = None) -> str:
    """The column that holds the texts: ``wanted``, else the only one with a usual name.

    Raises:
        InputError: it is not there, or the choice is not clear; lists the columns.
    """
    listed = ", ".join(repr(column) for column in columns)
    if wanted is not None:
        if wanted not in columns:
            raise InputError(f"there is no column {wanted!r}; the table has {listed}")
        return wanted
    usual = [column for column in columns if column.strip().lower() in _TEXT_NAMES] or list(columns)
    if len(usual) != 1:
        raise InputError(f"which column holds the texts? Say --text-column; the table has {listed}")
    return usual[0]


def _open_csv(path: Path, encoding: str) -> Table:
    csv.field_size_limit(_FIELD_LIMIT)
    delimiter = "\t" if path.suffix.lower() == ".tsv" else _delimiter(path, encoding)

    def records() -> Iterator[tuple[int, list[str]]]:
        with path.open(encoding=encoding, newline="") as file:
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            try:
                yield from ((reader.line_num, record) for record in reader if record)
            except csv.Error as error:
                raise InputError(
                    f"{path}, line {reader.line_num}: {error}; a quotation mark in a cell must be doubled, "
                    f"and the cell quoted"
                ) from error

    def rows() -> Iterator[Row]:
        following = records()
        next(following)
        for _, record in following:
            record += [""] * (len(columns) - len(record))
            yield dict(zip(columns, record, strict=True))

    checked = records()
    _, header = next(checked, (0, []))
    columns = tuple(header)
    if not columns:
        raise InputError(f"{path} is empty: the first line must name the columns")
    if repeated := sorted({column for column in columns if columns.count(column) > 1}):
        raise InputError(f"{path}: the column {repeated[0]!r} stands there more than once; rename one")
    count = short = 0
    for line, record in checked:
        if len(record) > len(columns):
            raise InputError(
                f"{path}, line {line}: {len(record)} cells, but {len(columns)} columns; a cell that holds "
                f"{delimiter!r} must be quoted"
            )
        count += 1
        short += len(record) < len(columns)
    described = f"CSV, {encoding}, delimiter {delimiter!r}"
    if short:
        described += f", {short} rows shorter than the header"
    return Table(path, columns, count, encoding, delimiter, described, rows)


def _delimiter(path: Path, encoding: str) -> str:
    """The delimiter that divides the first rows most evenly, and into the most columns."""
    with path.open(encoding=encoding, newline="") as file:
        lines = list(StringIO(file.read(_SAMPLE), newline=""))

    def evenness(delimiter: str) -> tuple[float, int]:
        try:
            widths = [len(record) for record in csv.reader(lines, delimiter=delimiter) if record][:-1]
        except csv.Error:
            return 0.0, 0
        header = lines and len(next(csv.reader(lines[:1], delimiter=delimiter), []))
        if not header or header == 1:
            return 0.0, 0
        return sum(width == header for width in widths) / max(1, len(widths)), header

    return max(_DELIMITERS, key=evenness)


def _open_jsonl(path: Path, encoding: str) -> Table:
    def rows() -> Iterator[Row]:
        with path.open(encoding=encoding, newline="\n") as file:
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                try:
                    row = json.loads(line)
                except (ValueError, RecursionError):
                    raise InputError(f"{path}, line {number}: not valid JSON") from None
                if not isinstance(row, dict):
                    raise InputError(f"{path}, line {number}: an object in braces is needed, one per line")
                yield row

    columns: dict[str, None] = {}
    count = 0
    for row in rows():
        columns.update(dict.fromkeys(row))
        count += 1
    if not count:
        raise InputError(f"{path} is empty: one JSON object per line is needed")
    return Table(path, tuple(columns), count, encoding, ",", f"JSONL, {encoding}", rows)
