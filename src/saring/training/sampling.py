"""Which rows an epoch sees, and in which batches."""

from collections import defaultdict
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from saring.corpora.dataset import Dataset
from saring.training.recipe import SamplingRecipe

_BLOCK = 4096


def strata(data: Dataset) -> list[tuple[str, str]]:
    """The stratum of every row: its corpus and the rarest category it is positive for, or ``clean``."""
    positive = np.nan_to_num(data.labels) >= 0.5
    frequency = positive.sum(axis=0)
    rarest_first = np.argsort(frequency, kind="stable")
    ordered = positive[:, rarest_first]
    rarest = np.where(ordered.any(axis=1), rarest_first[ordered.argmax(axis=1)], -1)
    return [(corpus, str(category)) for corpus, category in zip(data.corpora, rarest, strict=True)]


def draw_epoch(data: Dataset, recipe: SamplingRecipe, seed: int, epoch: int) -> NDArray[np.int64]:
    """Row indices of one epoch, shuffled; the same for the same seed and epoch, so runs can resume.

    Rows judged under the policy (annotated, authored, added) are drawn about once each, small strata
    more often; rows that only a corpus labelled fill ``corpus_share`` of the epoch.
    """
    rng = np.random.default_rng([seed, epoch])
    members: dict[bool, dict[tuple[str, str], list[int]]] = {
        True: defaultdict(list),
        False: defaultdict(list),
    }
    for index, stratum in enumerate(strata(data)):
        members[data.origins[index] == "corpus"][stratum].append(index)
    judged = sum(map(len, members[False].values()))
    sizes = {False: judged, True: round(judged * recipe.corpus_share / (1 - recipe.corpus_share))}
    drawn = [
        _draw(rows, count, rng)
        for from_corpus, groups in members.items()
        for rows, count in zip(
            groups.values(), _allocate(groups.values(), sizes[from_corpus], recipe), strict=True
        )
    ]
    return rng.permutation(np.concatenate(drawn)) if drawn else np.empty(0, dtype=np.int64)


def _allocate(groups: Collection[list[int]], total: int, recipe: SamplingRecipe) -> list[int]:
    sizes = np.array([len(group) for group in groups], dtype=np.float64)
    if not len(sizes):
        return []
    shares = sizes**recipe.smoothing
    wanted = total * shares / shares.sum()
    return [int(count) for count in np.minimum(np.ceil(wanted), np.ceil(sizes * recipe.max_repeats))]


def _draw(rows: list[int], count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """``count`` of ``rows``: every row as often as every other, give or take one."""
    whole, rest = divmod(count, len(rows))
    return np.concatenate([np.tile(rows, whole), rng.permutation(rows)[:rest]]).astype(np.int64)


def token_batches(
    lengths: Sequence[int], order: NDArray[np.int64], tokens: int, seed: int
) -> list[NDArray[np.int64]]:
    """Cut ``order`` into batches of at most ``tokens`` padded tokens (at least one row each).

    Rows of like length are put together within blocks, and batches are shuffled, so that padding is
    small and the order still random.
    """
    rng = np.random.default_rng(seed)
    batches: list[NDArray[np.int64]] = []
    for start in range(0, len(order), _BLOCK):
        rows = sorted(order[start : start + _BLOCK], key=lambda row: lengths[row])
        batch: list[int] = []
        for row in rows:
            if batch and (len(batch) + 1) * lengths[row] > tokens:
                batches.append(np.array(batch))
                batch = []
            batch.append(int(row))
        batches.append(np.array(batch))
    return [batches[i] for i in rng.permutation(len(batches))]
