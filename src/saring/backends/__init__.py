"""What turns windows of text into scores: one protocol, an implementation for each kind of model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a normalised text that a backend reads at once.

    ``ids`` are token ids, special tokens included (empty for backends that read characters);
    ``spans`` has shape ``(units, 2)``: where each unit stands in the *whole* normalised text,
    ``(0, 0)`` for units that stand for no text. For token models a unit is a token.
    """

    text: str
    ids: NDArray[np.int64]
    spans: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class WindowScore:
    """Raw scores of one window, before calibration.

    ``logits`` has shape ``(categories,)``; ``contributions`` ``(units, categories)``: the terms of
    each logit, which is their sum and a bias.
    """

    logits: NDArray[np.float32]
    contributions: NDArray[np.float32]


class Backend(Protocol):
    """A model that scores windows of normalised text. Calls from several threads are safe."""

    threads: int
    """How many batches it gains by scoring at once."""

    def windows(self, texts: Sequence[str]) -> list[list[Window]]:
        """Cut each text into windows that cover all of it; at least one each."""
        ...

    def score(self, windows: Sequence[Window]) -> list[WindowScore]:
        """Score windows, padding them to the longest: pass windows of like length together."""
        ...
