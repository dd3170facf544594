import numpy as np
import pytest

from saring.artefact.manifest import Thresholds
from saring.evaluation.selective import confidence_of, measure_selective, risk_by_coverage

BAND = Thresholds(review=(0.2,) * 8, flag=(0.4,) * 8)


def test_risk_is_of_the_surest_first() -> None:
    wrong = np.array([True, False, False, True])
    assert risk_by_coverage(wrong, np.array([0.1, 0.9, 0.8, 0.5])) == pytest.approx([0, 0, 1 / 3, 1 / 2])


def test_confidence_is_none_at_the_threshold_and_full_at_either_end() -> None:
    found = confidence_of(np.array([0.0, 0.2, 0.4, 0.7, 1.0]), 0.4)
    assert found == pytest.approx([1, 0.5, 0, 0.5, 1])


def test_doubt_that_is_right_reaches_the_best_area_and_doubt_that_is_wrong_does_not() -> None:
    labels = np.zeros((10, 8), np.float32)
    doubted, sure = (np.full((10, 8), 0.01, np.float32) for _ in range(2))
    doubted[:2], sure[:2] = 0.41, 0.99
    right, wrong = (measure_selective(labels, scores, BAND)["sara"] for scores in (doubted, sure))
    assert right["risk"]["80%"] == 0 and right["risk"]["100%"] == wrong["risk"]["100%"] == 0.2
    assert right["aurc"] == right["aurc_oracle"] == wrong["aurc_oracle"] < wrong["aurc"]


def test_the_review_band_is_left_to_people() -> None:
    labels = np.full((4, 8), np.nan, np.float32)
    labels[:, 0] = [1, 1, 0, 0]
    scores = np.zeros((4, 8), np.float32)
    scores[:, 0] = [0.9, 0.3, 0.1, 0.5]
    found = measure_selective(labels, scores, BAND)
    assert found["hoaks"]["decided"] == {"coverage": 0.75, "risk": pytest.approx(1 / 3, abs=1e-4)}
    assert found["hoaks"]["risk"]["100%"] == 0.5
    assert found["sara"] is None
