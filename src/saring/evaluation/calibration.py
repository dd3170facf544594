"""From logits to probabilities that mean what they say, and from those to decisions.

Both are fitted on dev rows. Some categories have only a handful of positives there, so neither fit
may follow a few rows: the calibration is held back by a weak prior, and the thresholds learn from
the calibrated probabilities themselves where labels are few.
"""

import numpy as np
from numpy.typing import NDArray

from saring.artefact.manifest import Calibration, Thresholds

HOW_FITTED = (
    "Per category on the dev split, unknown labels left out. Calibration: p = sigmoid(logit / temperature "
    "+ bias), minimising the negative log-likelihood under a unit Gaussian prior on the inverse "
    "temperature around 1 and on the bias around 0. Flag: the threshold of greatest F1, averaged over "
    "neighbouring thresholds, not below 0.3; with m dev positives each label counts m/(m+30) and the "
    "calibrated probability makes up the rest. Review: the highest threshold that still reaches 95 % "
    "recall, but at least half the flag threshold and at most the flag threshold."
)

_FLAG_FLOOR = 0.3
_REVIEW_RECALL = 0.95
_TRUST = 30  # dev positives at which labels and calibrated probabilities weigh the same
_GRID = np.round(np.arange(0.05, 0.951, 0.01), 2)
_NEIGHBOURS = 4  # grid points to either side over which F1 is averaged
_SLOPES = (0.05, 20.0)
_NEWTON_STEPS = 50


def fit_calibration(logits: NDArray[np.float32], labels: NDArray[np.float32]) -> Calibration:
    """Temperature and bias per category that make ``logits`` ``(n, C)`` likeliest under ``labels``.

    Labels are 1, 0, soft in between, or nan for unknown; logits are nan for a text with nothing to
    read, which is left out. A category without known labels keeps
    ``sigmoid(logit)``. The temperature is always positive, so the order of texts never changes.
    """
    fits = [_fit_category(logits[:, at], labels[:, at]) for at in range(labels.shape[1])]
    return Calibration(
        temperature=tuple(1 / slope for slope, _ in fits), bias=tuple(bias for _, bias in fits)
    )


def fit_thresholds(probabilities: NDArray[np.float32], labels: NDArray[np.float32]) -> Thresholds:
    """Thresholds per category for calibrated ``probabilities`` ``(n, C)``; how: ``HOW_FITTED``."""
    pairs = [_thresholds(probabilities[:, at], labels[:, at]) for at in range(labels.shape[1])]
    return Thresholds(review=tuple(low for low, _ in pairs), flag=tuple(high for _, high in pairs))


def _fit_category(logits: NDArray[np.float32], labels: NDArray[np.float32]) -> tuple[float, float]:
    known = np.isfinite(labels) & np.isfinite(logits)
    design = np.stack([logits[known], np.ones(known.sum())], axis=1).astype(np.float64)
    target = labels[known].astype(np.float64)
    prior = np.array([1.0, 0.0])
    fit = prior.copy()

    def loss(at: NDArray[np.float64]) -> float:
        margin = design @ at
        return float((np.logaddexp(0.0, margin) - target * margin).sum() + 0.5 * ((at - prior) ** 2).sum())

    for _ in range(_NEWTON_STEPS):
        share = 0.5 * (1.0 + np.tanh(0.5 * (design @ fit)))
        gradient = design.T @ (share - target) + fit - prior
        curvature = (design * (share * (1 - share))[:, None]).T @ design + np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        length = 1.0
        while loss(fit - length * step) > loss(fit) and length > 1e-6:
            length /= 2
        fit = fit - length * step
        if np.abs(length * step).max() < 1e-8:
            break
    return float(np.clip(fit[0], *_SLOPES)), float(fit[1])


def _thresholds(probabilities: NDArray[np.float32], labels: NDArray[np.float32]) -> tuple[float, float]:
    known = np.isfinite(labels) & np.isfinite(probabilities)
    scores, target = probabilities[known].astype(np.float64), labels[known].astype(np.float64)
    positives = target.sum()
    trust = positives / (positives + _TRUST)
    belief = trust * target + (1 - trust) * scores
    total = belief.sum()
    if not total:
        return _FLAG_FLOOR, 0.5
    above = scores[:, None] >= _GRID
    found = belief @ above
    f1 = 2 * found / (above.sum(axis=0) + total)
    padded = np.pad(f1, _NEIGHBOURS, mode="edge")
    smooth = np.convolve(padded, np.full(2 * _NEIGHBOURS + 1, 1 / (2 * _NEIGHBOURS + 1)), mode="valid")
    allowed = np.where(_GRID >= _FLAG_FLOOR, smooth, -np.inf)
    flag = float(np.median(_GRID[allowed >= allowed.max() - 1e-4]))
    reaching = _GRID[found / total >= _REVIEW_RECALL]
    recalling = float(reaching.max()) if len(reaching) else 0.0
    return round(float(np.clip(recalling, flag / 2, flag)), 4), round(flag, 4)
