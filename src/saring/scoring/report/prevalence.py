"""How much of a category there is: the share flagged, and that share corrected for the model's errors."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Any, Literal, Self

from saring.evaluation.metrics import COVERAGE, Interval

FEWEST = 30
"""Rows of the frozen test that must be yes, and no, for a correction."""

WhyNot = Literal["unmeasured", "too few", "no better than chance"]

_Z = NormalDist().inv_cdf((1 + COVERAGE) / 2)


@dataclass(frozen=True, slots=True)
class ErrorRates:
    """What a category's flag threshold did on the frozen test, in rows."""

    positives: int
    found: int
    negatives: int
    false_alarms: int

    @classmethod
    def of(cls, evaluation: Mapping[str, Any], category: str) -> Self | None:
        """The counts behind the figures in a manifest; ``None`` where it has none of the category."""
        figures = evaluation.get("categories", {}).get(category)
        if figures is None:
            return None
        positives, known, flagged = (int(figures[key]) for key in ("positives", "known", "flagged"))
        found = round((figures["recall"]["value"] or 0.0) * positives)
        return cls(positives, found, known - positives, flagged - found)

    @property
    def sensitivity(self) -> Interval:
        """The share of the positives that were flagged, with Wilson's interval."""
        return Interval.of_share(self.found, self.positives)

    @property
    def specificity(self) -> Interval:
        """The share of the negatives that were left alone, with Wilson's interval."""
        return Interval.of_share(self.negatives - self.false_alarms, self.negatives)


def why_not(rates: ErrorRates | None) -> WhyNot | None:
    """Why a share cannot be corrected by ``rates``; ``None`` where it can."""
    if rates is None:
        return "unmeasured"
    if min(rates.positives, rates.negatives) < FEWEST:
        return "too few"
    least, surest = rates.sensitivity.low, rates.specificity.low
    if least is None or surest is None or least <= 1 - surest:
        return "no better than chance"
    return None


def corrected(flagged: int, scored: int, rates: ErrorRates) -> Interval:
    """The share of ``scored`` texts that are of the category, when ``flagged`` of them were flagged.

    The value is Rogan and Gladen's (1978); the 95 % interval is Lang and Reiczigel's (2014,
    doi:10.1016/j.prevetmed.2013.09.015), which counts the doubt about the error rates too. Both are kept
    within 0 to 1, and the interval holds the value. Only for ``rates`` without a ``why_not``.
    """
    if not scored:
        return Interval(None, None, None)
    value = _unmixed(
        flagged / scored,
        rates.found / rates.positives,
        1 - rates.false_alarms / rates.negatives,
    )
    # as in the paper: one success and one failure more in each test, Agresti and Coull's share
    positives, negatives, texts = rates.positives + 2, rates.negatives + 2, scored + _Z**2
    sensitivity = (rates.found + 1) / positives
    specificity = (rates.negatives - rates.false_alarms + 1) / negatives
    share = (flagged + _Z**2 / 2) / texts
    centre = _unmixed(share, sensitivity, specificity)
    by_missing = sensitivity * (1 - sensitivity) / positives
    by_alarms = specificity * (1 - specificity) / negatives
    shift = 2 * _Z**2 * (centre * by_missing - (1 - centre) * by_alarms)
    spread = share * (1 - share) / texts + centre**2 * by_missing + (1 - centre) ** 2 * by_alarms
    half = _Z * sqrt(spread) / (sensitivity + specificity - 1)
    value = _within(value)
    return Interval(
        value,
        min(value, _within(centre + shift - half)),
        max(value, _within(centre + shift + half)),
    )


def _unmixed(share: float, sensitivity: float, specificity: float) -> float:
    return (share + specificity - 1) / (sensitivity + specificity - 1)


def _within(share: float) -> float:
    return min(1.0, max(0.0, share))
