"""What it would gain to leave the doubtful to people: risk against coverage.

R. El-Yaniv, Y. Wiener: On the Foundations of Noise-free Selective Classification (JMLR 11, 2010); the
area under the curve as in Y. Geifman, G. Uziel, R. El-Yaniv: Bias-Reduced Uncertainty Estimation for
Deep Neural Classifiers (https://arxiv.org/abs/1805.08206).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from saring.artefact.manifest import Thresholds
from saring.taxonomy import taxonomy

COVERAGES = (0.5, 0.7, 0.8, 0.9, 0.95, 1.0)

Floats = NDArray[np.float64]


def measure_selective(
    labels: NDArray[np.float32], probabilities: NDArray[np.float32], thresholds: Thresholds
) -> dict[str, Any]:
    """Per category figures for the manifest's ``evaluation["selective"]``, rounded to four digits.

    ``labels`` (nan: unknown, left out) and ``probabilities`` have shape ``(n, C)``. ``risk`` is the
    share of wrong flags among the surest rows, at each share of rows covered; ``aurc`` its mean over
    all coverages, and ``aurc_oracle`` that mean had every wrong row been the least sure. ``decided`` is
    what stands outside the review band: its share of rows, and the wrong among them. ``None`` where
    nothing is known.
    """
    return {
        category: _measure(labels[:, at], probabilities[:, at], thresholds.review[at], thresholds.flag[at])
        for at, category in enumerate(taxonomy().ids)
    }


def risk_by_coverage(wrong: NDArray[np.bool_], confidence: Floats) -> Floats:
    """Share of wrong among the surest 1, 2, ..., n rows; shape ``(n,)``."""
    order = np.argsort(-confidence, kind="stable")
    return np.cumsum(wrong[order]) / np.arange(1, len(wrong) + 1)


def confidence_of(probabilities: Floats, threshold: float) -> Floats:
    """How far a probability is from the threshold: 0 at it, 1 at either end."""
    above = (probabilities - threshold) / (1 - threshold)
    below = (threshold - probabilities) / threshold
    return np.where(probabilities >= threshold, above, below)


def _measure(
    labels: NDArray[np.float32], probabilities: NDArray[np.float32], review: float, flag: float
) -> dict[str, Any] | None:
    known = np.isfinite(labels)
    if not known.any():
        return None
    scores = probabilities[known].astype(np.float64)
    wrong = (scores >= flag) != (labels[known] >= 0.5)
    risk = risk_by_coverage(wrong, confidence_of(scores, flag))
    decided = (scores < review) | (scores >= flag)
    return {
        "risk": {
            f"{share:.0%}": round(float(risk[max(int(share * len(risk)), 1) - 1]), 4) for share in COVERAGES
        },
        "aurc": round(float(risk.mean()), 4),
        "aurc_oracle": round(float(risk_by_coverage(wrong, -wrong.astype(np.float64)).mean()), 4),
        "decided": {
            "coverage": round(float(decided.mean()), 4),
            "risk": round(float(wrong[decided].mean()), 4) if decided.any() else None,
        },
    }
