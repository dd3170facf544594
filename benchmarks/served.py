"""Servers in processes of their own, for the benchmarks that ask them over loopback."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

START = 120  # seconds a server may take until it is ready
STOP = 60

SARING = """
import sys
from saring_serve.server import prepared
from saring_serve.settings import Settings
from socket import socket
prepared(Settings.from_environment(), 1)(socket(fileno=int(sys.argv[1])))
"""
"""``saring serve``, on a socket that listens already."""


@dataclass(frozen=True)
class Server:
    """A server on this machine; ``log`` is all that it has printed."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @property
    def megabytes(self) -> float:
        """Resident memory of the process."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        [kilobytes] = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")]
        return int(kilobytes) / 1024

    def get(self, path: str) -> bytes:
        """What ``GET path`` brings; raises ``OSError`` or ``HTTPException`` unless the status is 200."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            if response.status != 200:
                raise HTTPException(f"{path} was answered with {response.status}")
            return response.read()
        finally:
            connection.close()

    def wait_until_ready(self, path: str) -> None:
        """Wait until ``GET path`` is answered with 200; raises ``RuntimeError`` where it never is."""
        deadline = time.monotonic() + START
        while not self._answers(path):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not start:\n{self.log.read_text(errors='replace')}")
            time.sleep(0.1)

    def _answers(self, path: str) -> bool:
        try:
            return bool(self.get(path))
        except (OSError, HTTPException):
            return False


@contextmanager
def served(
    command: Sequence[str], environment: Mapping[str, str], log: Path, ready: str = "/readyz"
) -> Iterator[Server]:
    """``python COMMAND FD`` on a socket that listens as ``FD``, until the end of the block."""
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listener, log.open("wb") as output:
        port = listener.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, *command, str(listener.fileno())],
            env=os.environ | environment,
            stdout=output,
            stderr=output,
            pass_fds=[listener.fileno()],
        )
    server = Server(process, port, log)
    try:
        server.wait_until_ready(ready)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
