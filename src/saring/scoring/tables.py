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
from saring.scoring.report.write import Report, addresses_of
from saring.scoring.runner import Engine, Parts, ThisProcess
from saring.scoring.sources import Cells, Row, Table, open_table
from saring.scoring.targets import check_outputs, open_target
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
    report: str | Path | None = None,
    engine: Engine | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Summary:
    """Write the table ``source`` with verdicts to ``target``; both may be any that docs/scoring.md names.

    Adds ``flagged`` and ``decision`` and, for each category, ``<id>_probability``, ``<id>_flagged`` and
    ``<id>_decision``; where ``source`` is several files, also ``file``. Rows stream through in parts of
    ``PART``, so memory stays the same however long the table. A run that was killed goes on, when it is
    called again, from the parts that it had scored, and ``target`` is the same to the byte; it appears
    when all of it is written. ``progress`` is told the rows done and all rows. ``report`` names a page of
    the figures, ``.html``; they stand in the ``.json`` beside it as well. ``engine`` scores the parts, by
    default with ``classifier`` here; what comes out is the same.

    Raises:
        InputError: the table, the column, the target or the report cannot be used.
        MissingExtraError: a format or the report needs a package that is not installed.
    """
    source, target = str(source), str(target)
    outputs = [target, *(addresses_of(str(report)) if report is not None else ())]
    for output in filter(is_local, outputs):
        if Path(source).resolve() in Path(output).resolve().parents:
            raise InputError(f"{output} lies in the folder that is read: name an output outside of it")
    with find_places(source) as places:
        tables = [open_table(place) for place in places]
        choices = [find_text_column(table.columns, column) for table in tables]
        parts = Parts(parts_of(target), classifier.manifest, engine or ThisProcess(classifier))
        if report is None:
            return _score(tables, choices, target, None, classifier, parts, progress)
        check_outputs(outputs, tables)
        counted = Report(str(report), classifier, tables, choices)
        return _score(tables, choices, target, counted, classifier, parts, progress)


def _score(
    tables: Sequence[Table],
    choices: Sequence[Choice],
    target: str,
    report: Report | None,
    classifier: Classifier,
    parts: Parts,
    progress: Callable[[int, int], None],
) -> Summary:
    categories = classifier.manifest.categories
    added = ({FILE: "string"} if len(tables) > 1 else {}) | verdict_columns(categories)
    total = sum(table.count for table in tables)
    counts: Counter[str | None] = Counter()
    with open_target(target, tables, added) as write, _rejections(target) as reject:
        progress(0, total)
        for part, texts, scored in parts.score(_parts(tables, choices), lambda done: progress(done, total)):
            verdicts = _verdicts(scored.probabilities, classifier)
            for (table, choice, row), text, verdict in zip(part, texts, verdicts, strict=True):
                if verdict["decision"] is None:
                    reject(table.place.name, row.line, row.problem or f"no text in column {choice.column!r}")
                if not row.problem:
                    write(row.cells | ({FILE: table.place.name} if len(tables) > 1 else {}) | verdict)
                if report:
                    report.add(table, row, text, verdict)
                counts.update([verdict["decision"], *(c for c in categories if verdict[f"{c}_flagged"])])
            counts["read"] += len(part)
            counts["distinct"] += scored.distinct
    rejected = counts[None]
    scored_rows = counts["read"] - rejected
    repeated = scored_rows - counts["distinct"]
    if report:
        report.write(
            {"read": counts["read"], "scored": scored_rows, "rejected": rejected, "repeated": repeated}
        )
    parts.clear()
    read_as = (
        f"{table.described}; texts in column {choice.column!r} ({choice.why})"
        for table, choice in zip(tables, choices, strict=True)
    )
    return Summary(
        read=counts["read"],
        scored=scored_rows,
        rejected=rejected,
        repeated=repeated,
        flagged=counts["flag"],
        review=counts["review"],
        categories={category: counts[category] for category in categories},
        understood=tuple(dict.fromkeys(read_as)),
        rejections=shown(rejections_of(target)) if rejected else None,
    )


def _parts(
    tables: Sequence[Table], choices: Sequence[Choice]
) -> Iterator[tuple[list[tuple[Table, Choice, Row]], list[str]]]:
    rows = (
        (table, choice, row) for table, choice in zip(tables, choices, strict=True) for row in table.rows()
    )
    while part := list(islice(rows, PART)):
        yield part, [_text(row, choice) for _, choice, row in part]


def _text(row: Row, choice: Choice) -> str:
    return value if isinstance(value := row.cells.get(choice.column), str) else ""


def verdict_columns(categories: Sequence[str]) -> dict[str, Kind]:
    """The columns that scoring adds for a model of ``categories``, and what they hold."""
    cells = {"probability": "double", "flagged": "bool", "decision": "string"}
    own = {f"{category}_{cell}": kind for category in categories for cell, kind in cells.items()}
    return {"flagged": "bool", "decision": "string"} | own


def _verdicts(probabilities: NDArray[np.float32], classifier: Classifier) -> Iterator[Cells]:
    """The added cells of each row; ``None`` where there is no text."""
    categories = classifier.manifest.categories
    empty: Cells = dict.fromkeys(verdict_columns(categories))
    names = [(f"{each}_probability", f"{each}_flagged", f"{each}_decision") for each in categories]
    levels = classifier.decisions(probabilities).tolist()
    for row, decided in zip(rounded(probabilities).tolist(), levels, strict=True):
        cells = empty.copy()
        if not isnan(row[0]):
            cells["decision"] = DECISIONS[max(decided)]
            cells["flagged"] = cells["decision"] == "flag"
            for (number, flagged, decision), probability, level in zip(names, row, decided, strict=True):
                cells[number] = probability
                cells[decision] = DECISIONS[level]
                cells[flagged] = DECISIONS[level] == "flag"
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
