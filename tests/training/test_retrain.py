from dataclasses import replace

import numpy as np
import pytest
from small_training import rows

from saring.corpora.dataset import Dataset
from saring.errors import RecipeError
from saring.training.recipe import RehearsalRecipe
from saring.training.retrain import mix, sources

PLAN = RehearsalRecipe(rows_per_added=2, least_rows=30)


def added(count: int) -> Dataset:
    new = rows(count, seed=9)
    return replace(new, corpora=["added"] * count, origins=["added"] * count, splits=["train"] * count)


def test_new_rows_are_mixed_with_remembered_ones() -> None:
    known = rows(400)
    mixed = mix(added(20), known, PLAN, seed=0)
    train = mixed.split("train")
    assert sources(mixed) == "posts 40, added 20"
    assert set(train.keys) <= set(known.split("train").keys) | set(added(20).keys)
    assert mixed.split("dev").keys == known.split("dev").keys
    assert not len(mixed.split("test"))


def test_a_few_new_rows_still_rehearse_enough() -> None:
    assert mix(added(3), rows(400), PLAN, seed=0).split("train").corpora.count("posts") == 30


def test_the_newer_judgement_stands() -> None:
    known = rows(40).split("train")
    relabelled = known.take([0])
    relabelled = replace(relabelled, labels=1 - np.nan_to_num(relabelled.labels), corpora=["added"])
    mixed = mix(relabelled, known, PLAN, seed=0)
    assert mixed.keys.count(known.keys[0]) == 1
    assert mixed.labels[mixed.keys.index(known.keys[0])].max() == 1


def test_rows_that_only_a_corpus_labelled_are_not_rehearsed() -> None:
    known = replace(rows(40), origins=["corpus"] * 40)
    assert set(mix(added(5), known, PLAN, seed=0).split("train").corpora) == {"added"}


def test_nothing_new_is_an_error() -> None:
    with pytest.raises(RecipeError, match="no new rows"):
        mix(added(0), rows(40), PLAN, seed=0)
