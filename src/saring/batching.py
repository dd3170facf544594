"""Micro-batches: items of like length together, as many as a budget of padded units allows."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray


def batches(lengths: Sequence[int], budget: int) -> Iterator[NDArray[np.int64]]:
    """Positions of the items of each batch, longest items first; every position comes once.

    A batch costs its longest length times its items, padding counted, and at most ``budget``; an
    item longer than that stands alone.
    """
    order = np.argsort(-np.asarray(lengths, np.int64), kind="stable")
    start = 0
    while start < len(order):
        longest = max(1, lengths[order[start]])
        end = start + max(1, budget // longest)
        yield order[start:end]
        start = end
