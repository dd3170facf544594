from pathlib import Path

import pytest
from posts import post
from small_corpus import copy_of, entry, file_entry, put
from typer.testing import CliRunner

from saring.cli.app import app
from saring.corpora import annotations, authored, catalogue, order
from saring.corpora.dataset import Dataset
from saring.corpora.keys import row_key
from saring.corpora.split import split_of
from saring.taxonomy import taxonomy


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with one corpus of two rows, one of them annotated, and one authored row."""
    train = [text for text in map(post, range(50)) if split_of(row_key(text)) == "train"][:2]
    content = copy_of(["teks", "label"], [train[0], "0"], [train[1], "0"])
    put(tmp_path / "corpora", "rows.csv.zst", content)
    rule = 'label = [{ category = "clean", value = 0, trust = 0.95, where = { label = "0" } }]'
    body = rule + file_entry("rows.csv.zst", "rows.csv", copy=content)
    data = tmp_path / "data"
    (data / "annotations").mkdir(parents=True)
    (data / "authored").mkdir()
    (data / "catalogue.toml").write_text(entry(body=body), encoding="utf-8")
    (data / "order.txt").write_text("contoh\nauthored/ours\n", encoding="utf-8")
    (data / "authored" / "ours.tsv").write_text(f"{post(900)}\tn\tinsult\n", encoding="utf-8")
    columns = ["corpus", "key", *taxonomy().ids, "readers"]
    cells = ["contoh", row_key(train[0]), *"10000000", "1"]
    (data / "annotations" / "annotations.csv").write_text(f"{','.join(columns)}\n{','.join(cells)}\n")
    for module in (annotations, catalogue):
        monkeypatch.setattr(module, "_CHECKOUT", tmp_path)
    monkeypatch.setattr(order, "_ORDER", data / "order.txt")
    monkeypatch.setattr(authored, "authored_folder", lambda: data / "authored")
    monkeypatch.setenv("SARING_CORPORA", str(tmp_path / "corpora"))
    return tmp_path


def test_build_writes_the_dataset_and_its_gauge(checkout: Path) -> None:
    out = checkout / "build" / "rows.parquet"
    result = CliRunner().invoke(app, ["data", "build", "--out", str(out)])
    assert result.exit_code == 0, result.output
    dataset = Dataset.load(out)
    assert sorted(dataset.origins) == ["annotation", "authored", "corpus"]
    assert len(Dataset.load(checkout / "build" / "gauge.parquet")) == 0
    assert "3 of 3 rows" in result.output


def test_build_refuses_a_corpus_that_is_not_the_catalogues(checkout: Path) -> None:
    put(checkout / "corpora", "rows.csv.zst", copy_of(["teks", "label"], ["lain", "0"]))
    result = CliRunner().invoke(app, ["data", "build", "--out", str(checkout / "rows.parquet")])
    assert result.exit_code == 2
    assert "expected" in result.output
    assert not (checkout / "rows.parquet").exists()


def test_a_permissive_build_does_without_the_closed_corpora(checkout: Path) -> None:
    path = checkout / "data" / "catalogue.toml"
    closed = entry("tertutup", body=file_entry("rows.csv.zst", "rows.csv", copy=b""))
    path.write_text(path.read_text() + closed.replace("permissive = true", "permissive = false"))
    out = str(checkout / "build" / "rows.parquet")
    whole = CliRunner().invoke(app, ["data", "build", "--out", out])
    assert whole.exit_code == 2
    assert "saring data fetch" in " ".join(whole.output.split())
    permissive = CliRunner().invoke(app, ["data", "build", "--licence", "permissive", "--out", out])
    assert permissive.exit_code == 0, permissive.output
    assert "without 1 corpora" in permissive.output
    assert set(Dataset.load(Path(out)).corpora) == {"contoh", "authored/ours"}


def test_check_says_what_is_right(checkout: Path) -> None:
    result = CliRunner().invoke(app, ["data", "check"])
    assert result.exit_code == 0
    assert "1 corpora" in result.output


def test_sample_writes_what_to_label_next(
    tmp_path: Path, production: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("posts.txt").write_text("kucing\n\nslot\nslot bukan\nslot gacor\n", encoding="utf-8")
    Path("labels.csv").write_text("text,labels\nslot gacor,perjudian\n", encoding="utf-8")
    asked = ["data", "sample", "--from", "posts.txt", "--strategy", "likely:perjudian", "--count", "1"]
    result = CliRunner().invoke(app, [*asked, "--labelled", "labels.csv"])
    assert result.exit_code == 0, result.output
    assert "1 of 4 texts" in result.output and "left out: 1 labelled already" in result.output
    assert Path("build/sample.csv").read_text(encoding="utf-8").splitlines()[1] == "slot,,,,,,,,"
    assert Path("build/sample.json").is_file()
    assert CliRunner().invoke(app, asked).exit_code == 2, "labels may be in there"
