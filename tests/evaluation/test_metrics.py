import json

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, f1_score, precision_score, recall_score

from saring.evaluation.metrics import Interval, evaluate
from saring.evaluation.resampling import draws, figures
from saring.taxonomy import taxonomy

IDS = taxonomy().ids
BARS = np.linspace(0.3, 0.65, 8).astype(np.float32)


@pytest.fixture(scope="module")
def rows():
    random = np.random.default_rng(1)
    labels = (random.random((600, 8)) < np.linspace(0.05, 0.4, 8)).astype(np.float32)
    probabilities = np.clip(0.35 * labels + 0.7 * random.random((600, 8)), 0, 1)
    probabilities = np.round(probabilities, 2).astype(np.float32)  # ties
    labels[random.random((600, 8)) < 0.1] = np.nan
    return labels, probabilities


@pytest.fixture(scope="module")
def evaluation(rows):
    return evaluate(*rows, BARS, ["one", "two"] * 300, bootstrap=200)


@pytest.mark.parametrize("at", range(8))
def test_figures_are_those_of_scikit_learn_on_the_known_rows(rows, evaluation, at):
    labels, probabilities = rows
    known = np.isfinite(labels[:, at])
    truth, scores = labels[known, at], probabilities[known, at]
    flagged = scores >= BARS[at]
    found = evaluation.categories[IDS[at]]
    assert found.precision.value == pytest.approx(precision_score(truth, flagged))
    assert found.recall.value == pytest.approx(recall_score(truth, flagged))
    assert found.f1.value == pytest.approx(f1_score(truth, flagged))
    assert found.average_precision.value == pytest.approx(average_precision_score(truth, scores))
    assert (found.positives, found.known, found.flagged) == (truth.sum(), known.sum(), flagged.sum())


def test_resampled_figures_are_those_of_scikit_learn_with_the_rows_repeated(rows):
    labels, probabilities = rows
    (weights,) = draws(len(labels), 3, seed=5)
    found = figures(labels, probabilities, BARS, weights)
    for draw in range(3):
        repeated = np.repeat(np.arange(len(labels)), weights[draw].astype(int))
        truth, scores = labels[repeated], probabilities[repeated]
        known = np.isfinite(truth[:, 4])
        truth, scores = truth[known, 4], scores[known, 4]
        assert found.f1[draw, 4] == pytest.approx(f1_score(truth, scores >= BARS[4]))
        assert found.average_precision[draw, 4] == pytest.approx(average_precision_score(truth, scores))


def test_macro_is_the_mean_over_categories(evaluation):
    mean = np.mean([one.f1.value for one in evaluation.categories.values()])
    assert evaluation.macro["f1"].value == pytest.approx(mean)


def test_calibration_error_is_the_weighted_gap_over_fifteen_bins():
    labels = np.zeros((100, 8), np.float32)
    probabilities = np.full((100, 8), 0.91, np.float32)
    labels[:70] = 1
    probabilities[70:] = 0.02
    found = evaluate(labels, probabilities, BARS, ["x"] * 100, bootstrap=2).categories["hoaks"].ece.value
    assert found == pytest.approx(0.7 * 0.09 + 0.3 * 0.02, abs=1e-6)


def test_intervals_hold_their_value_and_narrow_with_rows(rows):
    labels, probabilities = rows
    few = evaluate(labels[:150], probabilities[:150], BARS, ["x"] * 150, bootstrap=300).macro["f1"]
    many = evaluate(labels, probabilities, BARS, ["x"] * 600, bootstrap=300).macro["f1"]
    assert few.low < few.value < few.high
    assert many.high - many.low < 0.75 * (few.high - few.low)


def test_repeated_rows_in_one_group_do_not_narrow_the_interval(rows):
    labels, probabilities = (np.repeat(part[:200], 4, axis=0) for part in rows)
    groups = [str(row // 4) for row in range(800)]

    def width(**how):
        found = evaluate(labels, probabilities, BARS, ["x"] * 800, bootstrap=300, **how).macro["f1"]
        return found.high - found.low

    assert width(groups=groups) > 1.5 * width()


def test_the_same_seed_gives_the_same_intervals(rows, evaluation):
    again = evaluate(*rows, BARS, ["one", "two"] * 300, bootstrap=200)
    assert again == evaluation
    other = evaluate(*rows, BARS, ["one", "two"] * 300, bootstrap=200, seed=1)
    assert other.macro["f1"].low != evaluation.macro["f1"].low


def test_clean_rows_are_those_known_to_be_free_of_all_eight():
    labels = np.zeros((6, 8), np.float32)
    labels[4, 2] = 1
    labels[5, 2] = np.nan
    probabilities = np.zeros((6, 8), np.float32)
    probabilities[[0, 4, 5], 0] = 0.9
    found = evaluate(labels, probabilities, BARS, ["a", "a", "b", "b", "b", "b"], bootstrap=50)
    assert found.clean_rows == 4
    assert found.clean_flagged.value == pytest.approx(0.25)
    assert found.sources["a"].flagged.value == pytest.approx(0.5)
    assert found.sources["b"].clean_rows == 2
    assert found.sources["b"].clean_flagged.value == 0
    assert found.sources["b"].categories["hoaks"]["flagged"] == pytest.approx(0.5)
    assert found.sources["b"].categories["provokasi"]["positives"] == 1


def test_what_the_rows_do_not_define_is_none_and_left_out_of_the_mean():
    labels = np.full((10, 8), np.nan, np.float32)
    labels[:, 0] = [1, 0] * 5
    probabilities = np.where(labels == 1, 0.9, 0.1).astype(np.float32)
    found = evaluate(labels, probabilities, BARS, ["x"] * 10, bootstrap=20)
    assert found.categories["sara"].f1 == Interval(None, None, None)
    assert found.macro["f1"].value == 1
    assert found.clean_flagged.value is None
    json.dumps(found.to_dict(), allow_nan=False)


def test_soft_labels_count_from_one_half():
    labels = np.full((4, 8), 0.4, np.float32)
    labels[:2] = 0.5
    probabilities = np.full((4, 8), 0.9, np.float32)
    found = evaluate(labels, probabilities, BARS, ["x"] * 4, bootstrap=2).categories["hoaks"]
    assert found.positives == 2
    assert found.precision.value == 0.5


def test_the_interval_of_a_share_is_wilsons():
    found = Interval.of_share(0, 50)
    assert (found.value, found.low) == (0, 0)
    assert found.high == pytest.approx(0.0713, abs=1e-4)
    assert Interval.of_share(0, 0).value is None
