"""The notebooks run on small data of our own; of a row that stands for another's, no text is shown."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
from execute import execute
from small_corpus import copy_of, entry, file_entry, put
from small_training import rows
from tiny_model import tiny_model

from saring.classifier import Classifier
from saring.corpora.dataset import Dataset
from saring.corpora.keys import row_key
from saring.evaluation.fairness import Identity
from saring.evaluation.frozen import FrozenScores, frozen_rows
from saring.evaluation.functional import FunctionalCase
from saring.evaluation.ordinary import OrdinarySentence
from saring.evaluation.robustness import record_robustness
from saring.evaluation.run import evaluate_candidate
from saring.taxonomy import taxonomy


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    """Every fifth row stands for one of ours; the model does not know a word of the insults here."""
    data = rows(200)
    own = [number % 5 == 4 for number in range(len(data))]
    texts = [text.replace("goblok", "dungu") for text in data.texts]
    return replace(
        data,
        texts=texts,
        keys=[row_key(text) for text in texts],
        origins=["authored" if yes else "annotation" for yes in own],
        corpora=["authored/pairs" if yes else "contoh" for yes in own],
    )


@pytest.fixture
def home(dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    dataset.save(tmp_path / "dataset.parquet")
    monkeypatch.setenv("SARING_DATASET", str(tmp_path / "dataset.parquet"))
    return tmp_path


def shown(notebook: Path, dataset: Dataset) -> str:
    """All outputs together; others' texts must not be among them, in the cells neither."""
    written = notebook.read_text(encoding="utf-8")
    of_others = [
        text for text, origin in zip(dataset.texts, dataset.origins, strict=True) if origin != "authored"
    ]
    assert not [text for text in of_others if text in written]
    cells = json.loads(written)["cells"]
    assert all(cell["execution_count"] for cell in cells if cell["cell_type"] == "code")
    return json.dumps([cell.get("outputs", []) for cell in cells])


def test_the_data_audit_counts_rows_and_measures_what_corpora_know(
    dataset: Dataset, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    insults = dataset.labels[:, taxonomy().ids.index("penghinaan")] == 1
    lines = [[text, str(int(yes))] for text, yes in zip(dataset.texts, insults, strict=True)]
    put(home, "a.csv.zst", copy_of(["teks", "kasar"], *lines))
    rule = 'label = [{ category = "penghinaan", value = 1, trust = 0.4, where = { kasar = "1" } }]'
    (home / "catalogue.toml").write_text(entry(body=rule + file_entry("a.csv.zst", "a.csv")))
    with (home / "annotations.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["corpus", "key", *taxonomy().ids])
        writer.writerows(
            ["contoh", key, *("" if cell != cell else int(cell) for cell in cells)]
            for key, cells in zip(dataset.keys, dataset.labels, strict=True)
        )
    for name, value in (
        ("SARING_CATALOGUE", home / "catalogue.toml"),
        ("SARING_ANNOTATIONS", home / "annotations.csv"),
        ("SARING_CORPORA", home),
    ):
        monkeypatch.setenv(name, str(value))
    outputs = shown(execute("data_audit", home), dataset)
    assert "200 rows, 200 annotations, 1 corpora" in outputs
    assert "1 soft labels measured" in outputs
    assert outputs.count("image/png") == 2


def test_the_model_report_draws_a_model_and_names_its_mistakes(
    dataset: Dataset, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tiny_model(home / "candidate")
    evaluate_candidate(
        folder,
        Classifier.open(folder),
        dataset,
        dataset.split("dev"),
        [OrdinarySentence("kucing gacor", "pets")],
        functional=[
            FunctionalCase("main slot", "perjudian", True, "promotion"),
            FunctionalCase("kopi pagi", "all", False, "food"),
        ],
        identities=[Identity("warga", "others", True, ("warga",))],
        bootstrap=20,
    )
    record_robustness(
        folder, Classifier.open(folder), frozen_rows(dataset), FrozenScores.load(folder), clean_rows=10
    )
    monkeypatch.setenv("SARING_MODEL", str(folder))
    outputs = shown(execute("model_report", home), dataset)
    test = frozen_rows(dataset)
    missed = test.where(["dungu" in text for text in test.texts])
    assert f"{len(test):,} of the {len(test):,} rows of its frozen test" in outputs
    assert any(f"contoh `{key[:12]}`" in outputs for key in missed.keys)
    ours = dataset.split("test").where([origin == "authored" for origin in dataset.split("test").origins])
    assert any(text in outputs for text in ours.texts if "dungu" in text)
    assert outputs.count("image/png") == 6
