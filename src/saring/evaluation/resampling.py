"""Figures of a model under many weightings of the same rows at once: the ground of every interval.

A bootstrap resample is a vector of row weights (how often each row was drawn), so all resamples are
one matrix and every figure is a product with it. Unknown labels (nan) weigh nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BINS = 15  # of equal width, as calibration error is usually reported
_DRAWS_AT_ONCE = 100  # bounds memory: draws x rows doubles, a few of them


@dataclass(frozen=True, slots=True)
class Figures:
    """Arrays of shape ``(draws, categories)``, nan where undefined; ``clean_flagged`` is ``(draws,)``.

    ``clean_flagged`` is the share of rows known to be free of every category that were flagged.
    """

    precision: Floats
    recall: Floats
    f1: Floats
    average_precision: Floats
    ece: Floats
    clean_flagged: Floats

    def macro(self, name: str) -> Floats:
        """Mean over the categories in which the figure is defined; shape ``(draws,)``."""
        values: Floats = getattr(self, name)
        defined = np.isfinite(values)
        total = np.where(defined, values, 0.0).sum(axis=1)
        return ratio(total, defined.sum(axis=1, dtype=np.float64))


def draws(rows: int, count: int, seed: int, groups: Sequence[str] | None = None) -> Iterator[Floats]:
    """Bootstrap weights in blocks of shape ``(at most 100, rows)``, ``count`` draws in all.

    With ``groups`` whole groups are drawn, so that near-duplicates do not narrow the intervals.
    """
    names = np.arange(rows) if groups is None else np.asarray(groups)
    of = np.unique(names, return_inverse=True)[1]
    units = int(of.max()) + 1 if rows else 0
    generator = np.random.default_rng(seed)
    for start in range(0, count, _DRAWS_AT_ONCE):
        block = min(_DRAWS_AT_ONCE, count - start)
        drawn = generator.integers(0, units, size=(block, units)) + units * np.arange(block)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=block * units).reshape(block, units)
        yield counts[:, of].astype(np.float64)


def once(rows: int) -> Floats:
    """The weighting that counts every row once: it gives the figures themselves."""
    return np.ones((1, rows))


def stack(blocks: Sequence[Figures]) -> Figures:
    """The figures of several blocks of draws as one."""
    return Figures(
        *(np.concatenate([getattr(block, name) for block in blocks]) for name in Figures.__dataclass_fields__)
    )


def figures(
    labels: NDArray[np.float32],
    probabilities: NDArray[np.float32],
    thresholds: NDArray[np.float32],
    weights: Floats,
) -> Figures:
    """Figures of ``probabilities`` ``(n, C)`` against ``labels`` ``(n, C)`` under each weighting.

    ``thresholds`` has shape ``(C,)``, ``weights`` ``(draws, n)``. A soft label counts as yes from 0.5.
    Average precision is scikit-learn's: ties enter together, no interpolation.
    """
    known = np.isfinite(labels)
    yes = known & (labels >= 0.5)
    flagged = probabilities >= thresholds
    true = weights @ (yes & flagged).astype(np.float64)
    positive = weights @ yes.astype(np.float64)
    raised = weights @ (known & flagged).astype(np.float64)
    clean = known.all(axis=1) & ~yes.any(axis=1)
    alarms = clean & flagged.any(axis=1)
    categories = range(labels.shape[1])
    return Figures(
        precision=ratio(true, raised),
        recall=ratio(true, positive),
        f1=np.where(positive > 0, ratio(2 * true, raised + positive), np.nan),
        average_precision=np.stack(
            [_average_precision(yes[:, c], probabilities[:, c], weights * known[:, c]) for c in categories],
            axis=1,
        ),
        ece=np.stack(
            [_ece(yes[:, c], probabilities[:, c], weights * known[:, c]) for c in categories], axis=1
        ),
        clean_flagged=ratio(weights @ alarms.astype(np.float64), weights @ clean.astype(np.float64)),
    )


def _average_precision(yes: NDArray[np.bool_], scores: NDArray[np.float32], weights: Floats) -> Floats:
    order = np.argsort(-scores, kind="stable")
    last_of_tie = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))
    ordered = weights[:, order]
    found = np.cumsum(ordered * yes[order], axis=1)[:, last_of_tie]
    seen = np.cumsum(ordered, axis=1)[:, last_of_tie]
    precision = np.divide(found, seen, out=np.zeros_like(found), where=seen > 0)
    gained = np.diff(found, axis=1, prepend=0.0)
    return ratio((precision * gained).sum(axis=1), found[:, -1])


def _ece(yes: NDArray[np.bool_], scores: NDArray[np.float32], weights: Floats) -> Floats:
    bins = np.minimum((scores * BINS).astype(np.intp), BINS - 1)
    gaps = np.zeros((len(scores), BINS))
    gaps[np.arange(len(scores)), bins] = scores - yes
    return ratio(np.abs(weights @ gaps).sum(axis=1), weights.sum(axis=1))


def ratio(part: Floats, whole: Floats) -> Floats:
    """``part / whole``, nan where ``whole`` is 0."""
    quotient: Floats = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
    return quotient
