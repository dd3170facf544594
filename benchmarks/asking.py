"""Asking a server over loopback at the least cost: clients in closed loops, and arrivals at a given rate."""

import asyncio
import random
import re
import time
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle

import numpy as np

PATIENCE = 60.0
"""Seconds after which an answer counts as lost."""

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_RETRY = re.compile(rb"\r\nretry-after: *(\d+)", re.IGNORECASE)


class LostError(Exception):
    """A request got no whole answer."""


@dataclass(slots=True)
class Tally:
    """Answers: how many by status, and the seconds of those with 200; ``errors`` got none."""

    statuses: Counter[int] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    seconds: "array[float]" = field(default_factory=lambda: array("d"))
    lasted: float = 0.0

    def count(self, status: int, seconds: float) -> None:
        self.statuses[status] += 1
        if status == 200:
            self.seconds.append(seconds)

    @property
    def rate(self) -> float:
        """Answers with 200 a second."""
        return self.statuses[200] / self.lasted

    @property
    def wrong(self) -> int:
        """Requests that were neither answered with 200 nor refused with 503."""
        refused_or_good = self.statuses[200] + self.statuses[503]
        return self.statuses.total() - refused_or_good + self.errors.total()

    def milliseconds(self, percentile: float) -> float:
        """Of the answers with 200."""
        return 1000 * float(np.percentile(self.seconds, percentile)) if self.seconds else float("nan")


class Connection(asyncio.Protocol):
    """A connection that stays open; one request at a time. It reads what our servers send, no more."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._answer: asyncio.Future[tuple[int, float]] | None = None
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def open(cls, port: int) -> "Connection":
        _, connection = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return connection

    def ask(self, request: bytes) -> asyncio.Future[tuple[int, float]]:
        """Status, and seconds after which a refused request may be sent again; raises ``LostError``."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        if self._transport.is_closing():
            self._lose("closed")
        else:
            self._transport.write(request)
        return self._answer

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def connection_lost(self, exc: Exception | None) -> None:
        self._lose("closed" if exc is None else type(exc).__name__)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head = self._received.find(b"\r\n\r\n") + 4
        if head < 4 or self._answer is None:
            return
        declared = _LENGTH.search(self._received, 0, head)
        if declared is not None and len(self._received) >= head + int(declared[1]):
            retry = _RETRY.search(self._received, 0, head)
            if not self._answer.done():
                self._answer.set_result((int(self._received[9:12]), float(retry[1]) if retry else 0.0))
            self._received.clear()

    def _lose(self, why: str) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(LostError(why))


def post(path: str, body: bytes) -> bytes:
    """A request whose answer leaves the connection open."""
    head = f"POST {path} HTTP/1.1\r\nhost: saring\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


async def closed_loop(
    port: int,
    requests: Sequence[bytes],
    clients: int,
    *,
    seconds: float = float("inf"),
    count: float = float("inf"),
    stop: Callable[[], bool] = lambda: False,
) -> Tally:
    """Each client asks again as soon as it is answered, and waits as it is told where it is refused.

    It goes on for ``seconds``, until ``count`` answers, or until ``stop()``.
    """
    tally = Tally()
    began = time.perf_counter()

    def go_on() -> bool:
        in_time = time.perf_counter() - began < seconds
        return in_time and tally.statuses.total() + tally.errors.total() < count and not stop()

    async def client(texts: Iterator[bytes]) -> None:
        connection = await Connection.open(port)
        while go_on():
            sent = time.perf_counter()
            try:
                async with asyncio.timeout(PATIENCE):
                    status, retry = await connection.ask(next(texts))
            except (LostError, TimeoutError) as error:
                tally.errors[str(error) or "no answer"] += 1
                connection.close()
                connection = await Connection.open(port)
                continue
            tally.count(status, time.perf_counter() - sent)
            until = time.perf_counter() + retry
            while status == 503 and go_on() and (left := until - time.perf_counter()) > 0:
                await asyncio.sleep(min(left, 0.1))
        connection.close()

    async with asyncio.TaskGroup() as group:
        for number in range(clients):
            first = number * len(requests) // clients
            group.create_task(client(cycle([*requests[first:], *requests[:first]])))
    tally.lasted = time.perf_counter() - began
    return tally


async def arrivals(port: int, requests: Sequence[bytes], rate: float, seconds: float) -> Tally:
    """``rate`` requests a second, whether or not those before are answered; waits for the last answer.

    Times count from when a request was due, so that a server which holds up the next one does not hide it.
    """
    tally = Tally()
    chance = random.Random(0)
    idle: list[Connection] = []
    waiting: set[asyncio.Task[None]] = set()

    async def one(request: bytes, due: float) -> None:
        connection = idle.pop() if idle else None
        try:
            async with asyncio.timeout(PATIENCE):
                connection = connection or await Connection.open(port)
                status, _ = await connection.ask(request)
        except (LostError, OSError, TimeoutError) as error:
            tally.errors[str(error) or "no answer"] += 1
            if connection is not None:
                connection.close()
            return
        tally.count(status, time.perf_counter() - due)
        idle.append(connection)

    began = due = time.perf_counter()
    for request in cycle(requests):
        due += chance.expovariate(rate)
        if due - began > seconds:
            break
        if (early := due - time.perf_counter()) > 0:
            await asyncio.sleep(early)
        task = asyncio.create_task(one(request, due))
        waiting.add(task)
        task.add_done_callback(waiting.discard)
    tally.lasted = seconds
    while waiting:
        await asyncio.wait(waiting)
    for connection in idle:
        connection.close()
    return tally
