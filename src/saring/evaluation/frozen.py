"""The frozen test: its rows are annotated, its digest names it, its scores travel with the model.

Because the scores travel, two models can be compared where no corpus is at hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from saring.errors import EvaluationError

if TYPE_CHECKING:
    from saring.corpora.dataset import Dataset

FROZEN_SCORES = "frozen_test.npz"


class Scores(Protocol):
    """What scoring gives: ``probabilities`` has shape ``(texts, categories)``."""

    @property
    def probabilities(self) -> NDArray[np.float32]: ...  # noqa: D102


class Scorer(Protocol):
    """What is evaluated: the classifier, or anything that scores texts as it does."""

    def score(self, texts: Sequence[str]) -> Scores: ...  # noqa: D102


def probabilities_of(model: Scorer, texts: Sequence[str]) -> NDArray[np.float32]:
    """Probabilities ``(texts, categories)``; a text with nothing to read has none, which is 0 here."""
    return np.nan_to_num(np.asarray(model.score(texts).probabilities, np.float32), nan=0.0)


@dataclass(frozen=True, slots=True)
class FrozenScores:
    """A model's calibrated probabilities on the frozen test.

    ``keys`` and ``groups`` have length n; ``labels`` and ``probabilities`` shape ``(n, C)``. Rows are
    sorted by key, so that equal digests mean equal rows in equal order.
    """

    keys: tuple[str, ...]
    groups: tuple[str, ...]
    labels: NDArray[np.float32]
    probabilities: NDArray[np.float32]

    @property
    def digest(self) -> str:
        """SHA-256 over the sorted row keys and their labels: the name of this frozen test."""
        return _digest(self.keys, self.labels)

    @classmethod
    def of(cls, model: Scorer, test: "Dataset") -> Self:
        """Score the rows that ``frozen_rows`` gives."""
        return cls(
            keys=tuple(test.keys),
            groups=tuple(test.groups),
            labels=test.labels,
            probabilities=probabilities_of(model, test.texts),
        )

    def save(self, folder: Path) -> None:
        """Write the scores into a model folder that is still being made (before its manifest)."""
        np.savez_compressed(
            folder / FROZEN_SCORES,
            keys=np.array(self.keys, dtype="S"),
            groups=np.unique(np.array(self.groups), return_inverse=True)[1].astype(np.int32),
            labels=self.labels,
            probabilities=self.probabilities,
        )

    @classmethod
    def load(cls, folder: Path) -> Self | None:
        """The scores that travel with the model in ``folder``, or ``None`` when it has none.

        Groups come back as numbers: their names do not travel.
        """
        path = folder / FROZEN_SCORES
        if not path.is_file():
            return None
        with np.load(path, allow_pickle=False) as arrays:
            return cls(
                keys=tuple(key.decode() for key in arrays["keys"]),
                groups=tuple(str(group) for group in arrays["groups"]),
                labels=arrays["labels"],
                probabilities=arrays["probabilities"],
            )

    def within(self, dataset: "Dataset") -> tuple["Dataset", NDArray[np.float32]]:
        """The frozen rows of ``dataset`` that these scores hold, and their probabilities ``(rows, C)``."""
        at = {key: number for number, key in enumerate(self.keys)}
        rows = frozen_rows(dataset)
        rows = rows.where([key in at for key in rows.keys])
        return rows, self.probabilities[[at[key] for key in rows.keys]]


def frozen_rows(dataset: "Dataset") -> "Dataset":
    """The frozen test of ``dataset``: annotated rows of the test split, sorted by key.

    Raises:
        EvaluationError: there are none.
    """
    mask = (np.array(dataset.splits) == "test") & (np.array(dataset.origins) == "annotation")
    if not mask.any():
        raise EvaluationError("the dataset has no annotated test rows; build it with `saring data build`")
    order = sorted(np.flatnonzero(mask).tolist(), key=lambda row: (dataset.keys[row], dataset.corpora[row]))
    return dataset.take(order)


def frozen_digest(dataset: "Dataset") -> str:
    """The digest of ``frozen_rows(dataset)``, without scoring anything."""
    test = frozen_rows(dataset)
    return _digest(test.keys, test.labels)


def _digest(keys: Sequence[str], labels: NDArray[np.float32]) -> str:
    digest = sha256()
    for key, row in zip(keys, labels, strict=True):
        cells = ",".join("" if np.isnan(label) else f"{label:g}" for label in row)
        digest.update(f"{key}:{cells}\n".encode())
    return digest.hexdigest()
