"""A real server process, with its log in a file."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import httpx

SERVE = """
import uvicorn
from saring_serve.logs import log_config
from saring_serve.settings import Settings
uvicorn.run(
    "saring_serve.app:create_app",
    factory=True,
    fd={fd},
    log_config=log_config("DEBUG", Settings.from_environment().log_format),
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


@contextmanager
def serving(models: Path, folder: Path, **environment: str) -> Iterator[Process]:
    """A process that is ready, with a store of its own in ``folder``."""
    process = Process(models, folder / "log", SARING_DATA_DIR=str(folder / "data"), **environment)
    try:
        process.wait_until_ready()
        yield process
    finally:
        process.running.kill()
        process.running.wait()


class Start(Protocol):
    def __call__(self, **environment: str) -> Process: ...
