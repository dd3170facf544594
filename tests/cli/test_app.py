import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from saring import __version__
from saring.cli import app as app_module
from saring.cli.app import app

run = CliRunner()


def test_version() -> None:
    result = run.invoke(app, ["--version"])
    assert (result.exit_code, result.stdout) == (0, f"saring {__version__}\n")


def test_help_lists_commands_and_imports_none() -> None:
    homes = {f"saring.cli.{home.module}" for home in app_module._COMMANDS.values()}
    for name in homes:
        sys.modules.pop(name, None)
    result = run.invoke(app, ["--help"])
    assert result.exit_code == 0
    assert all(f" {name} " in result.stdout for name in app_module._COMMANDS)
    assert not homes & sys.modules.keys()


def test_unknown_command_is_wrong_usage() -> None:
    result = run.invoke(app, ["clasify", "x"])
    assert result.exit_code == 2
    assert "'classify'" in result.stderr


def test_every_command_loads() -> None:
    for name in app_module._COMMANDS:
        result = run.invoke(app, [name, "--help"])
        assert result.exit_code == 0, (name, result.output)


def test_an_error_is_one_line(tmp_path: Path) -> None:
    result = run.invoke(app, ["classify", "--model", str(tmp_path), "ya"])
    assert result.exit_code == 2
    assert result.stderr.startswith("saring: ") and result.stderr.count("\n") == 1
    assert "manifest.json" in result.stderr


def test_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, production: Path) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    monkeypatch.delitem(sys.modules, "saring_serve.server", raising=False)  # others import it
    result = run.invoke(app, ["serve"])
    assert result.exit_code == 2
    assert (
        result.stderr
        == "saring: saring serve needs uvicorn, which is not installed: pip install 'saring[serve]'\n"
    )


def test_a_missing_module_of_ours_is_a_defect_and_not_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app_module._COMMANDS, "serve", app_module._Home("nowhere", "serve", "", "serve"))
    with pytest.raises(ModuleNotFoundError):
        run.invoke(app, ["serve"], catch_exceptions=False)


def test_locals_never_reach_a_traceback() -> None:
    assert isinstance(app, typer.Typer)
    assert app.pretty_exceptions_show_locals is False
