from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from manifests import a_manifest
from scored_rows import HALF, a_dataset, a_model

from saring.artefact.registry import Registry
from saring.errors import EvaluationError
from saring.evaluation.frozen import FROZEN_SCORES, FrozenScores, frozen_rows
from saring.evaluation.promotion import WorseModelError, promote_model

DATASET = a_dataset(1200)


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "models")


@pytest.fixture
def candidate(tmp_path: Path):
    def make(version: str, skill: float, dataset=DATASET, scored: bool = True) -> Path:
        folder = tmp_path / f"candidate-{version}"
        folder.mkdir()
        (folder / "model.onnx").write_bytes(version.encode())
        if scored:
            FrozenScores.of(a_model(dataset, skill), frozen_rows(dataset)).save(folder)
        a_manifest(version=version, thresholds=HALF).write(folder)
        return folder

    return make


def _promote(registry, folder, **how):
    return promote_model(registry, folder, who="ani", why="a test", **how)


def test_the_first_model_needs_no_comparison(registry, candidate):
    assert _promote(registry, candidate("1", 0.3)) is None
    assert registry.production_version() == "1"


def test_a_better_model_is_promoted_and_not_called_forced(registry, candidate):
    _promote(registry, candidate("1", 0.3))
    comparison = _promote(registry, candidate("2", 0.45), force=True)
    assert comparison.macro_f1.difference.low > 0
    assert registry.production_version() == "2"
    assert registry.versions()["2"]["promoted"][0]["forced"] is False


def test_a_worse_model_is_refused_where_it_is_worse_and_nothing_changes(registry, candidate):
    _promote(registry, candidate("1", 0.45))
    with pytest.raises(WorseModelError, match=r"radikalisme F1 0\.\d+ -> 0\.\d+") as refusal:
        _promote(registry, candidate("2", 0.3))
    assert refusal.value.comparison.worse()
    assert registry.production_version() == "1"
    assert list(registry.versions()) == ["1"]


def test_force_promotes_a_worse_model_and_is_recorded(registry, candidate):
    _promote(registry, candidate("1", 0.45))
    comparison = _promote(registry, candidate("2", 0.3), force=True)
    assert comparison.worse()
    assert registry.production_version() == "2"
    assert registry.versions()["2"]["promoted"][0]["forced"] is True


@pytest.mark.parametrize("skill", [0.2, 0.45])
def test_a_model_that_cannot_be_compared_is_refused_unless_forced(registry, candidate, skill):
    _promote(registry, candidate("1", 0.3))
    folder = candidate("2", skill, dataset=a_dataset(300, seed=3))
    with pytest.raises(EvaluationError, match="different frozen tests"):
        _promote(registry, folder)
    assert _promote(registry, folder, force=True) is None
    assert registry.versions()["2"]["promoted"][0]["forced"] is True


def test_a_model_without_scores_is_refused_by_name(registry, candidate):
    _promote(registry, candidate("1", 0.3))
    with pytest.raises(EvaluationError, match="saring-id 2 carries no scores"):
        _promote(registry, candidate("2", 0.45, scored=False))


def test_a_damaged_production_model_can_be_replaced_by_force(registry, candidate):
    _promote(registry, candidate("1", 0.3))
    scores = registry.production() / FROZEN_SCORES
    scores.write_bytes(scores.read_bytes()[:-1])
    folder = candidate("2", 0.45)
    with pytest.raises(Exception, match=FROZEN_SCORES):
        _promote(registry, folder)
    _promote(registry, folder, force=True)
    assert registry.production_version() == "2"


def test_going_back_to_an_older_published_version_is_the_same_judgement(registry, candidate):
    _promote(registry, candidate("1", 0.3))
    _promote(registry, candidate("2", 0.45))
    with pytest.raises(WorseModelError):
        _promote(registry, registry.path("saring-id", "1"))
    _promote(registry, registry.path("saring-id", "1"), force=True)
    assert registry.production_version() == "1"
    assert [record["forced"] for record in registry.versions()["1"]["promoted"]] == [False, True]


def test_with_a_dataset_whose_frozen_test_the_models_were_scored_on_nothing_is_scored_again(
    registry, candidate
):
    _promote(registry, candidate("1", 0.3))
    comparison = _promote(registry, candidate("2", 0.45), dataset=DATASET)  # neither folder could be run
    assert comparison.rows == len(frozen_rows(DATASET))


def test_unknown_labels_do_not_decide(registry, candidate):
    labels = np.where(np.arange(8) < 7, DATASET.labels, np.nan).astype(np.float32)
    masked = replace(DATASET, labels=labels)
    _promote(registry, candidate("1", 0.45, masked))
    comparison = _promote(registry, candidate("2", 0.45, masked))
    assert not comparison.is_worse("ancaman")
    assert comparison.f1["ancaman"].difference.value is None
