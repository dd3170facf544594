"""The dataset: labelled texts with their origin, near-duplicate group and side of the split."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal, Protocol, Self, cast

import numpy as np
from numpy.typing import NDArray

from saring.corpora.split import Split
from saring.errors import CorpusError
from saring.taxonomy import taxonomy

Origin = Literal["annotation", "authored", "corpus", "added"]


class Labelled(Protocol):
    """Texts with labels ``(n, C)``, nan where unknown: what training reads, of the taxonomy or not."""

    @property
    def texts(self) -> list[str]: ...  # noqa: D102

    @property
    def labels(self) -> NDArray[np.float32]: ...  # noqa: D102


@dataclass(frozen=True)
class Dataset:
    """Columns of equal length ``n``.

    ``texts`` are decoded and not normalised; ``labels`` is float32 ``(n, categories)`` in the taxonomy's
    order: 1, 0, soft in between, nan where unknown.
    """

    texts: list[str]
    corpora: list[str]
    keys: list[str]
    groups: list[str]
    splits: list[Split]
    labels: NDArray[np.float32]
    origins: list[Origin]

    def __post_init__(self) -> None:
        lengths = {field.name: len(getattr(self, field.name)) for field in fields(self)}
        if len(set(lengths.values())) != 1:
            raise ValueError(f"columns differ in length: {lengths}")
        if self.labels.ndim != 2 or self.labels.shape[1] != len(taxonomy().ids):
            raise ValueError(f"labels have shape {self.labels.shape}, not (n, {len(taxonomy().ids)})")

    def __len__(self) -> int:
        return len(self.texts)

    @classmethod
    def empty(cls) -> Self:
        """A dataset without rows."""
        return cls([], [], [], [], [], np.zeros((0, len(taxonomy().ids)), dtype=np.float32), [])

    def where(self, mask: Sequence[bool] | NDArray[np.bool_]) -> Self:
        """The rows for which ``mask``, of length ``n``, is true."""
        chosen = np.flatnonzero(np.asarray(mask, dtype=bool))
        if len(mask) != len(self):
            raise ValueError(f"a mask of {len(mask)} for {len(self)} rows")
        return self.take(chosen)

    def take(self, rows: Sequence[int] | NDArray[np.int64]) -> Self:
        """The rows with these numbers, in this order."""
        columns = {
            field.name: [getattr(self, field.name)[row] for row in rows]
            for field in fields(self)
            if field.name != "labels"
        }
        return type(self)(labels=self.labels[np.asarray(rows, dtype=np.int64)], **columns)

    def split(self, name: Split) -> Self:
        """The rows on one side of the split."""
        return self.where([side == name for side in self.splits])

    def concat(self, *others: Self) -> Self:
        """These rows followed by those of ``others``."""
        parts = (self, *others)
        columns = {
            field.name: [value for part in parts for value in getattr(part, field.name)]
            for field in fields(self)
            if field.name != "labels"
        }
        return type(self)(labels=np.concatenate([part.labels for part in parts]), **columns)

    def save(self, path: Path) -> None:
        """Write a parquet file, one column per field and one per category; replaces ``path`` at once."""
        import pyarrow as pa
        import pyarrow.parquet as parquet

        columns = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "labels"}
        columns |= {
            category: pa.array(self.labels[:, index]) for index, category in enumerate(taxonomy().ids)
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(path.name + ".partial")
        parquet.write_table(pa.table(columns), partial, compression="zstd")
        partial.replace(path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what ``save`` wrote; raises ``CorpusError`` when it is missing or another kind."""
        import pyarrow as pa
        import pyarrow.parquet as parquet

        if not path.is_file():
            raise CorpusError(f"no dataset at {path}: run `saring data build --out {path}`")
        try:
            table = parquet.read_table(path)
            labels = [table[category].to_numpy().astype(np.float32) for category in taxonomy().ids]
            columns = {
                field.name: table[field.name].to_pylist() for field in fields(cls) if field.name != "labels"
            }
        except (pa.ArrowInvalid, KeyError) as error:
            raise CorpusError(f"{path} is no dataset of this taxonomy: {error}; build it again") from error
        return cls(labels=np.stack(labels, axis=1), **columns)


def dataset_of(
    texts: Sequence[str],
    corpora: Sequence[str],
    keys: Sequence[str],
    groups: Sequence[str],
    splits: Sequence[str],
    labels: Sequence[NDArray[np.float32]],
    origins: Sequence[Origin],
) -> Dataset:
    """A dataset from columns whose labels are one row each."""
    stacked = np.stack(labels).astype(np.float32) if len(labels) else Dataset.empty().labels
    sides = cast(list[Split], list(splits))
    return Dataset(list(texts), list(corpora), list(keys), list(groups), sides, stacked, list(origins))
