"""The maintainer's loop on a tiny model: train, publish, promote, label, retrain, compare."""

import csv
from pathlib import Path

import pytest
from small_training import recipe, rows
from typer.testing import CliRunner

from saring.artefact.manifest import Manifest, open_model
from saring.artefact.registry import Registry
from saring.cli.app import app

RUNNER = CliRunner()


@pytest.fixture
def workplace(trained: Path, encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a built dataset, a recipe, and the trained model in production."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SARING_MODELS", str(tmp_path / "models"))
    rows().save(tmp_path / "build" / "dataset.parquet")
    plan = recipe(encoder, epochs=1, learning_rate=1e-4, head_learning_rate=1e-3)
    (tmp_path / "quick.toml").write_text(as_toml(plan.model_dump(mode="json", exclude_none=True)))
    registry = Registry()
    registry.publish(trained, "saring-id", "1")
    registry.promote("saring-id", "1", who="tests", why="the first")
    return tmp_path


def as_toml(values: dict[str, object]) -> str:
    plain = {key: value for key, value in values.items() if not isinstance(value, dict)}
    lines = [f"{key} = {value!r}".replace("False", "false") for key, value in plain.items()]
    for name, table in values.items():
        if isinstance(table, dict):
            lines += [f"\n[{name}]", as_toml(table)]
    return "\n".join(lines)


def labels(path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "ancaman", "penghinaan"])
        for at in range(30):
            writer.writerow([f"warung nomor {at} kubunuh sekarang juga kau", 1, ""])
            writer.writerow([f"warung nomor {at} buka sekarang juga kak", 0, 0])
    return path


def test_retraining_from_production_adds_a_version_that_can_be_compared(workplace: Path) -> None:
    added = labels(workplace / "labels.csv")
    result = RUNNER.invoke(
        app, ["train", "quick.toml", "--from", "production", "--add", str(added), "--version", "2"]
    )
    assert result.exit_code == 0, result.output
    assert "added 60" in result.output
    retrained = open_model(workplace / "models" / "saring-id" / "2")
    assert (
        retrained.evaluation["test"]["digest"]
        == Manifest.read(workplace / "runs" / "saring-id-2" / "candidate").evaluation["test"]["digest"]
    )
    assert Registry().production_version() == "1"
    compared = RUNNER.invoke(app, ["compare", "1", "2"])
    assert compared.exit_code == 0 and "ancaman" in compared.output


def test_without_a_dataset_the_authored_texts_are_rehearsed(
    workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (workplace / "build" / "dataset.parquet").unlink()
    few = rows(40)
    monkeypatch.setattr("saring.corpora.authored.authored_dataset", lambda: few)
    added = labels(workplace / "labels.csv")
    result = RUNNER.invoke(
        app, ["train", "quick.toml", "--from", "production", "--add", str(added), "--version", "3"]
    )
    assert result.exit_code == 0, result.output
    assert "no frozen test" in result.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "say what to train"),
        (["quick.toml", "--add", "labels.csv"], "--add needs --from"),
        (["quick.toml", "--from", "9"], "neither a version"),
        (["nowhere.toml"], "no recipe at nowhere.toml"),
    ],
)
def test_wrong_use_is_one_clear_line(workplace: Path, arguments: list[str], said: str) -> None:
    labels(workplace / "labels.csv")
    result = RUNNER.invoke(app, ["train", *arguments])
    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output


def test_a_wrong_cell_is_named(workplace: Path) -> None:
    (workplace / "labels.csv").write_text("text,ancaman\nkopi pagi,1\nkopi siang,mungkin\n")
    result = RUNNER.invoke(app, ["train", "quick.toml", "--from", "production", "--add", "labels.csv"])
    assert result.exit_code == 2
    assert "row 2, field ancaman" in result.output


def test_export_writes_both_precisions(workplace: Path) -> None:
    for options, folder in (([], "int8"), (["--fp32"], "fp32")):
        result = RUNNER.invoke(app, ["export", "production", "-o", folder, *options])
        assert result.exit_code == 0, result.output
    sizes = [(workplace / folder / "model.onnx").stat().st_size for folder in ("int8", "fp32")]
    assert sizes[0] < sizes[1]
