"""Files that a fuzzer, or someone who means ill, may send; ``benchmarks/fuzz_tables.py`` sends many more."""

import gzip
from pathlib import Path

import pytest

from saring.classifier import Classifier
from saring.errors import InputError
from saring.scoring import chats, encodings
from saring.scoring.tables import score_table


@pytest.fixture(scope="module")
def classifier(model_folder: Path) -> Classifier:
    return Classifier.open(model_folder)


@pytest.mark.parametrize("name", ["in.csv", "in.jsonl", "in.txt"])
def test_a_line_that_would_fill_the_memory(
    tmp_path: Path, classifier: Classifier, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(encodings, "_LONGEST_LINE", 1000)
    source = tmp_path / f"{name}.gz"
    source.write_bytes(gzip.compress(b'{"teks"\n' + b"a" * 100_000))
    with pytest.raises(InputError, match=rf"{name}.*line [12]"):
        score_table(source, tmp_path / "out.csv", classifier)
    assert not (tmp_path / "out.csv").exists()


def test_a_line_as_long_as_may_be(
    tmp_path: Path, classifier: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encodings, "_LONGEST_LINE", 1000)
    source = tmp_path / "in.jsonl"
    line = '{"teks": "%s"}\n'
    source.write_text(line % ("a" * (999 - len(line % ""))))
    assert score_table(source, tmp_path / "out.csv", classifier).scored == 1
    source.write_text(line % ("a" * (1000 - len(line % ""))))
    with pytest.raises(InputError, match="line 1: the line has more than 1,000 characters"):
        score_table(source, tmp_path / "out.csv", classifier)


def test_a_message_that_never_ends_is_named(
    tmp_path: Path, classifier: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chats, "_LONGEST", 1000)
    source = tmp_path / "in.txt"
    start = "12/03/24 21.05 - Budi: "
    source.write_text(f"{start}slot\nlagi\n{start}a" + "\n" * 5000 + f"{start}slot")
    summary = score_table(source, tmp_path / "out.csv", classifier)
    assert (summary.read, summary.scored) == (3, 2)
    assert "more than 1,000 characters" in (tmp_path / "out.rejected.jsonl").read_text()


def test_no_text_is_left_where_a_sheet_could_not_be_written(
    tmp_path: Path, classifier: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    source = tmp_path / "in.csv"
    source.write_text(f"teks\nslot\n{'a' * 40_000}\n")
    with pytest.raises(InputError, match="a cell holds"):
        score_table(source, tmp_path / "out.xlsx", classifier)
    assert not list(temporary.iterdir())


def test_an_error_of_another_library_is_one_line(tmp_path: Path, classifier: Classifier) -> None:
    source = tmp_path / "in.parquet"
    source.write_bytes(b"PAR1" + bytes(8) + b"\x04\0\0\0PAR1")
    with pytest.raises(InputError) as raised:
        score_table(source, tmp_path / "out.csv", classifier)
    assert "in.parquet cannot be read" in str(raised.value) and "\n" not in str(raised.value)
