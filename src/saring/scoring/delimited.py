"""CSV and TSV, delimiter and quoting found from the rows."""

import csv
from collections.abc import Iterator
from io import StringIO

from saring.errors import InputError
from saring.scoring.encodings import foreign, lines_of
from saring.scoring.places import Place
from saring.scoring.sources import Row, Table, checked_header, fitted

_DELIMITERS = ",;\t|"
_SAMPLE = 1 << 16
_FIELD_LIMIT = 1 << 24
_NOT_UTF8 = "bytes that are not UTF-8"


def open_csv(place: Place, encoding: str) -> Table:
    """The table in a CSV or TSV file; see ``open_table``."""
    csv.field_size_limit(_FIELD_LIMIT)
    delimiter = "\t" if place.format.tabs else _delimiter(place, encoding)
    hint = f"; a cell that holds {delimiter!r} must be quoted"

    def rows() -> Iterator[Row]:
        records = _records(place, encoding, delimiter)
        next(records)
        for line, record in records:
            if isinstance(record, str):
                yield Row(line, problem=record)
            else:
                yield fitted(line, record, columns, "", hint)

    line, header = next(_records(place, encoding, delimiter), (1, []))
    if isinstance(header, str):
        raise InputError(f"{place.name}, line {line}: {header}")
    columns = checked_header(place, header)
    count = 0
    problem = None
    usable = False
    for row in rows():
        count += 1
        usable = usable or not row.problem
        problem = problem or (row.problem and row)
    if problem and not usable:
        raise InputError(f"{place.name}, line {problem.line}: {problem.problem}")
    return Table(
        place,
        columns,
        count,
        f"CSV, {encoding}, delimiter {delimiter!r}",
        rows,
        dict.fromkeys(columns, "string"),
        marked=encoding in ("utf-8-sig", "utf-16"),
        delimiter=delimiter,
    )


def _records(place: Place, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """The line where each record begins, and its cells, or what is wrong with it."""
    with place.text(encoding) as file:
        reader = csv.reader(lines_of(place.name, file), delimiter=delimiter, strict=True)
        while True:
            line = reader.line_num + 1
            try:
                record = next(reader, None)
            except csv.Error as error:
                if "unexpected end" in str(error):
                    raise InputError(
                        f"{place.name}, line {line}: a quotation mark opens a cell that is never closed"
                    ) from None
                upto = f" (up to line {reader.line_num})" if reader.line_num > line else ""
                yield line, f"{error}{upto}; a quotation mark in a cell must be doubled, and the cell quoted"
                continue
            if record is None:
                return
            if any(map(foreign, record)):
                yield line, _NOT_UTF8
            elif record:
                yield line, record


def _delimiter(place: Place, encoding: str) -> str:
    """The delimiter that divides the first rows most evenly, and into the most columns."""
    with place.text(encoding) as file:
        lines = list(StringIO(file.read(_SAMPLE), newline=""))

    def evenness(delimiter: str) -> tuple[float, int]:
        try:
            widths = [len(record) for record in csv.reader(lines, delimiter=delimiter) if record][:-1]
            header = len(next(csv.reader(lines[:1], delimiter=delimiter), []))
        except csv.Error:
            return 0.0, 0
        if header < 2:
            return 0.0, 0
        return sum(width == header for width in widths) / max(1, len(widths)), header

    return max(_DELIMITERS, key=evenness)
