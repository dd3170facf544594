import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from saring.cli.app import app

run = CliRunner()

pytestmark = pytest.mark.usefixtures("production")


def test_a_table_with_verdicts_and_a_summary_that_adds_up(tmp_path: Path) -> None:
    source, target = tmp_path / "posts.csv", tmp_path / "scored.csv"
    source.write_text("id;teks\n1;slot gacor\n2;\n3;kucing\n")
    result = run.invoke(app, ["score", str(source), "-o", str(target)])
    assert result.exit_code == 0, result.output
    with target.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert [row["flagged"] for row in rows] == ["1", "", "0"]
    said = " ".join(result.stderr.split())
    assert "3 rows read = 2 scored + 1 rejected" in said
    assert "1 flagged: perjudian 1" in said and "column 'teks'" in said


def test_output_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "posts.csv").write_text("text\nya\n")
    assert run.invoke(app, ["score", str(tmp_path / "posts.csv")]).exit_code == 2


def test_errors_are_one_line(tmp_path: Path) -> None:
    source = tmp_path / "posts.csv"
    source.write_text("a,b\n1,2\n")
    result = run.invoke(app, ["score", str(source), "-o", str(tmp_path / "out.csv")])
    assert result.exit_code == 2
    assert "--text-column" in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.stderr


def test_a_report_beside_the_table(tmp_path: Path) -> None:
    (tmp_path / "posts.csv").write_text("teks\nslot gacor\nkucing\n")
    page = tmp_path / "laporan.html"
    command = ["score", str(tmp_path / "posts.csv"), "-o", str(tmp_path / "out.csv"), "--report", str(page)]
    result = run.invoke(app, command)
    assert result.exit_code == 0, result.output
    assert "laporan.html" in result.stderr.replace("\n", "")
    assert page.read_text().startswith("<!doctype html>") and page.with_suffix(".json").is_file()
