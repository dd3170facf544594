"""``saring serve --workers 2``: one address, one ``/metrics``, and what happens when a process dies."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from saring_serve.metrics import Metrics
from saring_serve.server import prepared
from saring_serve.settings import Settings

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="reads /proc")


class Several:
    """The command in a session of its own, with its log in a file."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self._log = folder / "log"
        with self._log.open("wb") as log:
            self.running = subprocess.Popen(
                [sys.executable, "-m", "saring.cli.app", "serve", "--port", "0", "--workers", "2"],
                env={**os.environ, "PYTHONUNBUFFERED": "1", "TMPDIR": str(folder), **environment},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        assert self.running.stdout
        self.address = re.findall(r"http://\S+", self.running.stdout.readline())[0]

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self._log.read_text().splitlines()]

    def processes(self) -> set[int]:
        """Those that have loaded their model."""
        return {
            int(str(line["process"]))
            for line in self.lines()
            if "judges new requests" in str(line["message"])
        }

    def metric(self, sample: str) -> float:
        text = httpx.get(f"{self.address}/metrics", timeout=20).text
        found = re.search(rf"^{re.escape(sample)} (\S+)$", text, re.MULTILINE)
        return float(found[1]) if found else 0.0

    def classify(self) -> int:
        return httpx.post(f"{self.address}/classify", json={"text": "slot"}, timeout=20).status_code

    def begin(self, requests: int) -> Callable[[], list[int]]:
        """Ask at the same time; returns what waits for the answers."""
        pool = ThreadPoolExecutor(requests)
        asked = [pool.submit(self.classify) for _ in range(requests)]
        return lambda: [answer.result(30) for answer in asked]


MODEL = 'saring_model_info{name="saring-id",version="1"}'
FLAGGED = 'saring_flagged_total{category="perjudian"}'
WAITING = 'saring_queue_characters{lane="single"}'


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def several(production: Path, tmp_path: Path) -> Iterator[Several]:
    started = Several(tmp_path, SARING_BATCH_WAIT="2")
    try:
        until(lambda: len(started.processes()) == 2)
        yield started
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(started.running.pid, signal.SIGKILL)
        started.running.wait()


def test_two_processes_are_one_service(several: Several, tmp_path: Path) -> None:
    assert several.metric(MODEL) == 2
    assert several.begin(3)() == [200] * 3
    assert [several.metric(FLAGGED) for _ in range(5)] == [3] * 5, "each process tells of all"

    first = several.processes()
    os.kill(min(first), signal.SIGKILL)
    until(lambda: len(several.processes() - first) == 1)
    assert several.classify() == 200
    assert several.metric(FLAGGED) == 4, "what the dead process counted stays"
    assert several.metric(MODEL) == 2, "but it judges no more"

    answers = several.begin(3)
    until(lambda: several.metric(WAITING) == 3 * 36)
    several.running.send_signal(signal.SIGTERM)
    assert answers() == [200] * 3, "what has begun is finished"
    assert several.running.wait(30) == 0
    assert not any(Path(f"/proc/{process}").exists() for process in several.processes())
    assert not list(tmp_path.glob("saring-metrics-*"))


def test_a_process_that_has_ended_leaves_no_gauges(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = (
        "from saring_serve.metrics import Metrics; import time\n"
        "metrics = Metrics(); metrics.queued('bulk', 7); metrics.rejected('overloaded')"
    )
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    subprocess.run([sys.executable, "-c", write], check=True)
    assert list(tmp_path.glob("gauge_livesum_*.db"))
    told = Metrics().exposition().decode()
    assert 'saring_rejected_total{code="overloaded"} 1.0' in told
    assert "saring_queue_characters" not in told


def test_the_cores_are_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    class Supervisor:
        processes = ()

        def __init__(self, *_: object) -> None: ...

        def run(self) -> None:
            seen.append(os.environ["SARING_THREADS"])

    monkeypatch.setattr("saring_serve.server.Multiprocess", Supervisor)
    monkeypatch.setattr("saring_serve.server.cores", lambda: 8)
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "elsewhere")
    for named in (None, "5"):
        monkeypatch.delenv("SARING_THREADS", raising=False)
        if named:
            monkeypatch.setenv("SARING_THREADS", named)
        prepared(Settings(), 3)(None)  # type: ignore[arg-type]
    monkeypatch.delenv("SARING_THREADS")
    assert seen == ["2", "5"]


def test_what_is_missing_is_said_before_any_process_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    from saring.errors import MissingExtraError

    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318")
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(MissingExtraError, match="saring\\[otel\\]"):
        prepared(Settings(), 2)
