"""Whether the texts that come still score like the ordinary texts that the model was tested on.

The reference travels with the model: its scores on the clean rows of the frozen test. Scores are
counted in the reference's tenths, and the population-stability index compares the counts.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from saring.classifier import rounded
from saring.evaluation.frozen import FrozenScores

BINS = 10
WINDOW = 5_000
"""How many of the latest texts are compared."""
LEAST = 1_000
"""With fewer texts, chance alone moves the index; a reference needs as many rows."""


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """Ordinary scores: ``edges`` ``(C, BINS - 1)`` between the bins, and ``shares`` ``(C, BINS)`` in them."""

    edges: NDArray[np.float64]
    shares: NDArray[np.float64]

    @classmethod
    def of(cls, folder: Path) -> Self | None:
        """The reference of the model in ``folder``, ``None`` where too few clean rows travel with it."""
        frozen = FrozenScores.load(folder)
        if frozen is None:
            return None
        clean = rounded(frozen.probabilities[(frozen.labels == 0).all(axis=1)])
        return cls.from_scores(clean) if len(clean) >= LEAST else None

    @classmethod
    def from_scores(cls, probabilities: NDArray[np.float64]) -> Self:
        """The reference whose scores are ``probabilities`` ``(texts, C)``."""
        edges = np.quantile(probabilities, np.arange(1, BINS) / BINS, axis=0).T
        return cls(edges, _shares(_counts(_binned(probabilities, edges))))


class Drift:
    """The latest ``WINDOW`` texts against a reference."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self._latest = np.zeros((WINDOW, len(reference.edges)), np.uint8)
        self._seen = 0

    def add(self, probabilities: NDArray[np.float64]) -> None:
        """Take the scores of some texts, ``(texts, C)``."""
        places = (self._seen + np.arange(len(probabilities))) % WINDOW
        self._latest[places] = _binned(probabilities, self._reference.edges)
        self._seen += len(probabilities)

    def index(self) -> NDArray[np.float64] | None:
        """The population-stability index per category; ``None`` until ``LEAST`` texts have come.

        0 means the same distribution; by rule of thumb from 0.1 on it has moved, from 0.25 on much.
        """
        if self._seen < LEAST:
            return None
        shares = _shares(_counts(self._latest[: min(self._seen, WINDOW)]))
        expected = self._reference.shares
        index: NDArray[np.float64] = ((shares - expected) * np.log(shares / expected)).sum(axis=1)
        return index


def _binned(probabilities: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.uint8]:
    """The bin of each of ``probabilities`` ``(texts, C)``."""
    columns = zip(edges, probabilities.T, strict=True)
    found = [np.searchsorted(own, column, side="right") for own, column in columns]
    return np.stack(found, axis=1).astype(np.uint8)


def _counts(binned: NDArray[np.uint8]) -> NDArray[np.int64]:
    """How many texts ``(C, BINS)`` lie in each bin."""
    return np.stack([np.bincount(column, minlength=BINS) for column in binned.T])


def _shares(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Counts as shares; half a text is added to each bin, so that an empty one has a logarithm."""
    smoothed = counts + 0.5
    shares: NDArray[np.float64] = smoothed / smoothed.sum(axis=1, keepdims=True)
    return shares
