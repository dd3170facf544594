"""False-alarm gauges: sources in which next to nothing should be flagged, and how much is."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from saring.evaluation.frozen import Scorer, probabilities_of
from saring.evaluation.metrics import Interval
from saring.taxonomy import taxonomy

if TYPE_CHECKING:
    from saring.corpora.catalogue import Catalogue
    from saring.corpora.dataset import Dataset

ROWS_PER_GAUGE = 1000
"""Rows taken of a source, first by row key: enough for an interval of two points either side."""


def gauge_texts(dataset: "Dataset", catalogue: "Catalogue") -> dict[str, list[str]]:
    """Texts by gauge: rows that were never trained on and that nobody calls positive.

    Sources are the catalogue's gauges, what it assumes clean and what it keeps for testing only. A
    row enters when some label of it is known and none says yes, and when it is on the test side.
    """
    roles = {name: catalogue[name].role for name in catalogue.ids}
    with np.errstate(invalid="ignore"):
        quiet = np.isfinite(dataset.labels).any(axis=1) & ~(dataset.labels >= 0.5).any(axis=1)
    chosen: dict[str, list[tuple[str, str]]] = {}
    for row in np.flatnonzero(quiet):
        role = roles.get(dataset.corpora[row])
        if role == "test-only" or (role in ("gauge", "assumed-clean") and dataset.splits[row] == "test"):
            chosen.setdefault(dataset.corpora[row], []).append((dataset.keys[row], dataset.texts[row]))
    return {
        name: [text for _, text in sorted(rows)[:ROWS_PER_GAUGE]] for name, rows in sorted(chosen.items())
    }


def measure_gauges(
    model: Scorer, gauges: Mapping[str, Sequence[str]], thresholds: NDArray[np.float32]
) -> dict[str, Any]:
    """Per gauge: rows, share flagged at all with its interval, and share flagged per category."""
    measured = {}
    for name, texts in gauges.items():
        if not texts:
            continue
        flagged = probabilities_of(model, texts) >= thresholds
        measured[name] = {
            "rows": len(texts),
            "flagged": asdict(Interval.of_share(int(flagged.any(axis=1).sum()), len(texts))),
            "categories": {
                category: asdict(Interval.of_share(int(flagged[:, at].sum()), len(texts)))
                for at, category in enumerate(taxonomy().ids)
            },
        }
    return measured
