"""The figures of a model on labelled rows, each with its interval."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import isfinite, sqrt
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from saring.evaluation.resampling import Figures, Floats, draws, figures, once, stack
from saring.taxonomy import taxonomy

COVERAGE = 0.95
_TAILS = (100 * (1 - COVERAGE) / 2, 100 * (1 + COVERAGE) / 2)
_Z = 1.959964  # standard normal quantile of that coverage


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and its 95 % interval; ``None`` where the rows do not define it."""

    value: float | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, value: float, resampled: Floats) -> Self:
        """The percentile interval of ``resampled``; draws in which the figure is undefined are left out."""
        defined = resampled[np.isfinite(resampled)]
        if not isfinite(value):
            return cls(None, None, None)
        if not len(defined):
            return cls(float(value), None, None)
        low, high = np.percentile(defined, _TAILS)
        return cls(float(value), float(low), float(high))

    @classmethod
    def of_share(cls, count: int, total: int) -> Self:
        """Wilson's interval of a share: it holds also where nothing, or everything, was counted."""
        if total == 0:
            return cls(None, None, None)
        share, spread = count / total, _Z**2 / total
        centre = (share + spread / 2) / (1 + spread)
        half = _Z * sqrt(share * (1 - share) / total + spread / total / 4) / (1 + spread)
        return cls(share, max(0.0, centre - half), min(1.0, centre + half))


@dataclass(frozen=True, slots=True)
class CategoryFigures:
    """One category: ``positives`` of ``known`` rows are yes, ``flagged`` of them were flagged."""

    precision: Interval
    recall: Interval
    f1: Interval
    average_precision: Interval
    ece: Interval
    positives: int
    known: int
    flagged: int


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """One source: share of its rows, and of its clean rows, flagged; per category what and how much."""

    rows: int
    flagged: Interval
    clean_rows: int
    clean_flagged: Interval
    categories: dict[str, dict[str, float | int | None]]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All figures of a model on one set of rows.

    Intervals are 95 % percentile bootstrap intervals (shares of a source: Wilson's). ``ece`` uses 15
    bins of equal width; resampling adds noise to it, so its interval leans upwards. ``macro`` holds
    means over the categories that have positives.
    """

    rows: int
    categories: dict[str, CategoryFigures]
    macro: dict[str, Interval]
    clean_rows: int
    clean_flagged: Interval
    sources: dict[str, SourceFigures]
    bootstrap: int
    seed: int

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return asdict(self)


def evaluate(
    labels: NDArray[np.float32],
    probabilities: NDArray[np.float32],
    thresholds: Sequence[float] | NDArray[np.float32],
    corpora: Sequence[str],
    *,
    bootstrap: int = 1000,
    seed: int = 0,
    groups: Sequence[str] | None = None,
) -> Evaluation:
    """Figures of ``probabilities`` ``(n, C)`` against ``labels`` ``(n, C)``: 1, 0, soft, nan unknown.

    ``thresholds`` ``(C,)`` decide what is flagged; ``corpora`` names each row's source. With
    ``groups`` (near-duplicate clusters) whole groups are resampled.
    """
    bars = np.asarray(thresholds, np.float32)
    point = figures(labels, probabilities, bars, once(len(labels)))
    spread = resample(labels, probabilities, bars, bootstrap=bootstrap, seed=seed, groups=groups)
    known = np.isfinite(labels)
    yes = known & (labels >= 0.5)
    flagged = probabilities >= bars
    clean = known.all(axis=1) & ~yes.any(axis=1)
    ids = taxonomy().ids

    def interval(name: str, at: int) -> Interval:
        return Interval.of(getattr(point, name)[0, at], getattr(spread, name)[:, at])

    return Evaluation(
        rows=len(labels),
        categories={
            category: CategoryFigures(
                precision=interval("precision", at),
                recall=interval("recall", at),
                f1=interval("f1", at),
                average_precision=interval("average_precision", at),
                ece=interval("ece", at),
                positives=int(yes[:, at].sum()),
                known=int(known[:, at].sum()),
                flagged=int((known & flagged)[:, at].sum()),
            )
            for at, category in enumerate(ids)
        },
        macro={
            name: Interval.of(point.macro(name)[0], spread.macro(name))
            for name in ("precision", "recall", "f1", "average_precision", "ece")
        },
        clean_rows=int(clean.sum()),
        clean_flagged=Interval.of(point.clean_flagged[0], spread.clean_flagged),
        sources=_by_source(labels, probabilities, bars, corpora),
        bootstrap=bootstrap,
        seed=seed,
    )


def resample(
    labels: NDArray[np.float32],
    probabilities: NDArray[np.float32],
    thresholds: NDArray[np.float32],
    *,
    bootstrap: int,
    seed: int,
    groups: Sequence[str] | None = None,
) -> Figures:
    """Figures under ``bootstrap`` resamples; the same seed and groups draw the same rows."""
    return stack(
        [
            figures(labels, probabilities, thresholds, weights)
            for weights in draws(len(labels), bootstrap, seed, groups)
        ]
    )


def _by_source(
    labels: NDArray[np.float32],
    probabilities: NDArray[np.float32],
    thresholds: NDArray[np.float32],
    corpora: Sequence[str],
) -> dict[str, SourceFigures]:
    names = np.asarray(corpora)
    known = np.isfinite(labels)
    yes = known & (labels >= 0.5)
    clean = known.all(axis=1) & ~yes.any(axis=1)
    flagged = probabilities >= thresholds
    found: dict[str, SourceFigures] = {}
    for name in sorted(set(corpora)):
        rows = names == name
        quiet = rows & clean
        point = figures(labels[rows], probabilities[rows], thresholds, once(int(rows.sum())))
        found[name] = SourceFigures(
            rows=int(rows.sum()),
            flagged=Interval.of_share(int(flagged[rows].any(axis=1).sum()), int(rows.sum())),
            clean_rows=int(quiet.sum()),
            clean_flagged=Interval.of_share(int(flagged[quiet].any(axis=1).sum()), int(quiet.sum())),
            categories={
                category: {
                    "flagged": float(flagged[rows, at].mean()),
                    "positives": int(yes[rows, at].sum()),
                    "known": int(known[rows, at].sum()),
                    "f1": _or_none(point.f1[0, at]),
                    "average_precision": _or_none(point.average_precision[0, at]),
                }
                for at, category in enumerate(taxonomy().ids)
            },
        )
    return found


def _or_none(value: float) -> float | None:
    return float(value) if isfinite(value) else None
