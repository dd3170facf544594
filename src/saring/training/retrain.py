"""Newly labelled rows beside remembered ones, so that what was learnt is kept."""

from dataclasses import replace

import numpy as np

from saring.corpora.dataset import Dataset
from saring.errors import RecipeError
from saring.training.recipe import RehearsalRecipe


def mix(added: Dataset, known: Dataset, recipe: RehearsalRecipe, seed: int) -> Dataset:
    """``added`` to train on, a rehearsal sample of ``known``'s train split, and all of its dev split.

    Rehearsed rows are those judged under the policy (annotated or authored); a row of ``known`` that
    was labelled anew in ``added`` leaves, so that the newer judgement stands.
    """
    if not len(added):
        raise RecipeError("there are no new rows to train on")
    relabelled = set(added.keys)
    judged = np.array(
        [
            split == "train" and origin != "corpus" and key not in relabelled
            for split, origin, key in zip(known.splits, known.origins, known.keys, strict=True)
        ]
    )
    wanted = max(recipe.least_rows, round(len(added) * recipe.rows_per_added))
    rows = np.flatnonzero(judged)
    remembered = np.random.default_rng(seed).permutation(rows)[:wanted]
    kept = np.zeros(len(known), dtype=bool)
    kept[remembered] = True
    to_train = replace(added, splits=["train"] * len(added))
    return to_train.concat(known.where(kept), known.split("dev"))


def sources(rehearsed: Dataset) -> str:
    """In words, what is rehearsed: rows by corpus, the largest first."""
    train = rehearsed.split("train")
    counts = {corpus: train.corpora.count(corpus) for corpus in set(train.corpora)}
    largest_first = sorted(counts.items(), key=lambda item: -item[1])
    return ", ".join(f"{corpus} {count:,}" for corpus, count in largest_first)
