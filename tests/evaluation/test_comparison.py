import json

import numpy as np
import pytest
from scored_rows import HALF, a_dataset, a_model

from saring.errors import EvaluationError
from saring.evaluation.comparison import compare_scores
from saring.evaluation.frozen import FrozenScores, frozen_rows
from saring.evaluation.metrics import evaluate
from saring.taxonomy import taxonomy


def _scores(dataset, skill, seed=1):
    return FrozenScores.of(a_model(dataset, skill, seed), frozen_rows(dataset))


def _compare(before, after, **how):
    return compare_scores(before, after, HALF.flag, HALF.flag, bootstrap=200, **how)


@pytest.fixture(scope="module")
def dataset():
    return a_dataset(1500)


def test_a_model_is_not_worse_than_itself(dataset):
    scores = _scores(dataset, 0.45)
    found = _compare(scores, scores)
    assert found.worse() == [] and found.flips == ()
    assert found.macro_f1.difference.value == found.macro_f1.difference.low == 0


def test_a_worse_model_is_called_worse_where_it_is_and_the_better_one_is_not(dataset):
    good, bad = _scores(dataset, 0.45), _scores(dataset, 0.3)
    down, up = _compare(good, bad), _compare(bad, good)
    assert all(down.is_worse(category) for category in taxonomy().ids)
    assert any(place.startswith("macro F1") for place in down.worse())
    assert up.worse() == []


def test_only_the_category_that_fell_is_named(dataset):
    before = _scores(dataset, 0.45)
    probabilities = before.probabilities.copy()
    probabilities[:, 3] = np.random.default_rng(5).random(len(probabilities))
    after = FrozenScores(before.keys, before.groups, before.labels, probabilities)
    found = _compare(before, after)
    assert [category for category in taxonomy().ids if found.is_worse(category)] == ["radikalisme"]
    assert found.worse()[0].startswith("radikalisme F1 ")
    assert {flip.category for flip in found.flips} == {"radikalisme"}


def test_more_clean_rows_flagged_is_worse_though_every_category_holds(dataset):
    before = _scores(dataset, 1.0)
    found = compare_scores(before, before, HALF.flag, (0.0, *HALF.flag[1:]), bootstrap=200)
    assert any(place.startswith("share of clean rows flagged") for place in found.worse())


def test_a_paired_interval_is_narrower_than_the_models_own(dataset):
    before, after = _scores(dataset, 0.45), _scores(dataset, 0.44)
    found = _compare(before, after).macro_f1.difference
    rows = frozen_rows(dataset)
    alone = evaluate(
        rows.labels, before.probabilities, HALF.flag, rows.corpora, groups=rows.groups, bootstrap=200
    ).macro["f1"]
    assert found.high - found.low < 0.8 * (alone.high - alone.low)


def test_flips_say_which_row_which_way_and_whether_that_is_right(dataset):
    before = _scores(dataset, 1.0)
    at = int(np.flatnonzero(before.labels[:, 2] == 1)[0])
    probabilities = before.probabilities.copy()
    probabilities[at, 2] = 0.1
    after = FrozenScores(before.keys, before.groups, before.labels, probabilities)
    (flip,) = _compare(before, after).flips
    assert (flip.key, flip.category, flip.flagged, flip.label) == (before.keys[at], "provokasi", False, 1)
    assert flip.better is False
    (back,) = _compare(after, before).flips
    assert back.better is True


def test_different_frozen_tests_are_not_compared(dataset):
    other = a_dataset(1500, seed=9)
    with pytest.raises(EvaluationError, match="different frozen tests"):
        _compare(_scores(dataset, 0.45), _scores(other, 0.6))


def test_the_json_form_is_json(dataset):
    found = _compare(_scores(dataset, 0.45), _scores(dataset, 0.3)).to_dict()
    assert json.loads(json.dumps(found, allow_nan=False))["worse"]
