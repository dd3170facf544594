"""A real server process: it starts, answers, says nothing of what it read, and stops politely."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fake_service import CANARY

SERVE = """
import uvicorn
from saring_serve.logs import log_config
uvicorn.run(
    "saring_serve.app:create_app",
    factory=True,
    fd={fd},
    log_config=log_config("DEBUG"),
    timeout_graceful_shutdown=10,
)
"""


class Process:
    """uvicorn on a socket that is open already; its own access log is left on, for the service to silence."""

    def __init__(self, models: Path, log: Path, **environment: str) -> None:
        self._log = log
        with socket.create_server(("127.0.0.1", 0)) as listener, log.open("wb") as output:
            self.address = f"http://127.0.0.1:{listener.getsockname()[1]}"
            self.running = subprocess.Popen(
                [sys.executable, "-c", SERVE.format(fd=listener.fileno())],
                env=os.environ | {"SARING_MODELS": str(models)} | environment,
                stdout=output,
                stderr=output,
                pass_fds=[listener.fileno()],
            )

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + 30
        while True:
            assert self.running.poll() is None and time.monotonic() < deadline, self.log()
            try:
                if httpx.get(f"{self.address}/readyz", timeout=5).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)

    def log(self) -> str:
        return self._log.read_text()


@pytest.fixture
def start(models_folder: Path, tmp_path: Path) -> Iterator[type[Process]]:
    processes: list[Process] = []

    def start_one(**environment: str) -> Process:
        process = Process(models_folder, tmp_path / "log", **environment)
        processes.append(process)
        process.wait_until_ready()
        return process

    yield start_one  # type: ignore[misc]
    for process in processes:
        process.running.kill()
        process.running.wait()


def test_it_answers_and_its_logs_hold_no_text(start: type[Process]) -> None:
    process = start()  # type: ignore[call-arg]
    with httpx.Client(base_url=process.address) as client:
        answer = client.post("/classify", params={"q": CANARY}, json={"text": f"{CANARY} slot gacor"})
        assert [one["id"] for one in answer.json()["categories"] if one["flagged"]] == ["perjudian"]
        assert client.post("/classify", json={CANARY: CANARY}).status_code == 422
        assert client.post("/classify", content=CANARY).status_code == 415
        assert client.get(f"/{CANARY}?q={CANARY}").status_code == 404
    with socket.create_connection(("127.0.0.1", httpx.URL(process.address).port or 0)) as raw:
        raw.sendall(f"{CANARY} {CANARY}\r\n\r\n".encode())
        assert raw.recv(1000).startswith(b"HTTP/1.1 400")
    process.running.send_signal(signal.SIGTERM)
    assert process.running.wait(20) in (0, -signal.SIGTERM)
    assert "Application startup complete" in process.log()
    assert "saring.serve.access: POST /classify 200 " in process.log()
    assert "saring.serve.access: GET (none) 404 " in process.log()
    assert "uvicorn.access" not in process.log()
    assert "kenari" not in process.log()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_answers_what_it_has_begun(start: type[Process], number: signal.Signals) -> None:
    process = start(SARING_BATCH_WAIT="1.5")  # type: ignore[call-arg]
    answers: list[httpx.Response] = []

    def ask() -> None:
        answers.append(httpx.post(f"{process.address}/classify", json={"text": "slot"}, timeout=20))

    asking = [threading.Thread(target=ask) for _ in range(3)]
    for thread in asking:
        thread.start()
    deadline = time.monotonic() + 10
    while 'saring_queue_characters{lane="single"} 108.0' not in httpx.get(f"{process.address}/metrics").text:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.running.send_signal(number)
    for thread in asking:
        thread.join(20)
    assert [answer.status_code for answer in answers] == [200] * 3
    process.running.wait(20)
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{process.address}/livez", timeout=5)
