"""All that the manifest says of how good a model is, computed in one go."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from saring.artefact.card import write_card
from saring.artefact.manifest import Manifest
from saring.errors import EvaluationError
from saring.evaluation.comparison import Comparison, compare_scores
from saring.evaluation.fairness import Identity, measure_fairness
from saring.evaluation.frozen import FrozenScores, Scorer, frozen_digest, frozen_rows, probabilities_of
from saring.evaluation.functional import FunctionalCase, check_functional
from saring.evaluation.gauges import measure_gauges
from saring.evaluation.metrics import evaluate
from saring.evaluation.ordinary import OrdinarySentence, check_ordinary
from saring.evaluation.selective import measure_selective

if TYPE_CHECKING:
    from saring.corpora.dataset import Dataset


# Not shown beside another model's, so not carried with it.
_OF_ONE_MODEL = frozenset({"baseline", "fairness", "selective", "robustness"})


class Evaluated(Scorer, Protocol):
    """A model with its thresholds, as ``Classifier`` is."""

    @property
    def manifest(self) -> Manifest: ...  # noqa: D102


def evaluate_model(
    model: Evaluated,
    test: "Dataset",
    gauges: "Dataset | None",
    ordinary: Sequence[OrdinarySentence],
    *,
    functional: Sequence[FunctionalCase] = (),
    identities: Sequence[Identity] = (),
    frozen: FrozenScores | None = None,
    bootstrap: int = 1000,
) -> dict[str, Any]:
    """Figures for the manifest's ``evaluation``.

    ``test`` is the dataset's test split. The headline is its annotated rows alone (the frozen test,
    named by its digest); rows that we wrote stand under ``authored``, apart. ``gauges`` are
    rows in which nothing should be flagged (``corpora.build.gauge_rows``). Pass ``frozen`` when the
    frozen test has been scored already.
    """
    bars = np.asarray(model.manifest.thresholds.flag, np.float32)
    rows = frozen_rows(test)
    scores = frozen or FrozenScores.of(model, rows)
    headline = evaluate(
        scores.labels,
        scores.probabilities,
        bars,
        rows.corpora,
        bootstrap=bootstrap,
        groups=scores.groups,
    )
    return {
        "test": {"digest": scores.digest, "rows": len(scores.keys)},
        **headline.to_dict(),
        "authored": _evaluate_authored(model, test, bars, bootstrap),
        "gauges": measure_gauges(model, gauges, bars) if gauges is not None else {},
        "ordinary": check_ordinary(model, list(ordinary), bars),
        "functional": check_functional(model, list(functional), bars) if functional else None,
        "fairness": measure_fairness(rows.texts, scores.labels, scores.probabilities, bars, identities)
        if identities
        else None,
        "selective": measure_selective(scores.labels, scores.probabilities, model.manifest.thresholds),
    }


def evaluate_candidate(
    folder: Path,
    model: Evaluated,
    dataset: "Dataset",
    gauges: "Dataset | None",
    ordinary: Sequence[OrdinarySentence],
    *,
    functional: Sequence[FunctionalCase] = (),
    identities: Sequence[Identity] = (),
    baseline: Manifest | None = None,
    bootstrap: int = 1000,
) -> Manifest:
    """Evaluate the model in ``folder``, and put figures, frozen scores and card into the folder.

    ``baseline`` is the manifest of an evaluated model on the same frozen test; its figures then
    stand beside this one's under ``evaluation["baseline"]``. Returns the manifest as written.

    Raises:
        EvaluationError: there are no annotated test rows, or the baseline has no figures.
    """
    if baseline is not None and "categories" not in baseline.evaluation:
        raise EvaluationError(f"the baseline {baseline.name} {baseline.version} has not been evaluated yet")
    test = dataset.split("test")
    scores = FrozenScores.of(model, frozen_rows(test))
    figures = evaluate_model(
        model,
        test,
        gauges,
        ordinary,
        functional=functional,
        identities=identities,
        frozen=scores,
        bootstrap=bootstrap,
    )
    if baseline is not None:
        own = {key: value for key, value in baseline.evaluation.items() if key not in _OF_ONE_MODEL}
        figures["baseline"] = {
            "name": baseline.name,
            "version": baseline.version,
            "kind": baseline.kind,
            **own,
        }
    scores.save(folder)
    manifest = replace(model.manifest, evaluation=figures)
    write_card(folder, manifest)
    return manifest.write(folder)


def compare_models(
    before: tuple[Path, Manifest],
    after: tuple[Path, Manifest],
    dataset: "Dataset | None" = None,
    *,
    bootstrap: int = 1000,
) -> Comparison:
    """Compare two models (folder and manifest) on the frozen test.

    Uses the scores that travel with them. Where those are missing or of different frozen tests,
    or not of the one in ``dataset``, both are scored on ``dataset``.

    Raises:
        EvaluationError: the stored scores do not match and there is no dataset.
    """
    pair = [FrozenScores.load(folder) for folder, _ in (before, after)]
    wanted = frozen_digest(dataset) if dataset is not None else None
    digests = {scores.digest if scores is not None else None for scores in pair}
    if dataset is not None and digests != {wanted}:
        pair = [_score_frozen(folder, dataset) for folder, _ in (before, after)]
    old, new = pair
    if old is None or new is None:
        missing = (before if old is None else after)[1]
        raise EvaluationError(
            f"{missing.name} {missing.version} carries no scores of the frozen test; "
            f"give --dataset to score it"
        )
    return compare_scores(old, new, before[1].thresholds.flag, after[1].thresholds.flag, bootstrap=bootstrap)


def _score_frozen(folder: Path, dataset: "Dataset") -> FrozenScores:
    from saring.classifier import Classifier

    return FrozenScores.of(Classifier.open(folder), frozen_rows(dataset))


def _evaluate_authored(
    model: Evaluated, test: "Dataset", bars: "np.ndarray[Any, np.dtype[np.float32]]", bootstrap: int
) -> dict[str, Any] | None:
    authored = test.where((np.array(test.splits) == "test") & (np.array(test.origins) == "authored"))
    if not len(authored):
        return None
    return evaluate(
        authored.labels,
        probabilities_of(model, authored.texts),
        bars,
        authored.corpora,
        bootstrap=bootstrap,
        groups=authored.groups,
    ).to_dict()
