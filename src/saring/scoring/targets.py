"""The scored table, in any of the formats that are read."""

import csv
import gzip
import io
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any, BinaryIO, TextIO, cast

from saring.errors import InputError, MissingExtraError, said
from saring.scoring.formats import Format, format_of
from saring.scoring.kinds import Kind, arrow_schema, joined
from saring.scoring.outputs import is_local, published, rejections_of
from saring.scoring.places import STANDARD, shown
from saring.scoring.sources import Cells, Table

Write = Callable[[Cells], None]

_BATCH = 2048
_SHEET_ROWS, _SHEET_COLUMNS, _SHEET_LETTERS = 1 << 20, 1 << 14, 32_767


@contextmanager
def open_target(address: str, tables: Sequence[Table], added: Mapping[str, Kind]) -> Iterator[Write]:
    """What writes a row of ``tables`` and its ``added`` columns; the file appears at the end, or never.

    A CSV keeps the first table's delimiter, and its byte order mark, which spreadsheets go by.

    Raises:
        InputError: the name or the folder will not do, it is a table that is read, or cannot hold the rows.
    """
    form = _format(address, tables[0])
    _check(address, tables, added)
    columns = list(dict.fromkeys(column for table in tables for column in table.columns))
    kinds = {column: joined(table.kinds.get(column, "null") for table in tables) for column in columns}
    kinds |= added
    rows = sum(table.count for table in tables)
    with published(address) as raw, _compressed(raw, form) as stream:
        match form.kind:
            case "JSONL":
                with _text(stream) as file:
                    yield lambda cells: print(_json(cells), file=file)
            case "JSON":
                with _text(stream) as file, _json_list(file) as write:
                    yield write
            case "Parquet":
                with _parquet(shown(address), stream, kinds) as write:
                    yield write
            case "XLSX":
                with _sheet(shown(address), stream, list(kinds), rows) as write:
                    yield write
            case _:
                with _text(stream, "utf-8-sig" if tables[0].marked else "utf-8") as file:
                    yield _csv(file, "\t" if form.tabs else tables[0].delimiter, list(kinds))


def _format(address: str, table: Table) -> Format:
    if address != STANDARD:
        return format_of(address.partition("?")[0] if "://" in address else address)
    kind = table.place.format.kind
    return Format("CSV" if kind == "WhatsApp chat" else kind, table.place.format.tabs)


def check_outputs(addresses: Sequence[str], tables: Sequence[Table]) -> None:
    """Whether files may be written to ``addresses``, and what comes with the first of them, when it is time.

    Raises:
        InputError: two are the same, one is a table that is read or a folder, or has no folder to lie in.
    """
    read = [table.place.path for table in tables if table.place.path]
    paths = [Path(address) for address in (*addresses, rejections_of(addresses[0])) if is_local(address)]
    for at, path in enumerate(paths):
        if not path.parent.is_dir():
            raise InputError(f"{path}: there is no folder {path.parent}")
        if path.is_dir():
            raise InputError(f"{path} is a folder")
        if path.exists() and any(map(path.samefile, read)):
            raise InputError(f"{path} is the table that is read: name another output")
        if path.resolve() in (other.resolve() for other in paths[:at]):
            raise InputError(f"{path} would be written twice: name another output")


def _check(address: str, tables: Sequence[Table], added: Mapping[str, Kind]) -> None:
    for table in tables:
        if taken := [column for column in added if column in table.columns]:
            raise InputError(f"{table.place.name} has a column {taken[0]!r} already: rename or remove it")
    check_outputs([address], tables)


@contextmanager
def _compressed(raw: BinaryIO, form: Format) -> Iterator[BinaryIO]:
    """Nothing of the hour or the name goes into a compressed file, so that equal tables are equal files."""
    if form.compression == "gz":
        with gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as stream:
            yield cast(BinaryIO, stream)
    elif form.compression == "zst":
        try:
            from pyarrow import CompressedOutputStream
        except ModuleNotFoundError as error:
            raise MissingExtraError("a .zst file", "pyarrow", "score") from error
        twin = os.fdopen(os.dup(raw.fileno()), "wb")  # the stream closes what it writes to
        with CompressedOutputStream(twin, "zstd") as stream:
            yield cast(BinaryIO, stream)
    else:
        yield raw


@contextmanager
def _text(stream: BinaryIO, encoding: str = "utf-8") -> Iterator[TextIO]:
    # JSON may hold half a surrogate pair, which no encoding can: it is written as its escape
    file = io.TextIOWrapper(stream, encoding, errors="backslashreplace", newline="")
    yield file
    file.detach()


def _csv(file: TextIO, delimiter: str, columns: Sequence[str]) -> Write:
    writer = csv.writer(file, delimiter=delimiter)
    writer.writerow(columns)
    return lambda cells: writer.writerow([cell_text(cells.get(column)) for column in columns])


@contextmanager
def _json_list(file: TextIO) -> Iterator[Write]:
    opening = "[\n"

    def write(cells: Cells) -> None:
        nonlocal opening
        file.write(opening + _json(cells))
        opening = ",\n"

    yield write
    file.write(("" if opening == ",\n" else "[") + "\n]\n")


@contextmanager
def _parquet(name: str, stream: BinaryIO, kinds: Mapping[str, Kind]) -> Iterator[Write]:
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    schema = arrow_schema(kinds)
    strings = {field.name for field in schema if field.type == pyarrow.string()}
    batch: list[Cells] = []

    def write(cells: Cells) -> None:
        values = {c: _sound(cell_text(v)) if c in strings and v is not None else v for c, v in cells.items()}
        batch.append(values)
        if len(batch) == _BATCH:
            flush()

    def flush() -> None:
        try:
            writer.write_table(pyarrow.Table.from_pylist(batch, schema), row_group_size=_BATCH)
        except (pyarrow.ArrowException, OverflowError) as error:
            raise InputError(f"{name} cannot hold these rows: {said(error)}") from error
        batch.clear()

    with ParquetWriter(stream, schema, compression="zstd") as writer:
        yield write
        flush()


@contextmanager
def _sheet(name: str, stream: BinaryIO, columns: Sequence[str], rows: int) -> Iterator[Write]:
    try:
        from xlsxwriter import Workbook
    except ModuleNotFoundError as error:
        raise MissingExtraError("an .xlsx file", "xlsxwriter", "score") from error
    if rows >= _SHEET_ROWS or len(columns) > _SHEET_COLUMNS:
        raise InputError(f"{name}: a sheet holds {_SHEET_ROWS:,} rows at most; use .csv or .parquet")
    # rows are kept in files until the book is closed, and left there when it never is
    with TemporaryDirectory() as rows_so_far, TemporaryFile() as whole:
        book = Workbook(whole, {"constant_memory": True, "tmpdir": rows_so_far})
        book.set_properties({"created": datetime(1980, 1, 1)})  # equal tables, equal files
        dates = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet = book.add_worksheet()
        line = 0

        def put(values: Sequence[Any]) -> None:
            nonlocal line
            for at, value in enumerate(values):
                if isinstance(value, bool):
                    sheet.write_boolean(line, at, value)
                elif isinstance(value, float) or (isinstance(value, int) and abs(value) <= 2**53):
                    sheet.write_number(line, at, value)
                elif isinstance(value, datetime) and value.tzinfo is None:
                    sheet.write_datetime(line, at, value, dates)
                elif value is not None and (text := _sound(cell_text(value))):
                    if len(text) > _SHEET_LETTERS:
                        raise InputError(f"{name}: a cell holds {_SHEET_LETTERS:,} letters at most; use .csv")
                    sheet.write_string(line, at, text)
            line += 1

        put(columns)
        yield lambda cells: put([cells.get(column) for column in columns])
        book.close()
        whole.seek(0)
        shutil.copyfileobj(whole, stream)


def cell_text(value: Any) -> str:
    """The value of a cell as a CSV holds it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, str):
        return value
    if isinstance(value, date | time):
        return value.isoformat()
    return _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, date | time):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else str(value)


def _sound(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()
