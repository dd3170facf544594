"""False-alarm gauges: sources in which next to nothing should be flagged, and how much is."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from saring.evaluation.frozen import Scorer, probabilities_of
from saring.evaluation.metrics import Interval
from saring.taxonomy import taxonomy

if TYPE_CHECKING:
    from saring.corpora.dataset import Dataset


def measure_gauges(model: Scorer, gauges: "Dataset", thresholds: NDArray[np.float32]) -> dict[str, Any]:
    """Per source of ``gauges`` (``corpora.build.gauge_rows``): how much of it is flagged.

    Gives rows, the share flagged at all and the share flagged per category, with Wilson's intervals.
    """
    flagged = probabilities_of(model, gauges.texts) >= thresholds if len(gauges) else np.zeros((0, 8), bool)
    names = np.array(gauges.corpora)
    measured = {}
    for name in sorted(set(gauges.corpora)):
        own = flagged[names == name]
        measured[name] = {
            "rows": len(own),
            "flagged": asdict(Interval.of_share(int(own.any(axis=1).sum()), len(own))),
            "categories": {
                category: asdict(Interval.of_share(int(own[:, at].sum()), len(own)))
                for at, category in enumerate(taxonomy().ids)
            },
        }
    return measured
