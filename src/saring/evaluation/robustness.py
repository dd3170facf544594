"""What disguise and habit cost: recall lost and false alarms gained on the frozen test, rewritten."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from saring.artefact.card import write_card
from saring.artefact.manifest import Manifest
from saring.errors import EvaluationError
from saring.evaluation.frozen import FrozenScores, probabilities_of
from saring.evaluation.metrics import Interval
from saring.evaluation.perturbations import Perturbation, perturbations
from saring.evaluation.resampling import Floats, draws, once, ratio
from saring.evaluation.run import Evaluated
from saring.taxonomy import taxonomy
from saring.text import normalise

if TYPE_CHECKING:
    from saring.corpora.dataset import Dataset

CLEAN_ROWS = 1000


@dataclass(frozen=True, slots=True)
class _Rates:
    """Under each weighting: ``recall`` and ``alarms`` ``(draws, C)``, ``any_alarm`` ``(draws, 1)``.

    Alarms are shares of the clean rows: flagged in a category, and flagged at all.
    """

    recall: Floats
    alarms: Floats
    any_alarm: Floats


def measure_robustness(
    model: Evaluated,
    test: "Dataset",
    scores: FrozenScores,
    *,
    clean_rows: int = CLEAN_ROWS,
    bootstrap: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:
    """Figures for the manifest's ``evaluation["robustness"]``, shares rounded to four digits.

    ``test`` is the frozen test and ``scores`` what ``model`` says of it. Rewritten are all rows with a
    positive and ``clean_rows`` clean ones, drawn by ``seed``; the macro is over categories that have
    positives. Intervals are paired and bootstrapped by group. A text that the model's text rules read as
    before keeps its scores: ``read_otherwise`` is the share of the others.
    """
    bars = np.asarray(model.manifest.thresholds.flag, np.float32)
    rows = _sample(scores.labels, clean_rows, seed)
    texts = [test.texts[row] for row in rows]
    labels, before = scores.labels[rows], scores.probabilities[rows]
    weights = np.concatenate(list(draws(len(rows), bootstrap, seed, [scores.groups[row] for row in rows])))
    point, spread = (_rates(labels, before >= bars, each) for each in (once(len(rows)), weights))
    measured = {}
    for one in perturbations():
        touched, changed, after = _rescore(model, one, texts, before, seed)
        pairs = [
            (was, _rates(labels, after >= bars, each))
            for was, each in ((point, once(len(rows))), (spread, weights))
        ]
        lost, raised, flagged = (
            [getattr(now, name) - getattr(was, name) for was, now in pairs]
            for name in ("recall", "alarms", "any_alarm")
        )
        measured[one.name] = {
            "words_touched": round(touched, 4),
            "read_otherwise": round(changed, 4),
            "recall_lost": _interval([-each for each in lost]),
            "clean_flagged_gained": _interval(flagged),
            "categories": {
                category: {
                    "recall_lost": _rounded(-lost[0][0, at]),
                    "clean_flagged_gained": _rounded(raised[0][0, at]),
                }
                for at, category in enumerate(taxonomy().ids)
            },
        }
    positives = int((np.nan_to_num(labels) >= 0.5).any(axis=1).sum())
    return {
        "rows": len(rows),
        "positive_rows": positives,
        "clean_rows": len(rows) - positives,
        "seed": seed,
        "bootstrap": bootstrap,
        "recall": _rounded(_macro(point.recall)[0]),
        "clean_flagged": _rounded(point.any_alarm[0, 0]),
        "perturbations": measured,
    }


def record_robustness(
    folder: Path, model: Evaluated, test: "Dataset", scores: FrozenScores, *, clean_rows: int = CLEAN_ROWS
) -> Manifest:
    """Measure the model in ``folder``, evaluated already, and put the figures into manifest and card.

    Raises:
        EvaluationError: its other figures were measured on another frozen test.
    """
    manifest = model.manifest
    if manifest.evaluation.get("test", {}).get("digest") != scores.digest:
        raise EvaluationError(
            f"{manifest.name} {manifest.version} was not evaluated on this frozen test "
            f"({scores.digest[:12]}): give the dataset it was evaluated on, or train it again"
        )
    found = measure_robustness(model, test, scores, clean_rows=clean_rows)
    measured = replace(manifest, evaluation={**manifest.evaluation, "robustness": found})
    write_card(folder, measured)
    return measured.write(folder)


def _sample(labels: NDArray[np.float32], clean_rows: int, seed: int) -> NDArray[np.int64]:
    yes = (np.nan_to_num(labels) >= 0.5).any(axis=1)
    clean = np.flatnonzero(np.isfinite(labels).all(axis=1) & ~yes)
    drawn = np.random.default_rng(seed).permutation(clean)[:clean_rows]
    return np.sort(np.concatenate([np.flatnonzero(yes), drawn]))


def _rescore(
    model: Evaluated, one: Perturbation, texts: Sequence[str], before: NDArray[np.float32], seed: int
) -> tuple[float, float, NDArray[np.float32]]:
    """Share of words touched, share of texts read otherwise, and probabilities ``(n, C)`` thereafter."""
    rewritten = [one.apply(text, seed) for text in texts]
    rules = model.manifest.text_rules
    changed = [
        at
        for at, (text, (new, _, _)) in enumerate(zip(texts, rewritten, strict=True))
        if normalise(new, rules).text != normalise(text, rules).text
    ]
    after = before.copy()
    if changed:
        after[changed] = probabilities_of(model, [rewritten[at][0] for at in changed])
    touched, words = (sum(each) for each in list(zip(*rewritten, strict=True))[1:])
    return touched / max(words, 1), len(changed) / len(texts), after


def _rates(labels: NDArray[np.float32], flagged: NDArray[np.bool_], weights: Floats) -> _Rates:
    yes = np.nan_to_num(labels) >= 0.5
    clean: NDArray[np.bool_] = ~np.any(yes, axis=1)
    whole = weights @ clean[:, None].astype(np.float64)
    alarms = np.column_stack([flagged, flagged.any(axis=1)]) & clean[:, None]
    raised = weights @ alarms.astype(np.float64)
    shares = ratio(raised, np.broadcast_to(whole, raised.shape))
    recall = ratio(weights @ (yes & flagged).astype(np.float64), weights @ yes.astype(np.float64))
    return _Rates(recall, shares[:, :-1], shares[:, -1:])


def _interval(pair: Sequence[Floats]) -> dict[str, float | None]:
    """The mean over the categories and its interval."""
    point, spread = (_macro(each) for each in pair)
    found = Interval.of(point[0], spread)
    return {name: _rounded(getattr(found, name)) for name in ("value", "low", "high")}


def _macro(values: Floats) -> Floats:
    """Mean over the columns in which a figure is defined; shape ``(draws,)``."""
    defined = np.isfinite(values)
    return ratio(np.where(defined, values, 0.0).sum(axis=1), defined.sum(axis=1, dtype=np.float64))


def _rounded(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else round(float(value), 4) + 0.0  # no -0.0
