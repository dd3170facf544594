"""Score a table: every row stays, with what the model says of its text."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from math import isnan
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np
from numpy.typing import NDArray

from saring.classifier import Classifier, rounded
from saring.errors import InputError
from saring.scoring.columns import Choice, find_text_column
from saring.scoring.kinds import Kind
from saring.scoring.outputs import is_local, parts_of, published, rejections_of
from saring.scoring.places import find_places, shown
from saring.scoring.runner import Parts
from saring.scoring.sources import Cells, Row, Table, open_table
from saring.scoring.targets import open_target
from saring.verdict import DECISIONS

PART = 1 << 14
FILE = "file"
"""The column, of a table made from several files, that says which one a row is from."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What was done: ``read = scored + rejected``.

    ``rejected`` rows have no text and are kept with empty verdict cells, or could not be read; both are
    named, with file, line and reason, in ``rejections`` (``None`` when there are none). ``repeated``
    rows had, once normalised, the text of another in their part. ``flagged`` and ``review`` count rows
    by decision, ``categories`` the flagged rows of each category. ``understood`` says how the input was
    read, and which column was taken for the texts and why.
    """

    read: int
    scored: int
    rejected: int
    repeated: int
    flagged: int
    review: int
    categories: dict[str, int]
    understood: tuple[str, ...]
    rejections: str | None


def score_table(
    source: str | Path,
    target: str | Path,
    classifier: Classifier,
    *,
    column: str | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Summary:
    """Write the table ``source`` with verdicts to ``target``; both may be any that docs/scoring.md names.

    Adds ``flagged`` and ``decision`` and, for each category, ``<id>_probability``, ``<id>_flagged`` and
    ``<id>_decision``; where ``source`` is several files, also ``file``. Rows stream through in parts of
    ``PART``, so memory stays the same however long the table. A run that was killed goes on, when it is
    called again, from the parts that it had scored, and ``target`` is the same to the byte; it appears
    when all of it is written. ``progress`` is told the rows done and all rows.

    Raises:
        InputError: the table, the column or the target cannot be used.
    """
    source, target = str(source), str(target)
    if is_local(target) and Path(source).resolve() in Path(target).resolve().parents:
        raise InputError(f"{target} lies in the folder that is read: name an output outside of it")
    with find_places(source) as places:
        tables = [open_table(place) for place in places]
        choices = [find_text_column(table.columns, column) for table in tables]
        return _score(tables, choices, target, classifier, progress)


def _score(
    tables: Sequence[Table],
    choices: Sequence[Choice],
    target: str,
    classifier: Classifier,
    progress: Callable[[int, int], None],
) -> Summary:
    categories = classifier.manifest.categories
    added = ({FILE: "string"} if len(tables) > 1 else {}) | _added(categories)
    parts = Parts(parts_of(target), classifier)
    total = sum(table.count for table in tables)
    counts: Counter[str | None] = Counter()
    with open_target(target, tables, added) as write, _rejections(target) as reject:
        progress(0, total)
        rows = (
            (table, choice, row)
            for table, choice in zip(tables, choices, strict=True)
            for row in table.rows()
        )
        while part := list(islice(rows, PART)):
            read, size = counts["read"], len(part)
            texts = [_text(row, choice) for _, choice, row in part]
            scored = parts.score(texts, lambda share: progress(read + round(share * size), total))  # noqa: B023
            verdicts = _verdicts(scored.probabilities, classifier)
            for (table, choice, row), verdict in zip(part, verdicts, strict=True):
                if verdict["decision"] is None:
                    reject(table.place.name, row.line, row.problem or f"no text in column {choice.column!r}")
                if not row.problem:
                    write(row.cells | ({FILE: table.place.name} if len(tables) > 1 else {}) | verdict)
                counts.update([verdict["decision"], *(c for c in categories if verdict[f"{c}_flagged"])])
            counts["read"] += size
            counts["distinct"] += scored.distinct
    parts.clear()
    rejected = counts[None]
    read_as = (
        f"{table.described}; texts in column {choice.column!r} ({choice.why})"
        for table, choice in zip(tables, choices, strict=True)
    )
    return Summary(
        read=counts["read"],
        scored=counts["read"] - rejected,
        rejected=rejected,
        repeated=counts["read"] - rejected - counts["distinct"],
        flagged=counts["flag"],
        review=counts["review"],
        categories={category: counts[category] for category in categories},
        understood=tuple(dict.fromkeys(read_as)),
        rejections=shown(rejections_of(target)) if rejected else None,
    )


def _text(row: Row, choice: Choice) -> str:
    return value if isinstance(value := row.cells.get(choice.column), str) else ""


def _added(categories: Sequence[str]) -> dict[str, Kind]:
    cells = {"probability": "double", "flagged": "bool", "decision": "string"}
    own = {f"{category}_{cell}": kind for category in categories for cell, kind in cells.items()}
    return {"flagged": "bool", "decision": "string"} | own


def _verdicts(probabilities: NDArray[np.float32], classifier: Classifier) -> Iterator[Cells]:
    """The added cells of each row; ``None`` where there is no text."""
    categories = classifier.manifest.categories
    levels = classifier.decisions(probabilities).tolist()
    for row, decided in zip(rounded(probabilities).tolist(), levels, strict=True):
        cells: Cells = dict.fromkeys(_added(categories))
        if not isnan(row[0]):
            cells["decision"] = DECISIONS[max(decided)]
            cells["flagged"] = cells["decision"] == "flag"
            for category, probability, level in zip(categories, row, decided, strict=True):
                cells[f"{category}_probability"] = probability
                cells[f"{category}_decision"] = DECISIONS[level]
                cells[f"{category}_flagged"] = DECISIONS[level] == "flag"
        yield cells


@contextmanager
def _rejections(target: str) -> Iterator[Callable[[str, int, str], None]]:
    """What names a row without a verdict; the file is there when there are such rows, and only then."""
    address = rejections_of(target)
    with TemporaryFile("w+", encoding="utf-8", errors="backslashreplace") as kept:

        def reject(file: str, line: int, reason: str) -> None:
            row = {"file": file, "line": line, "reason": reason}
            kept.write(json.dumps(row, ensure_ascii=False) + "\n")

        yield reject
        if kept.tell():
            kept.seek(0)
            with published(address) as file:
                for line in kept:
                    file.write(line.encode())
        elif is_local(address):
            Path(address).unlink(missing_ok=True)  # of an earlier run
