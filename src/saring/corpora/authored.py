"""The texts that we wrote: ``data/authored/*.tsv``, without header: text, codes, function.

In a text `` ⏎ `` stands for a line break; ``codes`` are the taxonomy's letters (absent: 0, ``-``: none).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from saring.corpora.dataset import Dataset, dataset_of
from saring.corpora.duplicates import group_rows
from saring.corpora.keys import row_key
from saring.corpora.order import ordered, source_order
from saring.corpora.safety import violates_minor_safety
from saring.corpora.signatures import signatures
from saring.corpora.split import split_of
from saring.errors import CorpusError
from saring.taxonomy import taxonomy

AUTHORED = "authored/"

_LINE_BREAK = " ⏎ "
_NONE = "-"
_BLOCK = 6
_NUMBERED = re.compile(r"(?P<topic>[^_]+)_.*_(?P<number>[0-9]+)")


@dataclass(frozen=True, slots=True)
class AuthoredRow:
    """One row; ``labels`` float32 ``(categories,)``; rows of one ``family`` stay on one side of the split."""

    key: str
    text: str
    labels: NDArray[np.float32]
    family: str


def authored_folder() -> Path:
    """``data/authored`` of the checkout."""
    return Path(__file__).resolve().parents[3] / "data" / "authored"


def authored_files(folder: Path | None = None) -> list[Path]:
    """The files of ``folder``, by default the checkout's, by name."""
    return sorted((folder or authored_folder()).glob("*.tsv"))


def read_authored(path: Path) -> Iterator[AuthoredRow]:
    """The rows of a file; raises ``CorpusError`` that names the line and the field that is wrong."""
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line:
            continue
        cells = line.split("\t")
        if len(cells) != 3 or not cells[0].strip():
            raise CorpusError(f"{path}, line {number}: text, codes and function belong here, tab-separated")
        text = cells[0].replace(_LINE_BREAK, "\n").strip()
        labels = _labels(cells[1].strip(), f"{path}, line {number}")
        yield AuthoredRow(row_key(text), text, labels, _family(path.stem, cells[2].strip(), number))


def authored_dataset(files: Sequence[Path] | None = None, order: Sequence[str] = ()) -> Dataset:
    """The authored texts alone, for retraining where no corpus is at hand.

    They stand on the side of the split on which the full build puts them, but for the few that nearly
    duplicate a row of a corpus.
    """
    sources = {AUTHORED + path.stem: path for path in (authored_files() if files is None else files)}
    rows = [
        (source, row)
        for source in ordered(list(sources), order or source_order())
        for row in read_authored(sources[source])
        if not violates_minor_safety(row.text)
    ]
    names, keys = [source for source, _ in rows], [row.key for _, row in rows]
    grouped = group_rows(
        names, keys, signatures(keys, [row.text for _, row in rows]), [row.family for _, row in rows]
    )
    dataset = dataset_of(
        [row.text for _, row in rows],
        names,
        keys,
        grouped.names,
        [split_of(group) for group in grouped.names],
        [row.labels for _, row in rows],
        ["authored"] * len(rows),
    )
    return dataset.where(~grouped.straddling)


def _labels(codes: str, place: str) -> NDArray[np.float32]:
    known = [category.code for category in taxonomy().categories]
    labels = np.zeros(len(known), dtype=np.float32)
    if codes == _NONE:
        return labels
    if not codes or set(codes) - set(known):
        raise CorpusError(f"{place}: codes are {codes!r}, not letters of {''.join(known)} or {_NONE}")
    labels[[known.index(code) for code in codes]] = 1
    return labels


def _family(name: str, function: str, number: int) -> str:
    """Rows that were written against one another: contrasts, and the neighbours of a long post."""
    if name == "long_posts":
        return f"{name}/{(number - 1) // _BLOCK}"
    if name == "contrast_pairs":
        return f"{name}/{function.rstrip('0123456789_')}"
    if numbered := _NUMBERED.fullmatch(function):
        return f"{name}/{numbered['topic']}_{numbered['number']}"
    return ""
