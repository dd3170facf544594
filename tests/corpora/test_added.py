import json
from pathlib import Path

import numpy as np
import pytest
from posts import nearly, post, vector

from saring.corpora.added import read_added
from saring.corpora.dataset import Dataset
from saring.errors import CorpusError
from saring.taxonomy import taxonomy


def written(folder: Path, name: str, content: str) -> list[Path]:
    (folder / name).write_text(content, encoding="utf-8")
    return [folder / name]


def same(found: np.ndarray, expected: np.ndarray) -> bool:
    return np.array_equal(found, expected, equal_nan=True)


def test_csv_with_one_column_per_category(tmp_path: Path) -> None:
    paths = written(tmp_path, "a.csv", 'text,hoaks,ancaman\n"satu, dua",1,\ntiga,0,1.0\n')
    dataset, summary = read_added(paths)
    assert dataset.texts == ["satu, dua", "tiga"]
    assert dataset.origins == ["added"] * 2 and dataset.splits == ["train"] * 2
    unknown = dict.fromkeys(taxonomy().ids[1:7], np.nan)
    assert same(dataset.labels[0], vector(hoaks=1, ancaman=np.nan, **unknown))
    assert same(dataset.labels[1], vector(ancaman=1, **unknown))
    assert (summary.rows, summary.positives["hoaks"], summary.unknown["ancaman"]) == (2, 1, 1)


@pytest.mark.parametrize("cell", ["hoaks;ancaman", '"hoaks, ancaman"', '"[""hoaks"", ""ancaman""]"'])
def test_csv_with_a_list_means_the_rest_is_no(tmp_path: Path, cell: str) -> None:
    dataset, summary = read_added(written(tmp_path, "a.csv", f"text,labels\nsatu,{cell}\ndua,\n"))
    assert same(dataset.labels, np.stack([vector(hoaks=1, ancaman=1), vector()]))
    assert summary.clean == 1


def test_json_lines(tmp_path: Path) -> None:
    rows = [{"text": "satu\u2028dua", "labels": ["sara"]}, {"text": "tiga", "sara": 0, "hoaks": None}]
    content = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n"
    dataset, _ = read_added(written(tmp_path, "a.jsonl", content))
    assert dataset.texts == ["satu\u2028dua", "tiga"]
    assert same(dataset.labels[0], vector(sara=1))
    assert dataset.labels[1, 1] == 0 and np.isnan(np.delete(dataset.labels[1], 1)).all()


def test_label_studio_export(tmp_path: Path) -> None:
    def annotation(*choices: str, cancelled: bool = False) -> dict[str, object]:
        result = {"type": "choices", "from_name": "kategori", "value": {"choices": list(choices)}}
        return {"result": [result] if choices else [], "was_cancelled": cancelled}

    tasks = [
        {"data": {"text": "satu"}, "annotations": [annotation("hoaks", "sara"), annotation("hoaks")]},
        {"data": {"text": "dua"}, "annotations": [annotation()]},
        {"data": {"text": "tiga"}, "annotations": [annotation("sara", cancelled=True)]},
    ]
    dataset, summary = read_added(written(tmp_path, "a.json", json.dumps(tasks)))
    assert dataset.texts == ["satu", "dua"]
    assert same(dataset.labels, np.stack([vector(hoaks=1, sara=np.nan), vector()]))
    assert summary.unlabelled == 1


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "text,hoaks\nsatu,1\ndua,ya\n", "row 2, field hoaks: 'ya'"),
        ("a.csv", "text,labels\nsatu,hoax\n", "row 1, field labels: 'hoax'"),
        ("a.csv", "text,hoaks\n ,1\n", "row 1, field text"),
        ("a.csv", "text,hoaks\nsatu, dua,1\n", "row 1: more cells"),
        ("a.csv", "teks,hoaks\nsatu,1\n", "no column text"),
        ("a.csv", "text,other\nsatu,1\n", "no column labels"),
        ("a.csv", "text,hoaks\n", "no rows"),
        ("a.jsonl", '{"text": "satu", "labels": []}\n{"text": ', "row 2: not JSON"),
        ("a.jsonl", "[1]\n", "row 1: not an object"),
        ("a.jsonl", '{"text": "satu", "labels": "[1]"}\n', "row 1, field labels: not a list"),
        ("a.jsonl", '{"text": 3, "labels": []}\n', "row 1, field text"),
        ("a.json", "{}", "list of tasks"),
        ("a.json", '[{"text": "satu"}]', "row 1, field data"),
        ("a.xlsx", "", "give .csv, .jsonl or .json"),
    ],
)
def test_errors_name_row_and_field(tmp_path: Path, name: str, content: str, message: str) -> None:
    with pytest.raises(CorpusError) as raised:
        read_added(written(tmp_path, name, content))
    assert message in str(raised.value)


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="cannot read"):
        read_added([tmp_path / "none.csv"])
    (tmp_path / "latin.csv").write_bytes("text,hoaks\ncaf\u00e9,1\n".encode("latin-1"))
    with pytest.raises(CorpusError, match="not UTF-8"):
        read_added([tmp_path / "latin.csv"])


def test_repeated_texts_count_once_and_contradictions_are_unknown(tmp_path: Path) -> None:
    paths = written(tmp_path, "a.csv", "text,labels\nsatu,hoaks\nsatu,\n")
    dataset, summary = read_added(paths)
    assert len(dataset) == 1 and np.isnan(dataset.labels[0, 0]) and dataset.labels[0, 1] == 0
    assert (summary.read, summary.repeated) == (2, 1)


def test_rows_like_the_frozen_test_or_unsafe_are_refused_and_counted(tmp_path: Path) -> None:
    known = Dataset(
        [post(1), post(2)], ["a"] * 2, ["1", "2"], ["1", "2"], ["test", "train"], np.stack([vector()] * 2),
        ["annotation"] * 2,
    )  # fmt: skip
    texts = [nearly(post(1)), nearly(post(2)), post(3), "payudara ibu"]
    paths = written(tmp_path, "a.csv", "text,labels\n" + "".join(f"{text},hoaks\n" for text in texts))
    dataset, summary = read_added(paths, known)
    assert dataset.texts == texts[1:3]
    assert (summary.like_test, summary.unsafe, summary.rows, summary.read) == (1, 1, 2, 4)


def test_the_preview_says_what_was_understood(tmp_path: Path) -> None:
    from rich.console import Console

    _, summary = read_added(written(tmp_path, "a.csv", "text,labels\nsatu,hoaks\nsatu,hoaks\ndua,\n"))
    console = Console(width=100)
    with console.capture() as capture:
        console.print(summary)
    assert "2 of 3 rows taken, 1 of them clean" in capture.get()
    assert "1 repeated" in capture.get()
