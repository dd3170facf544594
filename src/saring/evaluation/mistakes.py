"""Where a model is wrong: counted by source, and the surest of it one by one, without others' texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from saring.artefact.markdown import table
from saring.taxonomy import taxonomy
from saring.verdict import Verdict

if TYPE_CHECKING:
    from saring.corpora.dataset import Dataset


class Judge(Protocol):
    """What gives verdicts with evidence, as ``Classifier`` does."""

    def classify_many(self, texts: Sequence[str]) -> list[Verdict]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Confusion:
    """One source: per category, in order, how many positives, how many missed, how many false alarms."""

    rows: int
    positives: NDArray[np.int64]
    missed: NDArray[np.int64]
    alarms: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong flag, or one that is missing (``flagged`` is false).

    ``evidence`` counts the words shown as evidence, of the text's ``words``; a missed category has
    none below the review threshold. ``text`` is ``None`` where others wrote it.
    """

    corpus: str
    key: str
    category: str
    flagged: bool
    probability: float
    words: int
    evidence: int
    text: str | None


def confusion_by_source(
    labels: NDArray[np.float32],
    probabilities: NDArray[np.float32],
    thresholds: Sequence[float],
    corpora: Sequence[str],
) -> dict[str, Confusion]:
    """Counts by source, which ``corpora`` names; ``labels`` (nan: unknown), ``probabilities``: ``(n, C)``."""
    names = np.array(corpora)
    missed, alarms = _wrong(labels, probabilities, thresholds)
    yes = np.nan_to_num(labels) >= 0.5
    return {
        name: Confusion(
            int((names == name).sum()), *(cells[names == name].sum(axis=0) for cells in (yes, missed, alarms))
        )
        for name in sorted(set(corpora))
    }


def surest_mistakes(
    model: Judge,
    rows: "Dataset",
    probabilities: NDArray[np.float32],
    thresholds: Sequence[float],
    *,
    each: int = 3,
) -> list[Mistake]:
    """Per category the ``each`` likeliest false alarms, then the ``each`` least likely positives missed.

    ``probabilities`` ``(n, C)`` are the model's of ``rows``. Texts are given for authored rows alone.
    """
    missed, alarms = _wrong(rows.labels, probabilities, thresholds)
    chosen: list[tuple[int, int]] = []
    for at in range(len(taxonomy().ids)):
        for wrong, order in ((alarms, -probabilities[:, at]), (missed, probabilities[:, at])):
            surest = np.flatnonzero(wrong[:, at])
            chosen += [(int(row), at) for row in surest[np.argsort(order[surest], kind="stable")][:each]]
    verdicts = model.classify_many([rows.texts[row] for row, _ in chosen])
    return [
        Mistake(
            corpus=rows.corpora[row],
            key=rows.keys[row],
            category=taxonomy().ids[at],
            flagged=bool(alarms[row, at]),
            probability=float(probabilities[row, at]),
            words=len(rows.texts[row].split()),
            evidence=sum(len(one.text.split()) for one in verdict.categories[at].evidence),
            text=rows.texts[row] if rows.origins[row] == "authored" else None,
        )
        for (row, at), verdict in zip(chosen, verdicts, strict=True)
    ]


def mistakes_table(mistakes: Sequence[Mistake]) -> str:
    """The mistakes in Markdown: those of others' texts by corpus and the beginning of the row key."""
    rows = [
        (
            f"`{one.category}`",
            "false alarm" if one.flagged else "missed",
            f"{one.probability:.3f}",
            f"{one.evidence} of {one.words}",
            f"{one.corpus} `{one.key[:12]}`" if one.text is None else " ".join(one.text.split()),
        )
        for one in mistakes
    ]
    return table(("category", "mistake", "probability", "words of evidence", "row, or a text of ours"), rows)


def _wrong(
    labels: NDArray[np.float32], probabilities: NDArray[np.float32], thresholds: Sequence[float]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Positives that are not flagged and known negatives that are, each ``(n, C)``."""
    flagged = probabilities >= np.asarray(thresholds, np.float32)
    known = np.isfinite(labels)
    yes = known & (labels >= 0.5)
    return yes & ~flagged, known & ~yes & flagged
