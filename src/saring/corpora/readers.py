"""Read a corpus, from the cleaned copies or from the originals as they were fetched."""

import csv
import io
import json
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from saring.corpora.catalogue import Corpus, CorpusFile
from saring.corpora.decoding import decode
from saring.corpora.keys import row_key
from saring.errors import CorpusError

_DAMAGED = frozenset({"#NAME?", "#VALUE!", "#REF!", "#ERROR!"})
"""What a spreadsheet leaves of a text that it took for a formula."""


@dataclass(frozen=True, slots=True)
class CorpusRow:
    """A decoded text of a corpus and the soft labels, by category, that its own columns give."""

    key: str
    text: str
    labels: Mapping[str, float]


def read_corpus(corpus: Corpus, root: Path) -> Iterator[CorpusRow]:
    """The texts of ``corpus`` under ``root``, file by file in the catalogue's order.

    Empty texts and cells that a spreadsheet destroyed are left out. Where two rules speak of one
    category the higher label stands. Raises ``CorpusError`` when a file or a column is missing.
    """
    for file in corpus.files:
        for cells in _cells(file, root / corpus.id):
            for column in file.texts:
                text = _text(cells[column], file)
                if text and text not in _DAMAGED:
                    yield CorpusRow(row_key(text), text, _labels(corpus, file, column, cells))


def find_file(file: CorpusFile, folder: Path) -> tuple[Path, bool] | None:
    """The file in ``folder`` and whether it is the cleaned copy, or ``None``; the copy goes first."""
    for name, is_copy in ((file.name, True), (file.original, False)):
        if (folder / name).is_file():
            return folder / name, is_copy
    return None


def _text(cell: str, file: CorpusFile) -> str:
    text = decode(cell)
    for mark in file.cut:
        text = text.partition(mark)[0]
    return text.strip(string.whitespace + file.strip)


def _labels(corpus: Corpus, file: CorpusFile, column: str, cells: Mapping[str, str]) -> dict[str, float]:
    labels: dict[str, float] = {}
    for rule in corpus.labels:
        if rule.holds(file.name, column, cells):
            for category in rule.categories:
                labels[category] = max(rule.soft, labels.get(category, 0.0))
    return labels


def _cells(file: CorpusFile, folder: Path) -> Iterator[dict[str, str]]:
    found = find_file(file, folder)
    if found is None:
        raise CorpusError(
            f"{folder} has neither {file.name} nor {file.original}: run `saring data fetch`, "
            "or set SARING_CORPORA to the folder that has it"
        )
    path, is_copy = found
    rows = _copy_rows(path) if is_copy else _original_rows(path, file)
    has_header = file.copy_header if is_copy else file.header
    names: Sequence[str] = file.columns
    if has_header:
        first = next(rows, [])
        names = file.columns or first
    if missing := [column for column in file.texts if column not in names]:
        raise CorpusError(f"{path} has no column {', '.join(missing)}; it has {', '.join(names)}")
    for row in rows:
        # Rows that were cut short at origin: a missing cell is an empty one.
        yield dict(zip(names, [*row, *[""] * (len(names) - len(row))], strict=False))


def _copy_rows(path: Path) -> Iterator[list[str]]:
    import zstandard

    with path.open("rb") as stream:
        text = zstandard.ZstdDecompressor().stream_reader(stream).read().decode("utf-8")
    return iter(csv.reader(io.StringIO(text, newline="")))


def _original_rows(path: Path, file: CorpusFile) -> Iterator[list[str]]:
    match file.format:
        case "xlsx":
            return _sheet_rows(path)
        case "json":
            return _record_rows(path, file)
        case "csv":
            # Some originals hold bytes that their encoding does not have; the digest pins the result.
            text = path.read_bytes().decode(file.encoding, "replace")
            lines = io.StringIO(text, newline="")
            if file.quoted:
                return iter(csv.reader(lines, delimiter=file.delimiter))
            return iter(csv.reader(lines, delimiter=file.delimiter, quoting=csv.QUOTE_NONE))


def _sheet_rows(path: Path) -> Iterator[list[str]]:
    from python_calamine import load_workbook

    for row in load_workbook(str(path)).get_sheet_by_index(0).iter_rows():
        # Spreadsheets keep whole numbers as floating ones: a label 1 must not become "1.0".
        yield [str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell) for cell in row]


def _record_rows(path: Path, file: CorpusFile) -> Iterator[list[str]]:
    yield list(file.texts)
    for record in json.loads(path.read_text(encoding=file.encoding)):
        yield [str(record.get(column, "")) for column in file.texts]
