"""The scored table in the formats that it is downloaded in, without cells that a spreadsheet would run."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from saring.scoring.places import local_place
from saring.scoring.sources import Row, Table, open_table
from saring.scoring.tables import verdict_columns
from saring.scoring.targets import open_target

_SPREADSHEETS = (".csv", ".xlsx")
_RUN = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")  # the last four are the first, in full width
_NUMBER = re.compile(r"[+-]?\d[\d.,]*([eE][+-]?\d+)?%?")


def scored_table(path: Path, categories: Sequence[str]) -> Table:
    """The scored table at ``path`` with its verdicts as they were made: a CSV holds nothing but text.

    Raises:
        InputError: it cannot be read.
    """
    table = open_table(local_place(path))
    if path.suffix != ".csv":
        return table
    added = verdict_columns(categories)

    def typed(row: Row) -> Row:
        return replace(row, cells=row.cells | {name: _typed(row.cells[name], added[name]) for name in added})

    return replace(table, kinds=table.kinds | added, rows=lambda: map(typed, table.rows()))


def convert(scored: Path, target: Path, categories: Sequence[str]) -> None:
    """Write the scored table to ``target``, in the format that its ending says.

    Raises:
        InputError: this format cannot hold the table.
    """
    table = scored_table(scored, categories)
    if target.suffix in _SPREADSHEETS:
        table = _harmless(table)
    with open_target(str(target), [table], {}) as write:
        for row in table.rows():
            write(row.cells)


def harmless(value: Any) -> Any:
    """``value`` so that no spreadsheet takes it for a formula: as it is, or after an apostrophe."""
    if isinstance(value, str) and value.startswith(_RUN) and not _NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def _harmless(table: Table) -> Table:
    names: dict[str, str] = {}
    for column in table.columns:
        name = harmless(column)
        while name != column and (name in table.columns or name in names.values()):
            name = f"'{name}"
        names[column] = name

    def rows() -> Iterator[Row]:
        for row in table.rows():
            yield replace(row, cells={names[key]: harmless(cell) for key, cell in row.cells.items()})

    kinds = {names[column]: kind for column, kind in table.kinds.items()}
    return replace(table, columns=tuple(names.values()), kinds=kinds, rows=rows)


def _typed(text: str, kind: str) -> Any:
    if text == "" or kind == "string":
        return text or None
    return float(text) if kind == "double" else text == "1"
