from dataclasses import replace

import numpy as np
import pytest
from scored_rows import a_dataset, a_model

from saring.errors import EvaluationError
from saring.evaluation.frozen import FROZEN_SCORES, FrozenScores, frozen_digest, frozen_rows


def test_only_annotated_test_rows_are_the_frozen_test():
    dataset = a_dataset()
    rows = frozen_rows(dataset)
    assert set(rows.origins) == {"annotation"} and set(rows.splits) == {"test"}
    expected = sum(
        o == "annotation" and s == "test" for o, s in zip(dataset.origins, dataset.splits, strict=True)
    )
    assert len(rows) == expected
    assert rows.keys == sorted(rows.keys)


def test_the_digest_does_not_depend_on_order_or_other_rows_but_on_keys_and_labels():
    dataset = a_dataset()
    digest = frozen_digest(dataset)
    shuffled = dataset.take(np.random.default_rng(0).permutation(len(dataset)))
    assert frozen_digest(shuffled) == frozen_digest(dataset.split("test")) == digest
    labels = dataset.labels.copy()
    at = dataset.keys.index(frozen_rows(dataset).keys[0])
    labels[at, 0] = 1 - np.nan_to_num(labels[at, 0])
    assert frozen_digest(replace(dataset, labels=labels)) != digest
    assert frozen_digest(dataset.take(np.flatnonzero(np.arange(len(dataset)) != at))) != digest


def test_scores_travel_as_they_are(tmp_path):
    dataset = a_dataset()
    scores = FrozenScores.of(a_model(dataset, 0.8), frozen_rows(dataset))
    scores.save(tmp_path)
    loaded = FrozenScores.load(tmp_path)
    assert loaded.digest == scores.digest == frozen_digest(dataset)
    np.testing.assert_array_equal(loaded.probabilities, scores.probabilities)
    same = [(a == b) for a in scores.groups[:40] for b in scores.groups[:40]]
    assert same == [(a == b) for a in loaded.groups[:40] for b in loaded.groups[:40]]


def test_no_text_travels(tmp_path):
    dataset = a_dataset(40)
    FrozenScores.of(a_model(dataset, 0.8), frozen_rows(dataset)).save(tmp_path)
    with np.load(tmp_path / FROZEN_SCORES) as arrays:
        assert sorted(arrays) == ["groups", "keys", "labels", "probabilities"]


def test_a_text_without_a_score_counts_as_not_flagged():
    dataset = a_dataset(40)
    model = a_model(dataset, 0.8)
    first = frozen_rows(dataset).texts[0]
    model.table = {**model.table, first: np.full(8, np.nan, np.float32)}
    assert FrozenScores.of(model, frozen_rows(dataset)).probabilities[0].tolist() == [0] * 8


def test_a_dataset_without_a_frozen_test_and_a_model_without_scores(tmp_path):
    with pytest.raises(EvaluationError, match="annotated test rows"):
        frozen_rows(a_dataset().split("train"))
    assert FrozenScores.load(tmp_path) is None
