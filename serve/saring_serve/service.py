"""The parts of a running service, put together once and handed to the routes."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

from starlette.requests import Request

from saring.verdict import Verdict
from saring_serve.feedback import Feedback
from saring_serve.metrics import Metrics
from saring_serve.models import Classifier, ModelHolder, Source
from saring_serve.problems import model_loading, shutting_down
from saring_serve.queue import LaneName, Queue
from saring_serve.settings import Settings

_Result = TypeVar("_Result")


class ClientGone(Exception):
    """The client closed the connection before its answer was ready."""


class Service:
    """Judges texts with the model that is current when they come."""

    def __init__(self, settings: Settings, source: Source) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.queue = Queue(settings.queue, self.metrics)
        self.feedback = Feedback(settings.store)
        self.models = ModelHolder(source, settings.model_poll, self.metrics)
        self._draining = False

    def classifier(self) -> Classifier:
        """The current model; raises ``Problem`` while there is none or the service shuts down."""
        if self._draining:
            raise shutting_down()
        if self.models.current is None:
            raise model_loading()
        return self.models.current

    async def judge(self, request: Request, texts: Sequence[str], lane: LaneName) -> list[Verdict]:
        """Verdicts of ``texts``; raises ``Problem``, or ``ClientGone`` and stops when nobody waits."""
        work = self.queue.judge(texts, self.classifier(), lane)
        verdicts = await _unless_disconnected(request, work)
        self.metrics.verdicts(verdicts)
        self.feedback.recent.remember(texts, verdicts)
        return verdicts

    def drain(self) -> None:
        """Finish what has begun, take nothing new."""
        self._draining = True
        self.queue.drain()

    async def run(self) -> None:
        """Judge what is queued, follow promotions, let stored texts expire, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.queue.run())
            tasks.create_task(self.models.watch())
            tasks.create_task(self.feedback.run())

    def close(self) -> None:
        """Let the threads go; call it after ``run`` has ended."""
        self.queue.close()
        self.feedback.close()


async def _unless_disconnected(request: Request, work: Coroutine[Any, Any, _Result]) -> _Result:
    working = asyncio.create_task(work)
    watching = asyncio.create_task(_disconnected(request))
    try:
        await asyncio.wait((working, watching), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientGone
        return working.result()
    finally:
        working.cancel()
        watching.cancel()


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
