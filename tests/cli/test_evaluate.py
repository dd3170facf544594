"""``saring evaluate`` on a tiny model and rows whose trigger words it knows."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tiny_model import TRIGGERS, tiny_model
from typer.testing import CliRunner

from saring.artefact.manifest import Manifest, open_model
from saring.cli.app import app
from saring.corpora.dataset import Dataset
from saring.corpora.keys import row_key
from saring.evaluation.frozen import frozen_digest

RUNNER = CliRunner()


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    texts = [f"{word} kucing {n}" for words in TRIGGERS.values() for word in words[:1] for n in range(4)]
    texts += [f"kucing {n} ekor" for n in range(12)]
    labels = np.zeros((len(texts), 8), np.float32)
    labels[np.arange(32), np.repeat(np.arange(8), 4)] = 1
    keys, n = [row_key(text) for text in texts], len(texts)
    path = tmp_path / "dataset.parquet"
    Dataset(texts, ["x"] * n, keys, keys, ["test"] * n, labels, ["annotation"] * n).save(path)
    return path


def test_robustness_is_kept_with_a_model_that_is_not_published(dataset: Path, tmp_path: Path) -> None:
    folder = tiny_model(tmp_path / "candidate")
    digest = frozen_digest(Dataset.load(dataset))
    replace(Manifest.read(folder), evaluation={"test": {"digest": digest, "rows": 44}}).write(folder)
    done = RUNNER.invoke(app, ["evaluate", str(folder), "--dataset", str(dataset), "--robustness"])
    assert done.exit_code == 0, done.output
    assert "kept in manifest and card" in done.output
    kept = open_model(folder).evaluation["robustness"]
    assert kept["recall"] == 1 and kept["perturbations"]["leet"]["recall_lost"]["value"] > 0


def test_a_published_version_stays_as_it_is(dataset: Path, production: Path) -> None:
    manifest = production / "saring-id" / "1" / "manifest.json"
    before = manifest.read_bytes()
    done = RUNNER.invoke(app, ["evaluate", "production", "--dataset", str(dataset), "--robustness", "--json"])
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)
    assert figures["robustness"]["positive_rows"] == 32
    assert figures["fairness"]["rows"] == 44 and set(figures["selective"]) == set(TRIGGERS)
    assert manifest.read_bytes() == before
