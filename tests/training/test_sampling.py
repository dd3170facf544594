from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_training import rows

from saring.training.recipe import SamplingRecipe
from saring.training.sampling import draw_epoch, strata, token_batches


def test_an_epoch_is_the_same_for_the_same_seed_and_differs_between_epochs() -> None:
    data, plan = rows(), SamplingRecipe()
    assert (draw_epoch(data, plan, 0, 1) == draw_epoch(data, plan, 0, 1)).all()
    assert (draw_epoch(data, plan, 0, 1)[:20] != draw_epoch(data, plan, 0, 2)[:20]).any()


def test_small_strata_are_seen_more_often_but_not_without_bound() -> None:
    data = rows(400)
    labels = np.zeros_like(data.labels)
    labels[:2, 7] = 1
    data = replace(data, labels=labels)
    drawn = np.bincount(draw_epoch(data, SamplingRecipe(smoothing=0.6, max_repeats=3), 0, 0), minlength=400)
    assert drawn[:2].tolist() == [3, 3]
    assert drawn[2:].mean() == pytest.approx(1, abs=0.05)


def test_corpus_labels_fill_their_share() -> None:
    data = rows(400)
    data = replace(data, origins=["corpus" if at % 2 else "annotation" for at in range(400)])
    drawn = draw_epoch(data, SamplingRecipe(corpus_share=0.2), 0, 0)
    assert np.mean([data.origins[row] == "corpus" for row in drawn]) == pytest.approx(0.2, abs=0.02)


def test_a_stratum_is_the_rarest_positive_category() -> None:
    data = rows(40)
    labels = np.zeros_like(data.labels)
    labels[:10, 1] = 1
    labels[:3, 2] = 1
    named = strata(replace(data, labels=labels))
    assert [category for _, category in named[:12]] == ["2"] * 3 + ["1"] * 7 + ["-1"] * 2


@given(st.lists(st.integers(1, 60), min_size=1, max_size=300), st.integers(1, 200))
def test_batches_hold_every_row_once_and_keep_the_budget(lengths: list[int], tokens: int) -> None:
    batches = token_batches(lengths, np.arange(len(lengths)), tokens, seed=0)
    assert sorted(np.concatenate(batches).tolist()) == list(range(len(lengths)))
    assert all(
        len(batch) == 1 or len(batch) * max(lengths[row] for row in batch) <= tokens for batch in batches
    )
