import csv
import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saring.artefact.manifest import Manifest
from saring.backends.opening import open_backend
from saring.classifier import Classifier
from saring.errors import InputError
from saring.scoring import tables
from saring.scoring.tables import score_table
from saring.taxonomy import taxonomy


@pytest.fixture(scope="module")
def classifier(model_folder: Path) -> Classifier:
    return Classifier.open(model_folder)


def read_csv(path: Path, delimiter: str = ",", encoding: str = "utf-8") -> list[dict[str, str]]:
    with path.open(newline="", encoding=encoding) as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def test_every_row_and_column_stays_in_order(tmp_path: Path, classifier: Classifier) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text('nomor,text,waktu\n1,"slot gacor, ""maxwin""",pagi\n2,,siang\n3,kucing,malam\n')
    summary = score_table(source, target, classifier)
    rows = read_csv(target)
    assert [(row["nomor"], row["text"], row["waktu"]) for row in rows] == [
        ("1", 'slot gacor, "maxwin"', "pagi"),
        ("2", "", "siang"),
        ("3", "kucing", "malam"),
    ]
    expected = classifier.classify('slot gacor, "maxwin"')
    for category in expected.categories:
        assert float(rows[0][f"{category.id}_probability"]) == category.probability
        assert rows[0][f"{category.id}_flagged"] == str(int(category.flagged))
        assert rows[0][f"{category.id}_decision"] == category.decision
    assert [row["flagged"] for row in rows] == ["1", "", "0"]
    assert [row["decision"] for row in rows] == ["flag", "", "clear"]
    cells = [f"{category}_{what}" for category in taxonomy().ids for what in ("flagged", "decision")]
    assert all(rows[1][cell] == "" for cell in cells)
    assert (summary.read, summary.scored, summary.rejected, summary.flagged) == (3, 2, 1, 1)
    assert summary.review == 0
    assert summary.categories["perjudian"] == 1 and sum(summary.categories.values()) == 1


def test_jsonl_keeps_its_values(tmp_path: Path, classifier: Classifier) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    rows: list[dict[str, Any]] = [
        {"text": "slot gacor", "n": 1.5, "tags": ["a", {"b": None}]},
        {"n": 2},
        {"text": 7},
        {"text": "\ud83d", "lain": "ya"},
    ]
    source.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n")
    summary = score_table(source, target, classifier)
    out = [json.loads(line) for line in target.read_text().splitlines()]
    assert [{key: row[key] for key in given} for row, given in zip(out, rows, strict=True)] == rows
    assert [row["flagged"] for row in out] == [True, None, None, None]
    assert out[0]["perjudian_flagged"] is True and out[1]["perjudian_probability"] is None
    assert (summary.scored, summary.rejected) == (1, 3)


def test_from_jsonl_to_csv_and_back(tmp_path: Path, classifier: Classifier) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text('{"text": "slot"}\n{"text": "ya", "tags": [1], "ok": true}\n')
    score_table(source, tmp_path / "out.csv", classifier)
    rows = read_csv(tmp_path / "out.csv")
    assert [(row["text"], row["tags"], row["ok"]) for row in rows] == [("slot", "", ""), ("ya", "[1]", "1")]


@pytest.mark.parametrize(
    ("encoding", "out"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-8-sig"),
        ("utf-16-le", "utf-8"),
        ("cp1252", "utf-8"),
        ("latin-1", "utf-8"),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encoding_and_delimiter_are_found(
    tmp_path: Path, classifier: Classifier, encoding: str, out: str, delimiter: str
) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    lines = [
        ["kafé", "teks", "n"],
        ["\x81" if encoding == "latin-1" else "é1", "slot gacor, ya; é | x\ty", "1"],
        ["é2", "kucing", "2"],
    ]
    with source.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(lines)
    summary = score_table(source, target, classifier)
    rows = read_csv(target, delimiter, out)
    assert [[row["kafé"], row["teks"], row["n"]] for row in rows] == lines[1:]
    assert target.read_bytes().startswith(b"\xef\xbb\xbf") == (out == "utf-8-sig")
    assert encoding in summary.understood[0] and repr(delimiter) in summary.understood[0]


def test_long_tables_stream_in_parts(
    tmp_path: Path, classifier: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "PART", 3)
    source, target = tmp_path / "in.tsv", tmp_path / "out.tsv"
    texts = ["slot", "kucing", "bukan slot", "vcs", "ya", "goblok", "ok"]
    source.write_text("text\tn\n" + "".join(f"{text}\t{at}\n" for at, text in enumerate(texts)))
    told: list[tuple[int, int]] = []
    score_table(source, target, classifier, progress=lambda done, total: told.append((done, total)))
    assert told[0] == (0, 7) and told[-1] == (7, 7) and told == sorted(told)
    rows = read_csv(target, "\t")
    assert [row["text"] for row in rows] == texts
    assert [row["flagged"] == "1" for row in rows] == [
        verdict.flagged for verdict in classifier.classify_many(texts)
    ]


def test_rows_between_the_thresholds_are_to_be_reviewed(tmp_path: Path, model_folder: Path) -> None:
    manifest = Manifest.read(model_folder)
    raised = replace(manifest, thresholds=replace(manifest.thresholds, flag=(0.95,) * len(taxonomy().ids)))
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("text\nslot\nslot gacor\nkucing\n")
    summary = score_table(source, target, Classifier(raised, open_backend(model_folder, manifest)))
    assert [row["decision"] for row in read_csv(target)] == ["review", "flag", "clear"]
    assert (summary.flagged, summary.review) == (1, 1)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("in.csv", b"", "is empty"),
        ("in.csv", b"a,text\n1,x,y\n", "line 2: 3 cells"),
        ("in.csv", b'a,text\n1,"never closed\n2,x\n', "line 2: a quotation mark opens"),
        ("in.csv", b'a,text\n1,"x" y\n', "line 2"),
        ("in.csv", b"text,text\n1,2\n", "more than once"),
        ("in.csv", b"text,flagged\n1,2\n", "'flagged' already"),
        ("in.csv", b"a,b\n1,2\n", "--text-column"),
        ("in.csv", b"teks,pesan\n1,2\n", "--text-column"),
        ("in.csv", b"text\n\x00\x00\x01\n", "encoding"),
        ("in.csv.gz", b"text\nya\n", "gzip"),
        ("in.csv.zst", b"text\nya\n", "cannot be read"),
        ("in.csv.gz", gzip.compress(b"text\nya\n" * 9)[:-9], "cannot be read"),
        ("in.json", b"[", "line 1"),
        ("in.json", b'[{"text": "a"},\n{"te', "line 2: not valid JSON"),
        ("in.json", b'[{"text": "a"}] []', "something follows"),
        ("in.json", b"[1]", "line 1: an object"),
        ("in.parquet", b"PAR1", "as Parquet"),
        ("in.xlsx", b"PK\x03\x04", "as XLSX"),
        ("in.txt", b"halo\n", "begins each message with its date"),
        ("in.jsonl", b"\n", "is empty"),
        ("in.jsonl", b'{"text"\n', "line 1: not valid JSON"),
        ("in.jsonl", b"[1]\n", "line 1: an object"),
        ("in.jsonl", b"[" * 100_000, "line 1: not valid JSON"),
        ("in.docx", b"text\n", "must end in"),
    ],
)
def test_what_cannot_be_used_is_said_and_nothing_is_left(
    tmp_path: Path, classifier: Classifier, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=said):
        score_table(tmp_path / name, tmp_path / "out.csv", classifier)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_the_column_asked_for_is_taken_or_refused(tmp_path: Path, classifier: Classifier) -> None:
    source = tmp_path / "in.csv"
    source.write_text("judul,text\nslot,kucing\n")
    assert score_table(source, tmp_path / "o.csv", classifier, column="judul").flagged == 1
    assert score_table(source, tmp_path / "o.csv", classifier).flagged == 0
    with pytest.raises(InputError, match="'judul', 'text'"):
        score_table(source, tmp_path / "o.csv", classifier, column="isi")


def test_targets_that_will_not_do(tmp_path: Path, classifier: Classifier) -> None:
    source = tmp_path / "in.csv"
    source.write_text("text\nya\n")
    for target, said in (
        (source, "another output"),
        (tmp_path / "nowhere" / "out.csv", "no folder"),
        (tmp_path / "out.docx", "must end in"),
    ):
        with pytest.raises(InputError, match=said):
            score_table(source, target, classifier)
    with pytest.raises(InputError, match="not a file"):
        score_table(tmp_path / "gone.csv", tmp_path / "out.csv", classifier)


def test_an_old_output_stays_until_the_new_one_is_whole(
    tmp_path: Path, classifier: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("text\nya\n")
    target.write_text("old")

    def fail(texts: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(classifier, "score_normalised", fail)
    with pytest.raises(KeyboardInterrupt):
        score_table(source, target, classifier)
    assert target.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 2


cells = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(cells, cells.filter(bool)), min_size=1, max_size=8))
def test_any_cells_come_back_as_they_were(
    tmp_path: Path, classifier: Classifier, rows: list[tuple[str, str]]
) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    with source.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("text", "lain"), *rows])
    summary = score_table(source, target, classifier)
    assert [(row["text"], row["lain"]) for row in read_csv(target)] == rows
    assert summary.read == summary.scored + summary.rejected == len(rows)


def rejected(path: Path) -> list[tuple[int, str]]:
    with path.open(encoding="utf-8") as file:
        return [(row["line"], row["reason"]) for row in map(json.loads, file)]


@pytest.mark.parametrize(
    ("name", "content", "kept", "named"),
    [
        (
            "in.csv",
            b'text,n\nya,1\na,b,c\n"x" y,2\nslot,\n"dua\nbaris",\n,3\ntidak,1,\n',
            ["ya", "slot", "dua\nbaris", "", "tidak"],
            [(3, "3 cells"), (4, "must be doubled"), (8, "no text")],
        ),
        (
            "in.csv",
            "text\nhé\nkafé ya\n".encode() + b"\xff\nok\n",
            ["hé", "kafé ya", "ok"],
            [(4, "not UTF-8")],
        ),
        (
            "in.jsonl",
            '{"text": "é"}\n{"text"\n\n[1]\n{"text": 7}\n{"text": "é'.encode() + b'\xff"}\n{"n": 1}',
            ["é", 7, None],
            [(2, "not valid"), (4, "an object"), (5, "no text"), (6, "not UTF-8"), (7, "no text")],
        ),
        (
            "in.json",
            b'[{"text": "a"},\n 2,\n\n {"text":\n "b"}, {"text": ""}]',
            ["a", "b", ""],
            [(2, "an object"), (5, "no text")],
        ),
    ],
)
def test_rejected_rows_are_named_and_the_counts_add_up(
    tmp_path: Path, classifier: Classifier, name: str, content: bytes, kept: list[object], named: list[Any]
) -> None:
    (tmp_path / name).write_bytes(content)
    target = tmp_path / "out.jsonl"
    summary = score_table(tmp_path / name, target, classifier)
    rows = [json.loads(line) for line in target.read_text().splitlines()]
    assert [row.get("text") for row in rows] == kept
    reasons = rejected(tmp_path / "out.rejected.jsonl")
    assert [line for line, _ in reasons] == [line for line, _ in named]
    assert all(part in reason for (_, reason), (_, part) in zip(reasons, named, strict=True))
    assert summary.rejected == len(named) and summary.read == summary.scored + summary.rejected
    assert summary.rejections == str(tmp_path / "out.rejected.jsonl")
    (tmp_path / name).write_text("text\nya\n" if name == "in.csv" else '{"text": "ya"}')
    assert score_table(tmp_path / name, target, classifier).rejections is None
    assert not (tmp_path / "out.rejected.jsonl").exists()


def test_texts_that_repeat_are_scored_once(
    tmp_path: Path, classifier: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in.csv").write_text("text\nslot gacor\nSLOT  gacor\nkucing\n\nslot gacor\n")
    asked: list[str] = []
    scored = classifier.score_normalised
    monkeypatch.setattr(classifier, "score_normalised", lambda texts: asked.extend(texts) or scored(texts))
    summary = score_table(tmp_path / "in.csv", tmp_path / "out.csv", classifier)
    assert len(asked) == len(set(asked)) == summary.scored - summary.repeated
    rows = read_csv(tmp_path / "out.csv")
    assert rows[0] == rows[-1] and summary.repeated >= 1
