"""A report through kills, many rows and names that will not do."""

import os
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from reported_tables import measured_classifier, parsed, posts, write_csv

from saring.classifier import Classifier
from saring.errors import InputError, MissingExtraError
from saring.scoring import tables
from saring.scoring.places import Place, format_of
from saring.scoring.report import figures as report_figures
from saring.scoring.report.figures import Tally
from saring.scoring.report.page import rendered
from saring.scoring.report.roles import Roles
from saring.scoring.report.write import addresses_of
from saring.scoring.sources import Row, Table
from saring.scoring.tables import score_table
from saring.taxonomy import taxonomy


@pytest.fixture(scope="module")
def classifier(model_folder: Path) -> Classifier:
    return measured_classifier(model_folder)


KILLED = """
import os, signal, sys
from pathlib import Path
from saring.classifier import Classifier
from saring.scoring import tables
tables.PART = 50
left = int(sys.argv[5])
replace = os.replace

def replaced(*paths):
    global left
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1
    replace(*paths)

os.replace = replaced
tables.score_table(sys.argv[1], sys.argv[2], Classifier.open(Path(sys.argv[3])), report=sys.argv[4])
"""


@pytest.mark.parametrize("renamed", [1, 3, 5, 6])
def test_killed_and_run_again_it_is_the_same_to_the_byte(
    tmp_path: Path, model_folder: Path, monkeypatch: pytest.MonkeyPatch, renamed: int
) -> None:
    """Three parts, the table, its rejections, the figures and the page are renamed, in this order."""
    monkeypatch.setattr(tables, "PART", 50)
    source = write_csv(tmp_path / "in.csv", posts(120))
    classifier = Classifier.open(model_folder)
    for folder in ("whole", "stopped"):
        (tmp_path / folder).mkdir()
    score_table(source, tmp_path / "whole" / "out.csv", classifier, report=tmp_path / "whole" / "r.html")
    target, page = tmp_path / "stopped" / "out.csv", tmp_path / "stopped" / "r.html"
    command = [sys.executable, "-c", KILLED, source, target, model_folder, page, str(renamed)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert not page.exists()
    assert list(tmp_path.glob("stopped/.out.csv.parts/*.npz"))
    score_table(source, target, classifier, report=page)
    names = sorted(os.listdir(tmp_path / "whole"))
    assert names == sorted(os.listdir(tmp_path / "stopped"))
    assert names == ["out.csv", "out.rejected.jsonl", "r.html", "r.json"]
    for name in names:
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "stopped" / name).read_bytes()


def test_memory_does_not_grow_with_the_rows(classifier: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row has a text and an account of its own, and there are more platforms than are remembered."""
    monkeypatch.setattr(report_figures, "REMEMBERED", 128)
    table = Table(Place("in.csv", format_of("in.csv"), lambda: None), ("t",), 0, "", lambda: iter(()), {})
    tally = Tally(classifier.manifest, {"in.csv": Roles("d", "p", "a")}, 1)
    verdict: dict[str, Any] = {"decision": "flag"}
    for category in taxonomy().ids:
        verdict |= {f"{category}_flagged": category == "hoaks", f"{category}_decision": "flag"}

    def feed(start: int, end: int) -> int:
        for at in range(start, end):
            text = f"kata {at}"
            cells = {"d": 1_600_000_000 + at % 10**6, "p": f"p{at % 500}", "a": f"a{at}"}
            tally.add(table, Row(at, cells), text, verdict)
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        early = feed(0, 1_000)
        late = feed(1_000, 5_000)
    finally:
        tracemalloc.stop()
    assert late < early + 100_000
    figures = tally.figures({"read": 5000, "scored": 5000, "rejected": 0, "repeated": 0}, {})
    assert figures["decisions"]["flag"] == 5000
    assert not figures["shared"]["exact"] and figures["sources"][0]["distinct"] is None
    assert "paling sedikit" in parsed(rendered(figures)).text


def test_the_figures_stand_beside_the_page_also_in_object_storage() -> None:
    page = "s3://bucket/laporan.HTML?scheme=http"
    assert addresses_of(page) == (page, "s3://bucket/laporan.json?scheme=http")
    assert addresses_of("a/b.c.html") == ("a/b.c.html", "a/b.c.json")


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Path]:
    yield write_csv(tmp_path / "in.csv", posts(6))


@pytest.mark.parametrize(
    ("report", "says"),
    [
        ("laporan.pdf", "must end in .html"),
        ("-", "must end in .html"),
        ("nowhere/laporan.html", "no folder"),
        ("out.html", "written twice"),
    ],
)
def test_a_report_that_cannot_be_written_is_refused_before_scoring(
    tmp_path: Path, source: Path, classifier: Classifier, report: str, says: str
) -> None:
    report = report if report == "-" else str(tmp_path / report)
    with pytest.raises(InputError, match=says):
        score_table(source, tmp_path / "out.json", classifier, report=report)
    assert sorted(os.listdir(tmp_path)) == ["in.csv"]


def test_a_report_never_falls_into_what_is_read(tmp_path: Path, source: Path, classifier: Classifier) -> None:
    with pytest.raises(InputError, match="in the folder that is read"):
        score_table(tmp_path, tmp_path.parent / "o.csv", classifier, report=tmp_path / "r.html")
    rows = tmp_path / "r.json"
    rows.write_text('[{"teks": "slot"}]')
    with pytest.raises(InputError, match="the table that is read"):
        score_table(rows, tmp_path / "o.csv", classifier, report=tmp_path / "r.html")


def test_a_missing_package_is_said_before_scoring(
    tmp_path: Path, source: Path, classifier: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(MissingExtraError, match=r"saring\[score\]"):
        score_table(source, tmp_path / "out.csv", classifier, report=tmp_path / "r.html")
    assert sorted(os.listdir(tmp_path)) == ["in.csv"]
