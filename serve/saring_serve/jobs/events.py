"""Server-sent events: how a job stands, at every change."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

from saring_serve.access import Caller
from saring_serve.jobs.jobs import Jobs
from saring_serve.problems import UNKNOWN_JOB, Problem

_TICK = 0.25
_BEAT = 15.0  # a proxy that sees nothing for a minute closes the connection


async def events(jobs: Jobs, id_: str, caller: Caller, closing: Callable[[], bool]) -> AsyncIterator[str]:
    """The job as often as it changes, at most four times a second, until it has ended.

    It ends as well when the job is deleted or the service is ``closing``.
    """
    told = ""
    spoke = time.monotonic()
    while not closing():
        try:
            job = await jobs.describe(id_, caller)
        except Problem as problem:
            if problem.kind == UNKNOWN_JOB:
                return
        else:
            now = job.model_dump_json()
            if now != told:
                told, spoke = now, time.monotonic()
                yield f"event: job\ndata: {now}\n\n"
            if job.state in ("done", "failed"):
                return
        if time.monotonic() - spoke >= _BEAT:
            spoke = time.monotonic()
            yield ": the job goes on\n\n"
        await asyncio.sleep(_TICK)
