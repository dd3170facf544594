"""``saring keys``: a key is printed once, listed without its text, and revoked."""

import json
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from saring.cli.app import app

pytest.importorskip("sqlalchemy")
run = CliRunner()


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SARING_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


def test_a_key_is_printed_once_and_nothing_else(data: Path) -> None:
    made = run.invoke(app, ["keys", "add", "cms", "--role", "review", "--rate", "60"])
    assert made.exit_code == 0, made.output
    key = made.stdout.strip()
    assert made.stdout == f"{key}\n" and key.startswith("saring_")
    assert "not shown again" in made.stderr and key not in made.stderr
    run.invoke(app, ["keys", "add", "bot"])
    listed = run.invoke(app, ["keys", "list"])
    rows = [line.split()[:3] for line in listed.stdout.splitlines() if line.split()]
    assert ["cms", "review", "60"] in rows and ["bot", "classify", "-"] in rows
    assert key not in listed.output
    with sqlite3.connect(data / "saring.sqlite") as connection:
        assert key not in json.dumps(connection.execute("SELECT * FROM api_keys").fetchall())


def test_a_revoked_key_is_gone_and_its_name_is_free() -> None:
    first = run.invoke(app, ["keys", "add", "cms"]).stdout
    revoked = run.invoke(app, ["keys", "revoke", "cms"])
    assert (revoked.exit_code, revoked.stdout) == (0, "cms is revoked\n")
    assert run.invoke(app, ["keys", "list"]).stdout == "no keys\n"
    again = run.invoke(app, ["keys", "add", "cms"])
    assert again.exit_code == 0 and again.stdout != first


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["add", "cms"], "there is a key named cms already"),
        (["add", "baru", "--role", "root"], "choose one of classify, review, admin"),
        (["add", "dua kata"], "1 to 64 letters"),
        (["add", "baru", "--rate", "0"], "--rate"),
        (["revoke", "lain"], "see saring keys list"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: list[str], told: str) -> None:
    assert run.invoke(app, ["keys", "add", "cms"]).exit_code == 0
    refused = run.invoke(app, ["keys", *arguments])
    assert refused.exit_code == 2
    assert told in refused.stderr
    assert not refused.stdout


def test_a_database_that_cannot_be_opened_is_said(data: Path) -> None:
    (data / "saring.sqlite").write_bytes(b"this is no database at all, " * 100)
    refused = run.invoke(app, ["keys", "list"])
    assert refused.exit_code == 2
    assert "file is not a database" in refused.stderr
