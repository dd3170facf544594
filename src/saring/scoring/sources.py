"""Tables as they come, gone through once before the first row is scored."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from saring.errors import InputError
from saring.scoring.encodings import encoding_of
from saring.scoring.kinds import Kind, observe
from saring.scoring.places import Place, local_place

Cells = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row by column, and the line where it begins; or the ``problem`` that it has instead.

    Where a format has no lines, rows are counted: in a sheet and a CSV the header is line 1.
    """

    line: int
    cells: Cells = field(default_factory=dict)
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A readable table: its columns in order, how many rows it has, and the rows, as often as asked.

    ``described`` says how the file was understood, ``kinds`` what the columns hold; ``marked`` (by a
    byte order mark) and ``delimiter`` how to write alike.
    """

    place: Place
    columns: tuple[str, ...]
    count: int
    described: str
    rows: Callable[[], Iterator[Row]]
    kinds: dict[str, Kind]
    marked: bool = False
    delimiter: str = ","


def open_table(place: Place) -> Table:
    """Go through ``place`` once: its columns, its rows, what of it cannot be read.

    Raises:
        InputError: it cannot be read, is broken as a whole, or has no row that can be read.
    """
    match place.format.kind:
        case "Parquet":
            from saring.scoring.parquet import open_parquet

            return open_parquet(place)
        case "XLSX":
            from saring.scoring.sheets import open_sheet

            return open_sheet(place)
        case "CSV":
            from saring.scoring.delimited import open_csv

            return open_csv(place, encoding_of(place))
        case "WhatsApp chat":
            from saring.scoring.chats import open_chat

            return open_chat(place, encoding_of(place))
        case "JSON" | "JSONL" as kind:
            from saring.scoring.records import open_json, open_jsonl

            return (open_json if kind == "JSON" else open_jsonl)(place, encoding_of(place))


def read_texts(path: Path, wanted: str | None = None) -> list[str]:
    """The texts of a table, from the column that ``find_text_column`` finds, or the lines of a ``.txt`` file.

    Raises:
        InputError: ``open_table`` or ``find_text_column`` refuses it, or a row of it cannot be read.
    """
    from saring.scoring.columns import find_text_column

    place = local_place(path)
    if place.format.kind == "WhatsApp chat":
        with place.text(encoding_of(place)) as file:
            return [line for line in file.read().split("\n") if line.strip()]
    table = open_table(place)
    column = find_text_column(table.columns, wanted).column
    texts = []
    for row in table.rows():
        if row.problem:
            raise InputError(f"{path}, line {row.line}: {row.problem}")
        if isinstance(text := row.cells.get(column), str):
            texts.append(text)
    return texts


def survey(place: Place, rows: Iterable[Row]) -> tuple[dict[str, Kind], int]:
    """The columns of rows that bring their own, with what they hold, and how many rows there are.

    Raises:
        InputError: there are none, or none can be read.
    """
    kinds: dict[str, Kind] = {}
    count = 0
    problem = None
    for row in rows:
        count += 1
        problem = problem or (row.problem and row)
        observe(kinds, row.cells)
    if not count:
        raise InputError(f"{place.name} is empty")
    if not kinds:
        where = f", line {problem.line}: {problem.problem}" if problem else ": its rows have no cells"
        raise InputError(f"{place.name}{where}")
    return kinds, count


def checked_header(place: Place, header: Sequence[str]) -> tuple[str, ...]:
    """The columns that a first line names; raises ``InputError`` when they cannot be told apart."""
    if not any(header):
        raise InputError(f"{place.name} is empty: the first line must name the columns")
    if repeated := sorted({column for column in header if header.count(column) > 1}):
        raise InputError(
            f"{place.name}: the column {repeated[0]!r} stands there more than once; rename one"
            if repeated[0]
            else f"{place.name}: more than one column has no name; name them"
        )
    return tuple(header)


def fitted(line: int, cells: list[Any], columns: Sequence[str], empty: Any, hint: str = "") -> Row:
    """The row of ``cells`` under ``columns``: missing ones are ``empty``, too many are a problem."""
    width = len(columns)
    if any(cell != empty for cell in cells[width:]):
        return Row(line, problem=f"{len(cells)} cells, but {width} columns{hint}")
    return Row(line, dict(zip(columns, cells[:width] + [empty] * (width - len(cells)), strict=True)))
