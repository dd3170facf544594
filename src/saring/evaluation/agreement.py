"""What the labels of corpora are worth: how often our annotations agree with what the catalogue trusts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from saring.corpora.annotations import Annotations
from saring.corpora.readers import CorpusRow
from saring.evaluation.metrics import Interval
from saring.taxonomy import taxonomy


@dataclass(frozen=True, slots=True)
class Agreement:
    """Rows of a corpus that the catalogue gives one soft ``label`` in a category.

    ``measured`` is the share of yes among the ``rows`` of them that we annotated, with Wilson's interval:
    what the soft label should be, as far as the annotated rows were drawn at random.
    """

    corpus: str
    category: str
    label: float
    rows: int
    measured: Interval

    @property
    def gap(self) -> float:
        """How far the soft label lies outside the interval; 0 within it."""
        low, high = self.measured.low or 0.0, self.measured.high or 0.0
        return max(low - self.label, self.label - high, 0.0)


def measure_agreement(
    corpora: Mapping[str, Iterable[CorpusRow]], annotations: Annotations
) -> list[Agreement]:
    """One ``Agreement`` per corpus, category and soft label that annotated rows have, in this order.

    A text that stands in a corpus more than once counts once; unknown labels are left out.
    """
    found: dict[tuple[str, str, float], list[bool]] = {}
    for corpus, rows in corpora.items():
        for row in {row.key: row for row in rows if (corpus, row.key) in annotations}.values():
            judged = annotations[corpus, row.key]
            for category, label in row.labels.items():
                ours = judged[taxonomy().index(category)]
                if not np.isnan(ours):
                    found.setdefault((corpus, category, label), []).append(bool(ours >= 0.5))
    order = {category: at for at, category in enumerate(taxonomy().ids)}
    return [
        Agreement(corpus, category, label, len(votes), Interval.of_share(sum(votes), len(votes)))
        for (corpus, category, label), votes in sorted(
            found.items(), key=lambda item: (item[0][0], order[item[0][1]], -item[0][2])
        )
    ]
