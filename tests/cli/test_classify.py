import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from saring.classifier import Classifier
from saring.cli.app import app
from saring.cli.verdict_view import VerdictView, marked, shown
from saring.taxonomy import taxonomy

run = CliRunner()
TEXT = "Situs slot gacor, deposit 10rb langsung maxwin!"

pytestmark = pytest.mark.usefixtures("production")


def test_json_is_the_verdict_one_line_per_text() -> None:
    result = run.invoke(app, ["classify", "--json", TEXT, "Dua\nbaris"])
    assert result.exit_code == 0
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    expected = Classifier.open().classify(TEXT).to_dict()
    assert {**first, "id": ""} == {**json.loads(json.dumps(expected)), "id": ""}
    assert second["read"]["characters"] == 9 and not second["flagged"]


def test_lines_of_standard_input() -> None:
    result = run.invoke(app, ["classify", "--json"], input="\ufeffslot gacor\r\n\n\u200b\nkucing".encode())
    assert [json.loads(line)["read"]["of"] for line in result.stdout.splitlines()] == [10, 6]
    assert result.stderr == "saring: 2 empty lines skipped\n"
    assert result.exit_code == 0


def test_the_readable_verdict_in_both_languages() -> None:
    indonesian = run.invoke(app, ["classify", TEXT]).stdout
    english = run.invoke(app, ["classify", "--lang", "en", TEXT]).stdout
    point = taxonomy().points[7].text
    for out, name, point_text in ((indonesian, "Perjudian", point.id), (english, "Gambling", point.en)):
        words = " ".join(out.split())
        assert name in words and point_text in words
        assert "slot gacor" in out and "50" in out
    assert "DITANDAI" in indonesian and "FLAGGED" in english


def test_clean_text_is_said_to_be() -> None:
    assert "TIDAK DITANDAI" in run.invoke(app, ["classify", "Selamat pagi"]).stdout


@pytest.mark.parametrize(
    ("arguments", "sent", "said"),
    [
        (["classify", " "], b"", "empty"),
        (["classify", "\udcff"], b"", "UTF-8"),
        (["classify"], b"baik\n\xff\xfe\n", "line 2"),
        (["classify", "--model", "9.9.9", "ya"], b"", "9.9.9"),
    ],
)
def test_what_cannot_be_read_is_said(arguments: list[str], sent: bytes, said: str) -> None:
    result = run.invoke(app, arguments, input=sent)
    assert result.exit_code == 2
    assert said in result.stderr and result.stderr.count("\n") == 1


def test_wrong_language_is_wrong_usage() -> None:
    assert run.invoke(app, ["classify", "--lang", "fr", "ya"]).exit_code == 2


def test_evidence_is_marked_where_it_stands() -> None:
    verdict = Classifier.open().classify(TEXT)
    spans = marked(TEXT, verdict.categories).spans
    assert [(span.start, span.end) for span in spans] == [(6, 16)]


def test_nothing_steers_the_terminal_and_nothing_moves() -> None:
    text = "a\x1b[31mslot\u202eb\tc\nd"
    assert shown(text) == "a\ufffd[31mslot\ufffdb c\nd"
    assert "\x1b" not in run.invoke(app, ["classify", text]).stdout


def test_eighty_columns_are_enough() -> None:
    out = StringIO()
    view = VerdictView("id", Console(file=out, width=80))
    words = "slot gacor goblok kubunuh sebarkan khilafah vcs ganyang"
    text = words.replace(" ", " kata ")
    view.show(text, Classifier.open().classify(text))
    lines = out.getvalue().splitlines()
    assert max(len(line) for line in lines) <= 80
    for category in taxonomy().categories:
        (head,) = [line for line in lines if category.name.id in line and "ambang" in line][:1]
        assert "%" in head


def test_classifying_imports_nothing_heavy(production: Path) -> None:
    script = (
        "import sys; from typer.testing import CliRunner; from saring.cli.app import app;"
        "assert CliRunner().invoke(app, ['classify', 'ya']).exit_code == 0;"
        "heavy = {'torch', 'transformers', 'sklearn', 'pandas', 'pyarrow', 'matplotlib', 'onnx', 'scipy'};"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env={**os.environ}
    )
    assert result.stdout == "[]\n"
