import numpy as np
import pytest

from saring.artefact.manifest import Calibration
from saring.evaluation.calibration import fit_calibration, fit_thresholds


def _sigmoid(logits):
    return 1 / (1 + np.exp(-logits))


def _rows(count, temperature, bias, seed=0, columns=8):
    """Logits of a model that is over-confident by ``temperature`` and off by ``bias``."""
    random = np.random.default_rng(seed)
    logits = random.normal(-1, 3, size=(count, columns)).astype(np.float32)
    labels = (random.random((count, columns)) < _sigmoid(logits / temperature + bias)).astype(np.float32)
    return logits, labels


def test_the_temperature_and_bias_that_made_the_labels_are_found():
    logits, labels = _rows(20_000, temperature=2.5, bias=-0.7)
    found = fit_calibration(logits, labels)
    np.testing.assert_allclose(found.temperature, 2.5, rtol=0.1)
    np.testing.assert_allclose(found.bias, -0.7, atol=0.1)


def test_unknown_labels_are_left_out():
    logits, labels = _rows(5_000, temperature=2.0, bias=0.5)
    half = labels.copy()
    half[2_500:] = np.nan
    assert fit_calibration(logits, half) == fit_calibration(logits[:2_500], labels[:2_500])


def test_texts_with_nothing_to_read_are_left_out():
    logits, labels = _rows(500, temperature=2.0, bias=0.5)
    holes = logits.copy()
    holes[:100] = np.nan
    found = fit_calibration(holes, labels)
    assert found == fit_calibration(logits[100:], labels[100:])
    assert fit_thresholds(found.probabilities(holes), labels) == fit_thresholds(
        found.probabilities(logits[100:]), labels[100:]
    )


def test_soft_labels_pull_as_far_as_they_say():
    logits = np.zeros((1_000, 8), np.float32)
    found = fit_calibration(logits, np.full((1_000, 8), 0.8, np.float32))
    np.testing.assert_allclose(found.probabilities(logits[:1]), 0.8, atol=0.01)


def test_few_or_no_labels_leave_the_model_as_it_is():
    logits, labels = _rows(3, temperature=1.0, bias=0.0)
    labels[:, 1:] = np.nan
    found = fit_calibration(logits, labels)
    assert found.temperature[1:] == (1.0,) * 7
    assert 0.5 < found.temperature[0] < 2 and abs(found.bias[0]) < 1


def test_the_order_of_texts_is_kept_even_if_the_logits_point_the_wrong_way():
    logits, labels = _rows(2_000, temperature=1.0, bias=0.0)
    found = fit_calibration(logits, 1 - labels)
    assert min(found.temperature) > 0


def test_separable_rows_do_not_run_away():
    logits = np.where(np.arange(400)[:, None] < 200, 8.0, -8.0) * np.ones((1, 8))
    labels = (logits > 0).astype(np.float32)
    found = fit_calibration(logits.astype(np.float32), labels)
    assert np.isfinite(found.temperature).all() and min(found.temperature) >= 0.05


def test_the_flag_threshold_is_near_the_best_f1_where_there_are_many_positives():
    logits, labels = _rows(8_000, temperature=1.0, bias=0.0, seed=3)
    probabilities = Calibration.identity(8).probabilities(logits)
    found = fit_thresholds(probabilities, labels)

    def f1(bar):
        flagged = probabilities[:, 0] >= bar
        return 2 * (flagged * labels[:, 0]).sum() / (flagged.sum() + labels[:, 0].sum())

    best = max(f1(bar) for bar in np.arange(0.05, 0.95, 0.01))
    assert f1(found.flag[0]) > best - 0.01


def test_a_handful_of_positives_does_not_move_the_threshold_far():
    random = np.random.default_rng(7)
    logits, labels = _rows(8_000, temperature=1.0, bias=0.0, seed=3)
    probabilities = Calibration.identity(8).probabilities(logits)
    settled = fit_thresholds(probabilities, labels).flag[0]
    flags = []
    for _ in range(20):
        rows = random.choice(8_000, size=40, replace=False)  # about 15 positives
        flags.append(fit_thresholds(probabilities[rows], labels[rows]).flag[0])
    assert np.abs(np.array(flags) - settled).max() < 0.25


def test_review_reaches_the_recall_but_stays_between_half_the_flag_and_the_flag():
    logits, labels = _rows(8_000, temperature=1.0, bias=0.0, seed=4)
    probabilities = Calibration.identity(8).probabilities(logits)
    found = fit_thresholds(probabilities, labels)
    for review, flag in zip(found.review, found.flag, strict=True):
        assert 0.3 <= flag <= 0.95
        assert flag / 2 - 1e-9 <= review <= flag
    perfect = fit_thresholds(np.where(labels > 0, 0.9, 0.01).astype(np.float32), labels)
    assert perfect.review == perfect.flag


@pytest.mark.parametrize("fill", [np.nan, 0.0])
def test_a_category_nobody_labelled_still_gets_usable_thresholds(fill):
    probabilities = np.zeros((10, 8), np.float32)
    found = fit_thresholds(probabilities, np.full((10, 8), fill, np.float32))
    assert all(0 < review <= flag < 1 for review, flag in zip(found.review, found.flag, strict=True))
