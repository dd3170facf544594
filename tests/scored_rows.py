"""A dataset, and a model whose probabilities are read from a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from manifests import a_manifest
from numpy.typing import NDArray

from saring.artefact.manifest import Manifest, Thresholds
from saring.corpora.dataset import Dataset
from saring.corpora.keys import row_key

HALF = Thresholds((0.25,) * 8, (0.5,) * 8)


@dataclass
class TableModel:
    """Scores texts by a table; counts the texts that it was asked for."""

    table: Mapping[str, NDArray[np.float32]]
    asked: int = 0

    @dataclass(frozen=True)
    class Scores:
        probabilities: NDArray[np.float32]

    @property
    def manifest(self) -> Manifest:
        return a_manifest(thresholds=HALF)

    def score(self, texts: Sequence[str]) -> "TableModel.Scores":
        self.asked += len(texts)
        return self.Scores(np.stack([self.table[text] for text in texts]))


def a_dataset(rows: int = 400, seed: int = 0) -> Dataset:
    """Annotated rows on every side of the split, authored ones, and a corpus assumed clean."""
    random = np.random.default_rng(seed)
    texts = [f"teks {seed} nomor {row}" for row in range(rows)]
    labels = (random.random((rows, 8)) < 0.15).astype(np.float32)
    labels[random.random((rows, 8)) < 0.05] = np.nan
    origins = random.choice(["annotation", "authored", "corpus"], p=[0.7, 0.15, 0.15], size=rows).tolist()
    labels[np.array(origins) == "corpus"] = 0.05
    return Dataset(
        texts=texts,
        corpora=[
            {"annotation": "tweets", "authored": "authored/pairs", "corpus": "news"}[o] for o in origins
        ],
        keys=[row_key(text) for text in texts],
        groups=[f"g{row // 2}" for row in range(rows)],
        splits=random.choice(["train", "dev", "test"], p=[0.2, 0.2, 0.6], size=rows).tolist(),
        labels=labels,
        origins=origins,
    )


def a_model(dataset: Dataset, skill: float, seed: int = 1) -> TableModel:
    """A model that knows the labels as well as ``skill`` (0 to 1) says."""
    random = np.random.default_rng(seed)
    noise = random.random(dataset.labels.shape)
    truth = np.nan_to_num(dataset.labels, nan=0.5)
    blend = (skill * truth + (1 - skill) * noise).astype(np.float32)
    return TableModel(dict(zip(dataset.texts, blend, strict=True)))
