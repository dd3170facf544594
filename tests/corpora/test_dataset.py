from pathlib import Path

import numpy as np
import pytest
from posts import vector

from saring.corpora.dataset import Dataset
from saring.errors import CorpusError


@pytest.fixture
def dataset() -> Dataset:
    return Dataset(
        texts=["satu", "dua 🙂", "tiga\nbaris"],
        corpora=["a", "a", "b"],
        keys=["1", "2", "3"],
        groups=["1", "1", "3"],
        splits=["train", "test", "train"],
        labels=np.stack([vector(hoaks=1), vector(sara=np.nan), vector(penghinaan=0.85)]),
        origins=["annotation", "annotation", "corpus"],
    )


def test_parquet_gives_back_what_was_saved(dataset: Dataset, tmp_path: Path) -> None:
    dataset.save(tmp_path / "new" / "rows.parquet")
    again = Dataset.load(tmp_path / "new" / "rows.parquet")
    assert np.array_equal(again.labels, dataset.labels, equal_nan=True)
    assert again.labels.dtype == np.float32
    for column in ("texts", "corpora", "keys", "groups", "splits", "origins"):
        assert getattr(again, column) == getattr(dataset, column)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["rows.parquet"]


def test_rows_are_chosen_and_joined(dataset: Dataset) -> None:
    train = dataset.split("train")
    assert train.texts == ["satu", "tiga\nbaris"]
    assert dataset.take([2, 0]).keys == ["3", "1"]
    joined = train.concat(dataset.split("test"), Dataset.empty())
    assert joined.keys == ["1", "3", "2"]
    assert np.isnan(joined.labels[2, 1])
    assert len(dataset.where([False, False, False])) == 0


def test_columns_of_different_length_are_refused(dataset: Dataset) -> None:
    with pytest.raises(ValueError, match="differ in length"):
        Dataset(["a"], [], [], [], [], dataset.labels, [])
    with pytest.raises(ValueError, match="mask of 2 for 3"):
        dataset.where([True, False])


def test_what_is_no_dataset_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="saring data build"):
        Dataset.load(tmp_path / "none.parquet")
    (tmp_path / "other.parquet").write_text("no parquet")
    with pytest.raises(CorpusError, match="no dataset"):
        Dataset.load(tmp_path / "other.parquet")
