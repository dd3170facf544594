"""The measurements under load and the attacks run to their end, on the tiny model."""

import asyncio
from pathlib import Path

import hostile
import load
import pytest
from hostile_texts import Attack
from served import SARING, served
from small_training import rows
from tiny_model import tiny_model

from saring.artefact.registry import Registry


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model as two versions."""
    home = tmp_path_factory.mktemp("load")
    registry = Registry(home / "models")
    for version in ("1", "2"):
        registry.publish(tiny_model(home / version, version=version), "saring-id", version)
    registry.promote("saring-id", "1", "tests", "the first")
    return registry.root


def test_a_quick_run_fills_the_table_and_loses_nothing(models: Path, tmp_path: Path) -> None:
    rows(200).save(tmp_path / "rows.parquet")
    before = (models / "registry.json").read_bytes()
    plan = load.Plan(seconds=0.5, requests=300, clients=(1, 4), promotions=2, judged=False)
    report = load.run(plan, models, tmp_path / "rows.parquet")
    assert report.failures == []
    head, _, *table = report.markdown().partition("\n\n")[0].splitlines()
    assert all(row.count("|") == head.count("|") for row in table)
    assert [row.split("|")[1].strip() for row in table] == [
        *["Saring", "naive"] * 2,
        "naive",
        "Saring",
        "Saring",
    ]
    assert all(float(row.split("|")[3].replace(",", "")) > 0 for row in table)
    assert "Resident memory" in report.notes[-1]
    assert (models / "registry.json").read_bytes() == before, "the models that are promoted are a copy"


def test_a_promise_that_does_not_hold_is_said() -> None:
    report = load.Report()
    tally = load.Tally(lasted=1.0)
    for status in (200, 200, 503, 500):
        tally.count(status, 0.01)
    tally.errors["closed"] += 1
    report.add("Saring", "1 client", tally)
    assert report.rows == ["| Saring | 1 client | 2 | 10.0 | 10.0 | 10.0 | 1 | 2 |"]
    assert len(report.failures) == 1 and "500" in report.failures[0]
    plan = load.Plan(requests=100)
    load._tell_memory(plan, [(10, 100.0), (50, 105.0), (100, 109.0)], report)
    assert len(report.failures) == 1
    load._tell_memory(plan, [(10, 100.0), (100, 111.0)], report)
    assert "memory grew" in report.failures[1]


def test_the_command_that_serves_limits_heads(models: Path, tmp_path: Path) -> None:
    usual = {"SARING_MODELS": str(models), "SARING_DATA_DIR": str(tmp_path)}
    with served(["-c", SARING], usual, tmp_path / "log") as server:
        head = Attack("huge head", (b"GET /livez HTTP/1.1\r\nx: " + b"y" * 70_000,))
        assert asyncio.run(hostile.send(server.port, head)).startswith(b"HTTP/1.1 431 ")
        assert server.get("/livez")


def test_hostile_requests_find_nothing(models: Path) -> None:
    findings = hostile.run(300, seed=7, models=models)
    assert findings.found == []
    assert findings.statuses["200"] and findings.statuses["400"] and len(findings.kinds) > 8


@pytest.mark.parametrize(
    "written", [b'{"message": "kenari~rahasia~7f3a"}', b"GET /Kenari%7Erahasia", b"ok\nkenari\nok"]
)
def test_a_canary_is_found(written: bytes) -> None:
    findings = hostile.Findings()
    hostile.look_for_the_canary("the log", b"an ordinary line\n", findings)
    assert findings.found == []
    hostile.look_for_the_canary("the log", written, findings)
    assert len(findings.found) == 1


def test_a_failure_in_the_log_is_found() -> None:
    findings = hostile.Findings()
    hostile.look_for_failures(
        '{"level": "INFO", "logger": "saring.serve", "message": "a"}\n'
        '{"level": "ERROR", "logger": "uvicorn.error", "message": "b"}\nno JSON\n',
        findings,
    )
    assert findings.found == []
    hostile.look_for_failures('{"level": "ERROR", "logger": "saring.serve", "message": "c"}', findings)
    assert findings.found == ["an error in the log: c"]


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    nothing = {"SARING_MODELS": str(tmp_path), "SARING_QUEUE_CHARACTERS": "viel"}
    with (
        pytest.raises(RuntimeError, match="SARING_QUEUE_CHARACTERS must be"),
        served(["-c", SARING], nothing, tmp_path / "log"),
    ):
        pass
