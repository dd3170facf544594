"""The report of a scored table, from the table to the page."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from reported_tables import measured_classifier, parsed, posts, report_of, write_csv

from saring.classifier import Classifier
from saring.scoring.places import Place, format_of
from saring.scoring.report.roles import Roles
from saring.scoring.sources import Table

HOSTILE = "</title></style><script>alert(1)</script><img src=http://x.id/y onerror=alert(1)>\"'&{{ 7*7 }}"


@pytest.fixture(scope="module")
def classifier(model_folder: Path) -> Classifier:
    return measured_classifier(model_folder)


def test_the_figures_add_up(tmp_path: Path, classifier: Classifier) -> None:
    figures, page = report_of(tmp_path, write_csv(tmp_path / "in.csv", posts(120)), classifier)
    assert figures["totals"] == {"read": 120, "scored": 100, "rejected": 20, "repeated": 95}
    assert sum(figures["decisions"].values()) == 100
    assert figures["decisions"]["flag"] == 60
    by_id = {each["id"]: each for each in figures["categories"]}
    assert by_id["perjudian"]["flagged"] == by_id["penghinaan"]["flagged"] == 20
    assert by_id["perjudian"]["share"]["value"] == 0.2
    gambling = by_id["perjudian"]["corrected"]
    assert gambling["low"] < gambling["value"] < gambling["high"]
    assert gambling["value"] == pytest.approx((0.2 - 70 / 4550) / (0.8 - 70 / 4550))
    assert by_id["ancaman"]["corrected"] is None and by_id["ancaman"]["not_corrected"] == "too few"
    time = figures["time"]
    assert time["columns"] == ["tanggal"] and time["order"]["taken"] == "day_first"
    assert time["dated"] + time["empty"] + time["unreadable"] == 100
    assert (
        sum(point["scored"] for point in time["points"])
        == time["dated"]
        == sum(map(sum, time["week"]["scored"]))
    )
    assert [group["kind"] for group in figures["sources"]] == ["platform", "account"]
    for group in figures["sources"]:
        assert group["exact"] and sum(row["scored"] for row in group["rows"]) == 100
    words = {
        category: [word["word"] for word in each["words"]] for category, each in figures["words"].items()
    }
    assert words["perjudian"] == ["gacor", "slot"] and words["penghinaan"] == ["goblok"]
    assert {text["text"]: text["count"] for text in figures["shared"]["texts"]} == {
        "Situs slot gacor!": 20,
        "dasar goblok [akun]": 20,
        "vcs [angka]": 20,
    }
    text = parsed(page).text
    assert "100" in text and "tidak dapat dikoreksi: hanya 5 contoh" in text
    assert "tionghoa 42,0" in text and "syiah" not in text and "islam" not in text


def test_nobody_is_named(tmp_path: Path, classifier: Classifier) -> None:
    report_of(tmp_path, write_csv(tmp_path / "in.csv", posts(120)), classifier)
    for name in ("laporan.html", "laporan.json"):
        content = (tmp_path / name).read_text()
        assert not re.search(r"orang_\d|budi|3456", content)


def test_without_time_source_and_flags(tmp_path: Path, model_folder: Path) -> None:
    (tmp_path / "in.csv").write_text("teks\nkucing\nselamat pagi\n")
    figures, page = report_of(tmp_path, tmp_path / "in.csv", Classifier.open(model_folder))
    assert figures["time"] == {"points": [], "columns": []} and figures["sources"] == []
    assert figures["words"] == {} and figures["shared"]["texts"] == []
    assert {each["not_corrected"] for each in figures["categories"]} == {"unmeasured"}
    text = parsed(page).text
    assert "tidak memuat kolom waktu" in text and "no column of times" in text
    assert "Tidak ada unggahan yang ditandai." in text


def test_without_a_text_that_can_be_scored(tmp_path: Path, classifier: Classifier) -> None:
    (tmp_path / "in.csv").write_text("teks,tanggal,platform\n,2024-01-01,X\n,,\n")
    figures, page = report_of(tmp_path, tmp_path / "in.csv", classifier)
    assert figures["totals"]["rejected"] == 2 and figures["totals"]["scored"] == 0
    assert "Tidak ada teks yang dapat dinilai." in parsed(page).text


def test_values_of_all_kinds(tmp_path: Path, classifier: Classifier) -> None:
    rows: list[dict[str, Any]] = [
        {"text": "slot gacor", "created_at": value, "source": value, "author": value}
        for value in (
            None,
            "NaN",
            1705300000,
            True,
            [1],
            {"a": [1]},
            1.5,
            -1,
            "x" * 100_000,
            "2024-01-05",
            "\ud83d",
        )
    ]
    rows.append({"text": "slot " * 100_000, "created_at": 1e308})
    source = tmp_path / "in.jsonl"
    source.write_text("\n".join(map(json.dumps, rows)) + '\n{"text": "slot gacor", "created_at": NaN}\n')
    figures, page = report_of(tmp_path, source, classifier)
    assert figures["totals"]["scored"] == 13
    assert figures["time"]["dated"] == 2 and figures["time"]["empty"] == 1
    assert len(page) < 300_000
    parsed(page)


def test_nothing_that_is_read_becomes_markup(tmp_path: Path, classifier: Classifier) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("<b onclick=alert(1)>.csv", "{{ 7*7 }}&amp;.csv"):
        rows = [
            {"teks": f"slot gacor {HOSTILE}", "tanggal": "2024-01-05", "sumber": HOSTILE, "penulis": HOSTILE}
        ] * 2
        write_csv(folder / name, rows)
    hostile_column = {"teks": "slot", "<script>alert(2)</script>": "x"}
    write_csv(folder / "z.csv", [hostile_column])
    figures, page = report_of(tmp_path, folder, classifier)
    found = parsed(page)
    assert figures["shared"]["texts"] and figures["files"]["count"] == 3
    assert "<script>alert(1)" in found.text and "{{ 7*7 }}" in found.text and "onclick" in found.text


def test_a_hostile_column_name_is_shown_as_it_is(tmp_path: Path, classifier: Classifier) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from datetime import datetime

    from pyarrow import parquet

    name = "<script>alert(2)</script>"
    table = pyarrow.table({"teks": ["slot"], name: [datetime(2024, 1, 5, 10)]})
    parquet.write_table(table, tmp_path / "in.parquet")
    figures, page = report_of(tmp_path, tmp_path / "in.parquet", classifier)
    assert figures["time"]["columns"] == [name]
    assert name in parsed(page).text


@pytest.mark.parametrize(
    ("columns", "roles"),
    [
        (("waktu", "pengirim", "pesan"), Roles("waktu", None, "pengirim")),
        (
            ("id_str", "created_at", "full_text", "source", "username"),
            Roles("created_at", "source", "username"),
        ),
        (
            ("videoId", "publishedAt", "textOriginal", "authorDisplayName"),
            Roles("publishedAt", None, "authorDisplayName"),
        ),
        (("date", "Created Time", "teks", "Sumber"), Roles("Created Time", "Sumber", None)),
        (("id", "suka", "teks"), Roles(None, None, None)),
    ],
)
def test_columns_are_known_by_their_usual_names(columns: tuple[str, ...], roles: Roles) -> None:
    table = Table(Place("in.csv", format_of("in.csv"), lambda: None), columns, 0, "", lambda: iter(()), {})
    assert Roles.of(table, columns[2]) == roles


def test_words_that_are_usual_elsewhere_and_of_one_text_only_are_left_out(
    tmp_path: Path, classifier: Classifier
) -> None:
    slots = [f"slot gacor situs {name}" for name in "satu dua tiga empat lima enam tujuh lapan".split()]
    maxwin = [f"maxwin {name}" for name in "utara timur selatan".split()]
    rows = [{"teks": text} for text in [*slots, *maxwin, "kucing slotmu", *["situs kucing putih"] * 3]]
    figures, _ = report_of(tmp_path, write_csv(tmp_path / "in.csv", rows), classifier)
    words = figures["words"]["perjudian"]
    assert (words["texts"], words["whole"]) == (12, True)
    assert {each["word"]: each["texts"] for each in words["words"]} == {"slot": 8, "gacor": 8, "maxwin": 3}
