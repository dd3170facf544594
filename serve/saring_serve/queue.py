"""The queue: texts of many requests become small batches for one model in one worker thread.

Two lanes share every batch by halves: single texts in the order they came, and batches of texts,
which take turns. So a batch of thousands of words never holds up a single text for longer than the
batch that is running. Each lane is bounded in characters; past its bound a request is refused.

A burst of single texts may wait. Where they keep coming faster than they are judged, a full queue would only
make all late: from the first refusal until there are no more, few are let in, and answered soon.
"""

import asyncio
import logging
import math
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal, Protocol

from saring.errors import InputError
from saring.verdict import Verdict
from saring_serve.logs import SERVICE, describe_failure
from saring_serve.metrics import Metrics
from saring_serve.problems import OVERLOADED, Problem, empty_text, internal_error, shutting_down
from saring_serve.settings import TEXT_OVERHEAD, QueueLimits
from saring_serve.tracing import Traces

logger = logging.getLogger(SERVICE)

_CALM = 1.0  # seconds without a refusal after which a lane is no longer crowded

LaneName = Literal["single", "bulk"]


class Judge(Protocol):
    """What the queue needs of a classifier."""

    def classify_many(self, texts: Sequence[str], /) -> list[Verdict]:
        """Judge ``texts``, one verdict each, in their order."""
        ...


def cost(text: str) -> int:
    """What ``text`` takes of a bound, in characters."""
    return len(text) + TEXT_OVERHEAD


class _Ticket:
    """A request in the queue: its texts, the model it began with, and the verdicts so far."""

    __slots__ = (
        "arrived",
        "done",
        "judge",
        "lane",
        "position",
        "span",
        "taken",
        "texts",
        "unfinished",
        "verdicts",
    )

    def __init__(
        self,
        lane: "_Lane",
        texts: Sequence[str],
        judge: Judge,
        done: asyncio.Future[list[Verdict]],
        span: Any,
    ) -> None:
        self.lane = lane
        self.texts = texts
        self.judge = judge
        self.done = done
        self.span = span
        self.arrived = time.monotonic()
        self.taken = False
        self.position = 0
        self.unfinished = len(texts)
        self.verdicts: list[Verdict | None] = [None] * len(texts)

    def settle(self, at: int, outcome: "_Outcome") -> None:
        """Take the outcome of text ``at``; a text that fails fails its request."""
        if self.done.done():  # cancelled, or failed on another of its texts
            return
        if outcome == "failed":
            self.done.set_exception(internal_error())
        elif outcome == "unreadable":
            self.done.set_exception(empty_text("text" if self.lane.name == "single" else f"texts[{at}]"))
        else:
            self._take(at, outcome)

    def _take(self, at: int, verdict: Verdict) -> None:
        self.verdicts[at] = verdict
        self.unfinished -= 1
        if not self.unfinished:
            self.done.set_result([verdict for verdict in self.verdicts if verdict is not None])


_Item = tuple[_Ticket, int]
_Outcome = Verdict | Literal["failed", "unreadable"]


class _Lane:
    """Tickets that wait for their turn; ``pending`` is the cost of all their texts not yet judged."""

    def __init__(self, name: LaneName, bound: int, metrics: Metrics, crowded: int | None = None) -> None:
        self.name = name
        self.bound = bound
        self.pending = 0
        self._crowded = crowded
        self._refused = -math.inf  # when, of the clock
        self._metrics = metrics
        self.grow(0)
        self._waiting: deque[_Ticket] = deque()

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def grow(self, cost_of_texts: int) -> None:
        """More is pending, or less where the cost is below 0."""
        self.pending += cost_of_texts
        self._metrics.queued(self.name, self.pending)

    def admits(self, cost_of_texts: int) -> bool:
        """Whether there is room; a lane that refuses is crowded for a while."""
        if not self.pending:
            return True
        now = time.monotonic()
        room = self.pending + cost_of_texts <= self.bound
        if self._crowded is not None and now - self._refused < _CALM:
            # whatever the cost of the next: long texts would never have a turn
            room = room and self.pending < self._crowded
        if not room:
            self._refused = now
        return room

    def join(self, ticket: _Ticket) -> None:
        self.grow(sum(map(cost, ticket.texts)))
        self._waiting.append(ticket)

    def leave(self, ticket: _Ticket) -> None:
        """Forget the texts of a ticket that nobody waits for any more; those being judged go on."""
        if ticket in self._waiting:
            self._waiting.remove(ticket)
            self.grow(-sum(map(cost, ticket.texts[ticket.position :])))

    def oldest(self) -> float:
        """When the first of the waiting tickets came; the lane must not be empty."""
        return min(ticket.arrived for ticket in self._waiting)

    def take(self, budget: int) -> list[_Item]:
        """One text of each ticket in turn, until ``budget`` is spent (the last may pass it)."""
        items: list[_Item] = []
        while budget > 0 and self._waiting:
            ticket = self._waiting.popleft()
            items.append((ticket, ticket.position))
            budget -= cost(ticket.texts[ticket.position])
            ticket.position += 1
            if ticket.position < len(ticket.texts):
                self._waiting.append(ticket)
        return items


class Queue:
    """Collects texts into batches and has them judged; one per process, on one event loop."""

    def __init__(self, limits: QueueLimits, metrics: Metrics, traces: Traces | None = None) -> None:
        self._limits = limits
        self._metrics = metrics
        self._traces = traces or Traces()
        self._lanes: dict[LaneName, _Lane] = {
            "single": _Lane("single", limits.single, metrics, limits.crowded),
            "bulk": _Lane("bulk", limits.bulk, metrics),
        }
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="judge")
        self._arrival = asyncio.Event()
        self._closing = False
        self._pace = 1e-5  # seconds per character, a moving mean

    async def judge(self, texts: Sequence[str], judge: Judge, lane_name: LaneName) -> list[Verdict]:
        """Verdicts of ``texts`` by ``judge``, in their order; cancelling gives the place up.

        Raises:
            Problem: the lane is full, the service shuts down, or the model failed.
        """
        lane = self._lanes[lane_name]
        if self._closing:
            raise shutting_down()
        if not lane.admits(sum(map(cost, texts))):
            raise self._overloaded(lane)
        done: asyncio.Future[list[Verdict]] = asyncio.get_running_loop().create_future()
        ticket = _Ticket(lane, texts, judge, done, self._traces.here())
        lane.join(ticket)
        self._arrival.set()
        try:
            return await ticket.done
        finally:
            if not ticket.done.done() or ticket.done.cancelled() or ticket.done.exception():
                lane.leave(ticket)

    async def run(self) -> None:
        """Judge what comes until cancelled."""
        while True:
            await self._arrival.wait()
            await self._gather_company()
            items = self._next_batch()
            if items:
                await self._judge_batch(items)
            else:
                self._arrival.clear()

    def drain(self) -> None:
        """Take nothing new; what waits is still judged."""
        self._closing = True

    def close(self) -> None:
        """Let the worker thread go; call it after ``run`` has ended."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _overloaded(self, lane: _Lane) -> Problem:
        seconds = min(30, max(1, math.ceil(lane.pending * self._pace)))
        return Problem(
            OVERLOADED,
            "More texts wait for their turn than can be judged soon.",
            f"Send the request again in about {seconds} s, and fewer at a time; "
            "SARING_QUEUE_CHARACTERS and SARING_QUEUE_BULK_CHARACTERS set how much may wait.",
            retry_after=seconds,
        )

    async def _gather_company(self) -> None:
        """Wait a little after the oldest arrival, unless a batch is full already."""
        waiting = [lane for lane in self._lanes.values() if lane]
        if not waiting or sum(lane.pending for lane in waiting) >= self._limits.batch:
            return
        rest = min(lane.oldest() for lane in waiting) + self._limits.wait - time.monotonic()
        if rest > 0:
            await asyncio.sleep(rest)

    def _next_batch(self) -> list[_Item]:
        single, bulk = self._lanes["single"], self._lanes["bulk"]
        half = self._limits.batch // 2
        items = single.take(half if bulk else self._limits.batch)
        spent = sum(cost(ticket.texts[at]) for ticket, at in items)
        return items + bulk.take(max(half, self._limits.batch - spent))

    async def _judge_batch(self, items: list[_Item]) -> None:
        started = time.monotonic()
        loop = asyncio.get_running_loop()
        outcomes = await loop.run_in_executor(self._worker, _judge_items, items)
        ended = time.monotonic()
        seconds = ended - started
        costs = [cost(ticket.texts[at]) for ticket, at in items]
        self._pace += 0.1 * (seconds / sum(costs) - self._pace)
        self._metrics.batch(texts=len(items), characters=sum(costs), seconds=seconds)
        self._tell(items, sum(costs), started, ended)
        for (ticket, at), outcome, text_cost in zip(items, outcomes, costs, strict=True):
            ticket.lane.grow(-text_cost)
            ticket.settle(at, outcome)

    def _tell(self, items: Sequence[_Item], characters: int, started: float, ended: float) -> None:
        """Record, for each request in a batch, its wait (once) and the batch."""
        for ticket in {id(ticket): ticket for ticket, _ in items}.values():
            lane = ticket.lane.name
            if not ticket.taken:
                ticket.taken = True
                self._metrics.waited(lane, started - ticket.arrived)
                self._traces.record("queue", ticket.span, ticket.arrived, started, lane=lane)
            self._traces.record(
                "model", ticket.span, started, ended, batch_texts=len(items), batch_characters=characters
            )


def _judge_items(items: Sequence[_Item]) -> list[_Outcome]:
    """Judge a batch, model by model: tickets from before a swap keep the model they began with."""
    outcomes: list[_Outcome] = ["failed"] * len(items)
    for judge in {id(ticket.judge): ticket.judge for ticket, _ in items}.values():
        places = [place for place, (ticket, _) in enumerate(items) if ticket.judge is judge]
        texts = [items[place][0].texts[items[place][1]] for place in places]
        for place, outcome in zip(places, _judge_texts(judge, texts), strict=True):
            outcomes[place] = outcome
    return outcomes


def _judge_texts(judge: Judge, texts: Sequence[str]) -> list[_Outcome]:
    """Judge ``texts`` together or, when that fails, in halves: a text fails for itself alone."""
    try:
        verdicts = judge.classify_many(texts)
        if len(verdicts) != len(texts):
            raise RuntimeError("the classifier returned another number of verdicts than texts")
        return list(verdicts)
    except InputError:
        if len(texts) == 1:
            return ["unreadable"]
    except Exception as error:
        logger.error("the model failed on a batch of %d: %s", len(texts), describe_failure(error))
        if len(texts) == 1:
            return ["failed"]
    middle = len(texts) // 2
    return _judge_texts(judge, texts[:middle]) + _judge_texts(judge, texts[middle:])
