"""Jobs in real server processes: killed, stopped, two on one folder, and beside single requests."""

import json
import os
import re
import signal
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from service_process import Process, Start

from saring.classifier import Classifier
from saring.scoring.tables import PART, score_table

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for workers in /proc")

ROWS = "id,teks\n" + "".join(f"{at},slot nomor {at}\n" for at in range(PART + 2_000))


def send(process: Process, name: str = "besar.csv", table: str = ROWS) -> str:
    response = httpx.post(f"{process.address}/jobs", files={"file": (name, table.encode())}, timeout=60)
    assert response.status_code == 202, response.text
    return str(response.json()["id"])


def job_of(process: Process, id_: str) -> dict[str, Any]:
    job: dict[str, Any] = httpx.get(f"{process.address}/jobs/{id_}", timeout=60).json()
    return job


def until(condition: Callable[[], object], seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def workers(data: Path) -> list[int]:
    """The processes that work on a job."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(process / "cwd").startswith(f"{data}/jobs/"):
                found.append(int(process.name))
        except OSError:
            continue
    return found


def test_another_process_goes_on_after_a_kill_and_the_bytes_are_the_same(
    start: Start, model_folder: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    first, second = start(SARING_DATA_DIR=str(data)), start(SARING_DATA_DIR=str(data))
    id_ = send(first)
    queued = send(second, "kecil.csv", "teks\nslot\n")
    until(lambda: list((data / "jobs" / id_ / "files").glob(".*.parts/*.npz")))
    assert len(workers(data)) == 1
    assert [job_of(second, one)["state"] for one in (id_, queued)] == ["running", "queued"]
    assert (job_of(second, queued)["ahead"], job_of(second, id_)["rows"]["total"]) == (1, PART + 2_000)
    first.running.kill()
    until(lambda: job_of(second, queued)["state"] == "done")
    assert job_of(second, id_)["state"] == "done"
    metrics = httpx.get(f"{second.address}/metrics", timeout=60).text
    assert 'saring_job_seconds_count{outcome="done"} 2.0' in metrics

    (tmp_path / "besar.csv").write_text(ROWS)
    score_table(tmp_path / "besar.csv", tmp_path / "alone.csv", Classifier.open(model_folder))
    result = httpx.get(f"{second.address}/jobs/{id_}/result", timeout=60).content
    assert result == (tmp_path / "alone.csv").read_bytes()


def test_a_queued_job_goes_on_after_a_restart(start: Start, tmp_path: Path) -> None:
    data = tmp_path / "data"
    process = start(SARING_DATA_DIR=str(data))
    ids = [send(process, table=table) for table in (ROWS[:100_000], "teks\nslot\n")]
    until(lambda: workers(data))
    process.running.kill()
    process.running.wait()
    until(lambda: not workers(data))
    again = start(SARING_DATA_DIR=str(data))
    until(lambda: {job_of(again, id_)["state"] for id_ in ids} == {"done"})


def test_told_to_stop_it_ends_its_events_and_its_worker(start: Start, tmp_path: Path) -> None:
    data = tmp_path / "data"
    process = start(SARING_DATA_DIR=str(data))
    id_ = send(process)
    with httpx.stream("GET", f"{process.address}/jobs/{id_}/events", timeout=60) as events:
        lines = events.iter_lines()
        assert next(lines) == "event: job"
        assert json.loads(next(lines).removeprefix("data: "))["id"] == id_
        until(lambda: workers(data))
        process.running.send_signal(signal.SIGTERM)
        assert not [line for line in lines if line.startswith("data:") and '"state":"done"' in line]
    process.running.wait(60)
    until(lambda: not workers(data))


def test_events_end_when_nobody_listens(start: Start, tmp_path: Path) -> None:
    process = start(SARING_DATA_DIR=str(tmp_path / "data"))
    held = httpx.post(
        f"{process.address}/jobs", files={"file": ("a.csv", b"teks\nslot\n")}, data={"hold": "1"}, timeout=60
    ).json()
    with httpx.stream("GET", f"{process.address}/jobs/{held['id']}/events", timeout=60) as events:
        lines = events.iter_lines()  # the connection is closed with it
        assert next(lines) == "event: job"
        assert "/jobs/{id}/events" not in process.log()
    until(lambda: "/jobs/{id}/events" in process.log())
    assert re.search(r"GET /jobs/\{id\}/events (200|499)", process.log())


def test_single_texts_are_answered_soon_while_a_job_runs(start: Start, tmp_path: Path) -> None:
    data = tmp_path / "data"
    process = start(SARING_DATA_DIR=str(data))
    with httpx.Client(base_url=process.address, timeout=60) as client:

        def seconds() -> float:
            began = time.perf_counter()
            assert client.post("/classify", json={"text": "slot gacor"}).status_code == 200
            return time.perf_counter() - began

        alone = statistics.median(seconds() for _ in range(50))
        id_ = send(process, table=ROWS + ROWS.partition("\n")[2])
        until(lambda: workers(data) and job_of(process, id_)["state"] == "running")
        beside = statistics.median(seconds() for _ in range(50))
        assert workers(data)
        assert client.delete(f"/jobs/{id_}").status_code == 204
    assert not workers(data)
    assert beside < 5 * alone + 0.02
