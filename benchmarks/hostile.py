"""Sends a real service process what nobody should, and looks at what it answers and writes.

    python benchmarks/hostile.py --count 100000 --seed 0
    python benchmarks/hostile.py --seed 0 --case 4711          # one again, and what is answered

A finding is: a server error other than the 503 that is meant (``overloaded``), no answer within 10 s, an
answer that cannot be read, a problem that repeats the text, a failure in the log, or the canary in a line of
the log, a metric or a trace. Meanwhile some connections send their headers drop by drop, and the service must
answer beside them. In the end it must still answer, and nothing may wait in its queue.
"""

import argparse
import asyncio
import json
import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hostile_requests import attack
from hostile_texts import CANARY, Attack
from served import SARING, Server, served

from saring.artefact.registry import Registry
from saring_serve.logs import SERVICE

AT_ONCE = 16
LONGEST = 10.0
"""Seconds without an answer that count as a hang."""
_MOST = 1 << 22
_DRIPPING = 8
_FORMS = ("odd form", "odd table")
"""What is sent by these is told back to its sender: names of files and columns."""
_STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")


@dataclass
class Findings:
    """What was answered, and what must not have been."""

    statuses: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    found: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")

    def add(self, what: str) -> None:
        self.found.append(what)
        print(what, flush=True)


async def send(port: int, sent: Attack) -> bytes:
    """All that is answered until the connection ends; raises ``TimeoutError`` where an answer is due."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        with suppress(ConnectionError):
            for part in sent.parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(sent.pause)
        if sent.gone:
            return b""
        if sent.complete:
            async with asyncio.timeout(LONGEST):
                return await _answer(reader)
        with suppress(TimeoutError):
            async with asyncio.timeout(0.05):
                return await _answer(reader)
        return b""
    finally:
        writer.transport.abort()


async def _answer(reader: asyncio.StreamReader) -> bytes:
    """One answer, or what there was when the connection ended."""
    answer = b""
    with suppress(ConnectionError, asyncio.IncompleteReadError):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += await reader.readuntil(b"\n")
            if head == b"HTTP/1.1 100 Continue\r\n\r\n":
                head = b""
        answer = head
        if declared := re.search(rb"\r\ncontent-length: (\d+)", head):
            answer += await reader.read(min(_MOST, int(declared[1])))
    return answer


async def attempt(server: Server, sent: Attack, name: str, findings: Findings) -> None:
    """Send one and judge the answer."""
    began = time.monotonic()
    try:
        answer = await send(server.port, sent)
    except TimeoutError:
        findings.add(f"{name} ({sent.kind}): no answer within {LONGEST:g} s")
        return
    findings.slowest = max(findings.slowest, (time.monotonic() - began, sent.kind))
    findings.kinds[sent.kind] += 1
    found = _STATUS.match(answer)
    status = int(found[1]) if found else 0
    findings.statuses[str(status or "closed")] += 1
    if answer and not found:
        findings.add(f"{name} ({sent.kind}): an answer that is none")
    if status >= 500 and not (status == 503 and b'"overloaded"' in answer):
        findings.add(f"{name} ({sent.kind}): {status} {answer[-300:]!r}")
    if status >= 400 and CANARY.encode() in answer and sent.kind not in _FORMS:
        findings.add(f"{name} ({sent.kind}): the problem repeats the text")


async def drip(port: int) -> None:
    """Headers that never end, a byte at a time, on a connection that is opened anew when it is closed."""
    while True:
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"POST /classify HTTP/1.1\r\n")
            while not writer.is_closing():
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.5)
        await asyncio.sleep(0.5)


async def send_all(server: Server, count: int, seed: int, findings: Findings) -> None:
    numbers = iter(range(count))

    async def attacker() -> None:
        for number in numbers:
            await attempt(server, attack(seed, number), f"--seed {seed} --case {number}", findings)
            if number % 5_000 == 4_999:
                print(f"{number + 1}: {len(findings.found)} findings", file=sys.stderr, flush=True)

    dripping = [asyncio.create_task(drip(server.port)) for _ in range(_DRIPPING)]
    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(attacker())
    for each in dripping:
        each.cancel()


@contextmanager
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """The address of a collector of traces, and what it was sent."""
    received: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", received
    finally:
        server.shutdown()
        server.server_close()


def look_for_the_canary(where: str, written: bytes, findings: Findings) -> None:
    """Whether anything of the canary, in any spelling of its own, is in ``written``."""
    for line in written.splitlines():
        if b"kenari" in line.lower():
            findings.add(f"the canary is in {where}: {line[:500]!r}")
            return


def look_for_failures(log: str, findings: Findings) -> None:
    """Whether the service says that it failed; uvicorn's errors are about connections that ended."""
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    for message in {
        each["message"] for each in lines if (each["level"], each["logger"]) == ("ERROR", SERVICE)
    }:
        findings.add(f"an error in the log: {message}")


def look_at_metrics(server: Server, findings: Findings) -> None:
    """Nothing waits any more, and no label quotes anybody."""
    deadline = time.monotonic() + 30
    while True:
        metrics = server.get("/metrics")
        idle = all(
            b'saring_queue_characters{lane="%b"} 0.0' % lane in metrics for lane in (b"single", b"bulk")
        )
        if idle or time.monotonic() > deadline:
            break
        time.sleep(0.2)
    if not idle:
        findings.add("something still waits in the queue")
    look_for_the_canary("the metrics", metrics, findings)


def run(count: int, seed: int, models: Path, case: int | None = None) -> Findings:
    """Attack a service of its own with ``count`` requests, or with ``case`` alone."""
    findings = Findings()
    with TemporaryDirectory() as folder, collector() as (address, traces):
        home = Path(folder)
        environment = {
            "SARING_MODELS": str(models),
            "SARING_DATA_DIR": str(home / "data"),
            "SARING_JOB_MEGABYTES": "1",
            "OTEL_EXPORTER_OTLP_ENDPOINT": address,
        }
        with served(["-c", SARING], environment, home / "log") as server:
            if case is None:
                asyncio.run(send_all(server, count, seed, findings))
            else:
                print(attack(seed, case))
                print(asyncio.run(send(server.port, attack(seed, case))))
            if not server.get("/livez"):
                findings.add("the service does not answer any more")
            look_at_metrics(server, findings)
        look_for_the_canary("the log", server.log.read_bytes(), findings)
        look_for_failures(server.log.read_text(errors="replace"), findings)
        look_for_the_canary("the traces", b"".join(traces), findings)
        if not traces:
            findings.add("no trace was sent, so none was looked at")
    return findings


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--case", type=int)
    parser.add_argument("--models", type=Path, default=Registry().root)
    arguments = parser.parse_args()
    began = time.monotonic()
    findings = run(arguments.count, arguments.seed, arguments.models, arguments.case)
    print(
        f"{findings.statuses.total():,} requests in {time.monotonic() - began:.0f} s, "
        f"{len(findings.found)} findings; the slowest answer took {findings.slowest[0]:.1f} s "
        f"({findings.slowest[1]}); by status {dict(findings.statuses.most_common())}; "
        f"by kind {dict(findings.kinds.most_common())}"
    )
    return bool(findings.found)


if __name__ == "__main__":
    sys.exit(main())
