"""Score a table: every row stays, with what the model says of its text."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from saring.classifier import Classifier, rounded
from saring.scoring.sources import Row, open_table, text_column
from saring.scoring.targets import open_target
from saring.verdict import DECISIONS

CHUNK = 2048


@dataclass(frozen=True, slots=True)
class Summary:
    """What was done: ``read = scored + rejected``.

    ``rejected`` rows hold no text; they are kept, with empty verdict cells. ``flagged`` and ``review``
    count rows by decision, ``categories`` the flagged rows of each category; ``column`` held the texts;
    ``described`` says how the input was understood.
    """

    read: int
    scored: int
    rejected: int
    flagged: int
    review: int
    categories: dict[str, int]
    column: str
    described: str


def score_table(
    source: Path,
    target: Path,
    classifier: Classifier,
    *,
    column: str | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Summary:
    """Write the table ``source`` with verdicts to ``target``: CSV or JSONL by the files' endings.

    Adds ``flagged`` and ``decision`` and, for each category, ``<id>_probability``, ``<id>_flagged`` and
    ``<id>_decision``. Rows stream through in chunks, so memory stays the same however long the table;
    ``progress`` is told the rows done and all rows. ``target`` appears when all of it is written.

    Raises:
        InputError: the table, the column or the target cannot be used.
    """
    table = open_table(source)
    texts_in = text_column(table.columns, column)
    categories = classifier.manifest.categories
    read = scored = flagged = review = 0
    by_category = dict.fromkeys(categories, 0)
    with open_target(target, table, _added(categories)) as write:
        progress(0, table.count)
        rows = table.rows()
        while chunk := list(islice(rows, CHUNK)):
            for row, verdict in zip(chunk, _verdicts(chunk, texts_in, classifier), strict=True):
                write(row | verdict)
                scored += verdict["flagged"] is not None
                flagged += verdict["flagged"] is True
                review += verdict["decision"] == "review"
                for category in categories:
                    by_category[category] += verdict[f"{category}_flagged"] is True
            read += len(chunk)
            progress(read, table.count)
    return Summary(read, scored, read - scored, flagged, review, by_category, texts_in, table.described)


def _added(categories: tuple[str, ...]) -> list[str]:
    cells = ("probability", "flagged", "decision")
    return ["flagged", "decision", *(f"{category}_{cell}" for category in categories for cell in cells)]


def _verdicts(rows: list[Row], column: str, classifier: Classifier) -> Iterator[dict[str, Any]]:
    """The added cells of each row; ``None`` where there is no text."""
    texts = [value if isinstance(value := row.get(column), str) else "" for row in rows]
    scores = classifier.score(texts)
    probabilities, levels = rounded(scores.probabilities), classifier.decisions(scores.probabilities)
    for windows, probability, level in zip(scores.windows, probabilities, levels, strict=True):
        cells: dict[str, Any] = dict.fromkeys(_added(classifier.manifest.categories))
        if windows:
            cells["decision"] = DECISIONS[level.max()]
            cells["flagged"] = cells["decision"] == "flag"
            for at, category in enumerate(classifier.manifest.categories):
                cells[f"{category}_probability"] = float(probability[at])
                cells[f"{category}_decision"] = DECISIONS[level[at]]
                cells[f"{category}_flagged"] = DECISIONS[level[at]] == "flag"
        yield cells
