"""The first sheet of an XLSX workbook."""

import zipfile
from collections.abc import Iterator
from typing import Any

from saring.errors import InputError, MissingExtraError, said
from saring.scoring.kinds import Kind, observe
from saring.scoring.places import Place
from saring.scoring.sources import Row, Table, checked_header, fitted

_UNPACKED = 1 << 30  # bytes; a full sheet of a million rows and ten columns has about half of it
_SUSPECT, _RATIO = 1 << 26, 200  # what unpacks to more than 64 MB, and 200 times its size, is no sheet
_BLOCK = 1 << 20


def open_sheet(place: Place) -> Table:
    """The table in the first sheet; its first row that is not empty names the columns. See ``open_table``.

    A workbook is in memory while it is opened, so one that unpacks to more than 1 GB is refused.
    """
    _check_unpacked(place)
    sheets, records = _read(place)
    _, header = next(records, (1, []))
    while header and header[-1] is None:
        header.pop()
    columns = checked_header(place, ["" if cell is None else str(cell) for cell in header])

    def fitted_rows(records: Iterator[tuple[int, list[Any]]]) -> Iterator[Row]:
        return (fitted(line, cells, columns, None) for line, cells in records)

    def rows() -> Iterator[Row]:
        _, records = _read(place)
        next(records)
        yield from fitted_rows(records)

    kinds: dict[str, Kind] = dict.fromkeys(columns, "null")
    count = 0
    for row in fitted_rows(records):
        count += 1
        observe(kinds, row.cells)
    others = f", {len(sheets) - 1} more sheets left aside" if len(sheets) > 1 else ""
    return Table(place, columns, count, f"XLSX, sheet {sheets[0]!r}{others}", rows, kinds)


def _check_unpacked(place: Place) -> None:
    """Unpack ``place`` as far as it may go, keeping nothing: the sizes that it declares may be wrong."""
    with place.seekable() as stream:
        try:
            packed = stream.seek(0, 2)
            limit = min(_UNPACKED, max(_SUSPECT, _RATIO * packed))
            with zipfile.ZipFile(stream) as archive:
                entries = archive.infolist()
                small = sum(entry.file_size for entry in entries) <= limit
                if not small or not _unpacks_within(limit, archive, entries):
                    raise InputError(
                        f"{place.name} unpacks to more than {limit >> 20:,} MB: save the table as .csv"
                    )
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise InputError(f"{place.name} cannot be read as XLSX: {said(error)}") from error


def _unpacks_within(limit: int, archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> bool:
    total = 0
    for entry in entries:
        entry.file_size = 2 * limit  # else no more than the declared size would be unpacked
        with archive.open(entry) as unpacked:
            while block := unpacked.read(_BLOCK):
                total += len(block)
                if total > limit:
                    return False
    return True


def _read(place: Place) -> tuple[list[str], Iterator[tuple[int, list[Any]]]]:
    """The names of the sheets, and of the first one the rows that are not empty, with their lines."""
    try:
        from python_calamine import load_workbook
    except ModuleNotFoundError as error:
        raise MissingExtraError("an .xlsx file", "python-calamine", "score") from error

    with place.seekable() as stream:
        try:
            workbook = load_workbook(stream)
            sheet = workbook.get_sheet_by_index(0)
            records = sheet.to_python(skip_empty_area=False)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
                raise
            # calamine's errors share no base, and its panics are no Exception
            raise InputError(f"{place.name} cannot be read as XLSX: {said(error)}") from error
    lines = enumerate(([_cell(cell) for cell in record] for record in records), 1)
    return workbook.sheet_names, ((line, cells) for line, cells in lines if cells != [None] * len(cells))


def _cell(value: Any) -> Any:
    """Sheets keep whole numbers as floating ones, and empty cells as empty texts."""
    if value == "":
        return None
    return int(value) if isinstance(value, float) and value.is_integer() else value
