"""Running jobs: one at a time for all processes that share the folder, in the order they came."""

import asyncio
import logging
import time
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from saring_serve.database_thread import DatabaseThread
from saring_serve.jobs.folders import JobFolder, JobFolders
from saring_serve.jobs.metrics import JobMetrics
from saring_serve.jobs.workers import WorkerDied, work
from saring_serve.logs import SERVICE, describe_failure
from saring_serve.models import ModelHolder, reference
from saring_serve.problems import JOB_CRASHED, Problem, internal_error

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from saring_serve.store.jobs import JobStore
    from saring_serve.store.tables import Job

logger = logging.getLogger(SERVICE)

_POLL = 1.0  # seconds between two looks at what other processes have done
_SWEEP = 60.0
_ATTEMPTS = 3
_COUNTED = ("read", "scored", "rejected", "repeated", "flagged", "review", "categories")

_Outcome: TypeAlias = Mapping[str, Any] | Problem
"""A summary, or why there is none."""


class Runner:
    """Does the jobs, and deletes those whose time is over.

    Of several processes the one that has the turn runs jobs. When it ends, however it ends, another takes
    over, or the next to start; a job that was running goes on from its parts.
    """

    def __init__(
        self,
        folders: JobFolders,
        database: DatabaseThread,
        models: ModelHolder,
        metrics: JobMetrics,
        hours: int,
    ) -> None:
        self._folders = folders
        self._database = database
        self._models = models
        self._metrics = metrics
        self._hours = hours
        self._woken = asyncio.Event()
        self._deleted = asyncio.Event()
        self._running: str | None = None

    def wake(self) -> None:
        """Say that a job was queued."""
        self._woken.set()

    async def forget(self, id_: str) -> None:
        """Stop the job ``id_`` if it runs here; call it when its row is deleted."""
        if id_ == self._running:
            self._deleted.set()
            while id_ == self._running:
                await asyncio.sleep(0.01)

    async def run(self) -> None:
        """Do jobs until cancelled."""
        swept = -_SWEEP
        while True:
            try:
                if self._folders.in_use:
                    if time.monotonic() - swept >= _SWEEP:
                        swept = time.monotonic()
                        await self._sweep()
                    await self._take_turn()
            except Problem:
                pass  # the database does not answer: logged where it was asked
            except Exception as error:
                logger.error("jobs are held up: %s", describe_failure(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), _POLL)
            self._woken.clear()

    async def _take_turn(self) -> None:
        with self._folders.turn() as turn:
            while turn is not None and self._models.folder is not None:
                unfinished = await self._unfinished()
                here = (job for job in unfinished if self._folders.of(job.id, job.name).sent.exists())
                if (job := next(here, None)) is None:
                    return
                await self._do(job, turn)

    async def _do(self, job: "Job", turn: int) -> None:
        folder = self._folders.of(job.id, job.name)
        model = self._model_of(job)
        if not await self._database.ask(lambda engine: _store(engine).take(job.id, model)):
            return
        started = time.monotonic()
        self._deleted.clear()
        self._running = job.id
        try:
            outcome = await self._unless_deleted(job.id, _score(job, folder, model["folder"], turn))
            if isinstance(outcome, Problem):
                await asyncio.to_thread(folder.drop_results)  # before it is recorded: the disk may be full
            if outcome is None or not await self._record(job.id, outcome):
                await asyncio.to_thread(folder.delete)
                outcome = None
            elif isinstance(outcome, Problem):
                await asyncio.to_thread(folder.drop_files)
        finally:
            self._running = None
        seconds = time.monotonic() - started
        if outcome is None:
            self._metrics.ended("deleted", seconds)
        elif isinstance(outcome, Problem):
            self._metrics.ended("failed", seconds)
        else:
            self._metrics.ended("done", seconds, outcome["read"])

    async def _record(self, id_: str, outcome: _Outcome) -> bool:
        """Keep the outcome, however long the database takes; returns whether the job is still there."""
        expires = datetime.now(UTC) + timedelta(hours=self._hours)
        kept: dict[str, Any] = (
            {"problem": outcome.short()}
            if isinstance(outcome, Problem)
            else {"summary": {name: outcome[name] for name in _COUNTED}}
        )
        while True:
            with suppress(Problem):
                return await self._database.ask(lambda engine: _store(engine).finish(id_, expires, **kept))
            await asyncio.sleep(_POLL)

    async def _unless_deleted(self, id_: str, scoring: Coroutine[Any, Any, _Outcome]) -> _Outcome | None:
        working = asyncio.create_task(scoring)
        watching = asyncio.create_task(self._until_deleted(id_))
        try:
            await asyncio.wait((working, watching), return_when=asyncio.FIRST_COMPLETED)
            return working.result() if working.done() else None
        finally:
            working.cancel()
            watching.cancel()
            await asyncio.wait((working, watching))

    async def _until_deleted(self, id_: str) -> None:
        """Return when the job is gone: by this process at once, by others within a second."""
        while not self._deleted.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._deleted.wait(), _POLL)
            with suppress(Problem):
                if id_ not in [job.id for job in await self._unfinished()]:
                    return

    async def _unfinished(self) -> "Sequence[Job]":
        jobs = await self._database.ask(lambda engine: _store(engine).unfinished())
        running = sum(job.id == self._running for job in jobs)
        self._metrics.unfinished(queued=len(jobs) - running, running=running)
        return jobs

    async def _sweep(self) -> None:
        """Delete jobs whose time is over, and folders that belong to none."""
        now = datetime.now(UTC)
        expired = await self._database.ask(lambda engine: _store(engine).expire(now))
        known = set(await self._database.ask(lambda engine: _store(engine).ids()))
        await asyncio.to_thread(self._folders.delete, expired)
        await asyncio.to_thread(self._folders.delete_abandoned, known, self._hours)
        if expired:
            logger.info("deleted %d jobs that were kept for %d hours", len(expired), self._hours)

    def _model_of(self, job: "Job") -> Mapping[str, str]:
        """The model that the job began with, else the one that is current."""
        if job.model is not None and Path(job.model["folder"]).is_dir():
            return job.model
        assert self._models.current and self._models.folder  # no job is taken before
        model = reference(self._models.current)
        return {
            "folder": str(self._models.folder.absolute()),
            "name": model.name,
            "version": model.version,
        }


async def _score(job: "Job", folder: JobFolder, model: str, turn: int) -> _Outcome:
    for _ in range(_ATTEMPTS):
        try:
            return await work("score", folder, keep_open=(turn,), column=job.text_column, model=model)
        except Problem as problem:
            return problem
        except WorkerDied:
            logger.error("the process that scored a file died")
        except Exception as error:
            logger.error("a job failed: %s", describe_failure(error))
            return internal_error()
    return Problem(
        JOB_CRASHED,
        "The process that scored the file died several times, most often for want of memory.",
        "Divide the file and send its parts.",
    )


def _store(engine: "Engine") -> "JobStore":
    from saring_serve.store.jobs import JobStore

    return JobStore(engine)
