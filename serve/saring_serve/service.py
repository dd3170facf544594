"""The parts of a running service, put together once and handed to the routes."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

from starlette.requests import Request

from saring.verdict import Verdict
from saring_serve.database_thread import DatabaseThread
from saring_serve.feedback import Feedback
from saring_serve.jobs.jobs import Jobs
from saring_serve.keys import Keys
from saring_serve.metrics import Metrics
from saring_serve.models import Classifier, ModelHolder, Source
from saring_serve.problems import model_loading, shutting_down
from saring_serve.queue import LaneName, Queue
from saring_serve.rates import Rates
from saring_serve.reviews import Reviews
from saring_serve.settings import Settings
from saring_serve.tracing import open_traces

_Result = TypeVar("_Result")


class ClientGone(Exception):
    """The client closed the connection before its answer was ready."""


class Service:
    """Judges texts with the model that is current when they come."""

    def __init__(self, settings: Settings, source: Source) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self._keys_database = DatabaseThread(settings.store)  # waits for nobody's corrections
        self.keys = Keys(settings.access, self._keys_database)
        self.rates = Rates()
        self.traces = open_traces()
        self.queue = Queue(settings.queue, self.metrics, self.traces)
        self.database = DatabaseThread(settings.store)
        self.feedback = Feedback(settings.store, self.database)
        self.models = ModelHolder(source, settings.model_poll, self.metrics)
        self.jobs = Jobs(settings, self.database, self.models, self.metrics.jobs)
        self.reviews = Reviews(settings, self.database, self.feedback.recent, self.models, self.queue)
        self._draining = False

    def is_draining(self) -> bool:
        """Whether the service shuts down."""
        return self._draining

    def check_open(self) -> None:
        """Raise ``Problem`` when the service shuts down."""
        if self._draining:
            raise shutting_down()

    def classifier(self) -> Classifier:
        """The current model; raises ``Problem`` while there is none or the service shuts down."""
        self.check_open()
        if self.models.current is None:
            raise model_loading()
        return self.models.current

    async def judge(self, request: Request, texts: Sequence[str], lane: LaneName) -> list[Verdict]:
        """Verdicts of ``texts``; raises ``Problem``, or ``ClientGone`` and stops when nobody waits."""
        classifier = self.classifier()
        work = self.queue.judge(texts, classifier, lane)
        verdicts = await _unless_disconnected(request, work)
        self.metrics.verdicts(verdicts)
        self.feedback.recent.remember(texts, verdicts, classifier.manifest.thresholds)
        return verdicts

    def drain(self) -> None:
        """Finish what has begun, take nothing new."""
        self._draining = True
        self.queue.drain()

    async def run(self) -> None:
        """Judge what is queued, follow promotions and keys, run jobs, expire texts, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.keys.run())
            tasks.create_task(self.queue.run())
            tasks.create_task(self.models.watch())
            tasks.create_task(self.feedback.run())
            tasks.create_task(self.jobs.runner.run())

    def close(self) -> None:
        """Let the threads go; call it after ``run`` has ended."""
        self.queue.close()
        self.traces.close()
        self.database.close()
        self._keys_database.close()


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
