"""Two models on the same rows: where they differ by more than chance, and what flipped."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from saring.errors import EvaluationError
from saring.evaluation.frozen import FrozenScores
from saring.evaluation.metrics import Interval, resample
from saring.evaluation.resampling import figures, once
from saring.taxonomy import taxonomy


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of both models and ``after - before`` with its paired 95 % interval."""

    before: float | None
    after: float | None
    difference: Interval


@dataclass(frozen=True, slots=True)
class Flip:
    """A row whose flag changed in a category; ``label`` is 1, 0, soft or ``None`` for unknown."""

    key: str
    category: str
    flagged: bool
    label: float | None
    before: float
    after: float

    @property
    def better(self) -> bool | None:
        """Whether the new flag is the right one; ``None`` where the label is unknown."""
        return None if self.label is None else self.flagged == (self.label >= 0.5)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Differences per category and over all, and the rows whose flags changed."""

    rows: int
    digest: str
    f1: dict[str, Difference]
    average_precision: dict[str, Difference]
    macro_f1: Difference
    macro_average_precision: Difference
    clean_flagged: Difference
    flips: tuple[Flip, ...]

    def is_worse(self, category: str) -> bool:
        """Whether F1 or average precision of ``category`` fell beyond its interval."""
        return _fell(self.f1[category]) or _fell(self.average_precision[category])

    def worse(self) -> list[str]:
        """In words, every place where the new model is worse beyond the interval; empty: nowhere."""
        found = []
        for name, by_category in (("F1", self.f1), ("average precision", self.average_precision)):
            found += [f"{c} {name} {_words(d)}" for c, d in by_category.items() if _fell(d)]
        if _fell(self.macro_f1):
            found.append(f"macro F1 {_words(self.macro_f1)}")
        if _fell(self.macro_average_precision):
            found.append(f"macro average precision {_words(self.macro_average_precision)}")
        if (self.clean_flagged.difference.low or 0) > 0:
            found.append(f"share of clean rows flagged {_words(self.clean_flagged)}")
        return found

    def to_dict(self) -> dict[str, Any]:
        """The JSON form, with ``worse`` spelt out."""
        return {**asdict(self), "worse": self.worse()}


def compare_scores(
    before: FrozenScores,
    after: FrozenScores,
    thresholds_before: Sequence[float],
    thresholds_after: Sequence[float],
    *,
    bootstrap: int = 1000,
    seed: int = 0,
) -> Comparison:
    """Paired bootstrap: both models on the same resamples, so what is common to both cancels.

    Raises:
        EvaluationError: the two were scored on different frozen tests.
    """
    if before.digest != after.digest:
        raise EvaluationError(
            f"the models were scored on different frozen tests ({before.digest[:12]}, {len(before.keys)} "
            f"rows; {after.digest[:12]}, {len(after.keys)} rows); give --dataset to score both on one"
        )
    bars = (np.asarray(thresholds_before, np.float32), np.asarray(thresholds_after, np.float32))
    pair = (before.probabilities, after.probabilities)
    point = [figures(before.labels, p, t, once(len(p))) for p, t in zip(pair, bars, strict=True)]
    spread = [
        resample(before.labels, p, t, bootstrap=bootstrap, seed=seed, groups=before.groups)
        for p, t in zip(pair, bars, strict=True)
    ]

    def difference(points: list[NDArray[np.float64]], spreads: list[NDArray[np.float64]]) -> Difference:
        old, new = (float(value[0]) for value in points)
        return Difference(
            before=old if np.isfinite(old) else None,
            after=new if np.isfinite(new) else None,
            difference=Interval.of(new - old, spreads[1] - spreads[0]),
        )

    def by_category(name: str) -> dict[str, Difference]:
        return {
            category: difference(
                [getattr(one, name)[:, at] for one in point], [getattr(one, name)[:, at] for one in spread]
            )
            for at, category in enumerate(taxonomy().ids)
        }

    return Comparison(
        rows=len(before.keys),
        digest=before.digest,
        f1=by_category("f1"),
        average_precision=by_category("average_precision"),
        macro_f1=difference([p.macro("f1") for p in point], [s.macro("f1") for s in spread]),
        macro_average_precision=difference(
            [p.macro("average_precision") for p in point], [s.macro("average_precision") for s in spread]
        ),
        clean_flagged=difference([p.clean_flagged for p in point], [s.clean_flagged for s in spread]),
        flips=_flips(before, after, *bars),
    )


def _flips(
    before: FrozenScores,
    after: FrozenScores,
    bars_before: NDArray[np.float32],
    bars_after: NDArray[np.float32],
) -> tuple[Flip, ...]:
    flagged = after.probabilities >= bars_after
    changed = np.argwhere(flagged != (before.probabilities >= bars_before))
    ids = taxonomy().ids
    return tuple(
        Flip(
            key=before.keys[row],
            category=ids[at],
            flagged=bool(flagged[row, at]),
            label=None if np.isnan(before.labels[row, at]) else float(before.labels[row, at]),
            before=float(before.probabilities[row, at]),
            after=float(after.probabilities[row, at]),
        )
        for row, at in sorted(changed.tolist(), key=lambda cell: (cell[1], cell[0]))
    )


def _fell(one: Difference) -> bool:
    return one.difference.high is not None and one.difference.high < 0


def _words(one: Difference) -> str:
    spread = one.difference
    return (
        f"{one.before:.3f} -> {one.after:.3f} (difference {spread.value:+.3f}, "
        f"95 % interval {spread.low:+.3f} to {spread.high:+.3f})"
    )
