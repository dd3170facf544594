import json
from pathlib import Path

import pytest
from manifests import a_manifest
from scored_rows import HALF, a_dataset, a_model
from typer.testing import CliRunner

from saring.artefact.registry import Registry
from saring.cli.app import app
from saring.evaluation.frozen import FrozenScores, frozen_rows

DATASET = a_dataset(800)


@pytest.fixture
def published(tmp_path: Path, monkeypatch) -> Path:
    """Two versions that cannot run but carry their scores of one frozen test; ``good`` is production."""
    registry = Registry(tmp_path / "models")
    for version, skill in (("good", 0.45), ("bad", 0.3)):
        folder = tmp_path / version
        folder.mkdir()
        (folder / "model.onnx").write_bytes(version.encode())
        FrozenScores.of(a_model(DATASET, skill), frozen_rows(DATASET)).save(folder)
        a_manifest(version=version, thresholds=HALF).write(folder)
        registry.publish(folder, "saring-id", version)
    registry.promote("saring-id", "good", "ani", "a start")
    monkeypatch.setenv("SARING_MODELS", str(registry.root))
    monkeypatch.chdir(tmp_path)
    return registry.root


@pytest.fixture
def run(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_list_marks_production_and_shows_the_reason(run, published):
    result = run("models", "list")
    assert result.exit_code == 0
    assert "good*" in result.output and "bad " in result.output and "a start" in result.output


def test_verify_names_what_is_broken_and_exits_2(run, published):
    assert run("models", "verify").exit_code == 0
    (published / "saring-id" / "bad" / "model.onnx").write_bytes(b"other")
    result = run("models", "verify")
    assert result.exit_code == 2
    assert "whole: saring-id good" in result.output and "model.onnx" in result.output
    assert run("models", "verify", "good").exit_code == 0
    assert run("models", "verify", "bad").exit_code == 2


def test_promote_refuses_what_is_worse_and_says_where(run, published):
    result = run("models", "promote", "bad", "--why", "trying")
    assert result.exit_code == 2
    assert "macro F1" in result.output and "--force" in result.output
    assert Registry(published).production_version() == "good"


def test_promote_with_force_is_recorded(run, published):
    result = run("models", "promote", "bad", "--why", "trying", "--who", "ani", "--force")
    assert result.exit_code == 0, result.output
    assert Registry(published).production_version() == "bad"
    (record,) = Registry(published).versions()["bad"]["promoted"]
    assert (record["by"], record["why"], record["forced"]) == ("ani", "trying", True)


def test_promote_wants_a_reason_and_a_known_version(run, published):
    assert run("models", "promote", "bad").exit_code == 2
    result = run("models", "promote", "ugly", "--why", "trying")
    assert result.exit_code == 2 and "models list" in result.output


def test_compare_shows_every_category_within_80_columns(run, published):
    result = run("compare", "production", "bad")
    assert result.exit_code == 0, result.output
    assert max(map(len, result.output.splitlines())) <= 80
    assert "perjudian" in result.output and "macro F1" in result.output and "WRONG" in result.output


def test_compare_json_holds_the_flips_and_no_text(run, published):
    found = json.loads(run("compare", "good", "bad", "--json").output)
    assert found["worse"] and {"key", "category", "before", "after"} <= set(found["flips"][0])


def test_compare_of_a_model_with_itself_finds_nothing(run, published):
    result = run("compare", "good", "good")
    assert "nowhere" in result.output and "flipped" not in result.output


def test_compare_shows_the_flipped_texts_where_the_dataset_is_at_hand(run, published, tmp_path):
    path = tmp_path / "dataset.parquet"
    DATASET.save(path)
    result = run("compare", "good", "bad", "--dataset", path)
    assert result.exit_code == 0, result.output
    assert "teks 0 nomor" in result.output


def test_evaluate_without_a_dataset_says_how_to_get_one(run, published):
    result = run("evaluate", "good")
    assert result.exit_code == 2 and "saring data build" in result.output


def test_evaluate_measures_test_gauges_and_ordinary_sentences(run, production, tmp_path):
    dataset = a_dataset(200)
    dataset.save(tmp_path / "dataset.parquet")
    arguments = ("evaluate", "--dataset", tmp_path / "dataset.parquet")
    assert "not measured" in run(*arguments).output
    dataset.where([name == "news" for name in dataset.corpora]).save(tmp_path / "gauge.parquet")
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    assert max(map(len, result.output.splitlines())) <= 80
    assert "news" in result.output and "ordinary sentences flagged" in result.output
    figures = json.loads(run(*arguments, "--json").output)
    assert figures["test"]["rows"] == len(frozen_rows(dataset)) and figures["gauges"]["news"]["rows"]
