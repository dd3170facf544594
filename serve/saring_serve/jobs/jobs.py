"""Jobs as requests see them: sent, looked at, started, downloaded, deleted."""

import asyncio
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.requests import Request

from saring_serve.access import Caller
from saring_serve.database_thread import DatabaseThread
from saring_serve.jobs.folders import JobFolder, JobFolders, ReportFormat, TableFormat, own_format
from saring_serve.jobs.metrics import JobMetrics
from saring_serve.jobs.runner import Runner
from saring_serve.jobs.schemas import JobResponse
from saring_serve.jobs.uploads import TEXT_COLUMN, Upload, not_written, receive
from saring_serve.jobs.views import described
from saring_serve.jobs.workers import Task, WorkerDied, work
from saring_serve.models import ModelHolder
from saring_serve.problems import (
    JOB_NOT_DONE,
    JOB_STARTED,
    NO_REJECTIONS,
    UNKNOWN_COLUMN,
    UNKNOWN_JOB,
    UNUSABLE_TABLE,
    Problem,
)
from saring_serve.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from saring_serve.store.jobs import JobStore
    from saring_serve.store.tables import Job

_UNPACKED = 20  # times the largest file that is taken


class Jobs:
    """Takes files and answers for them; ``runner`` does the work.

    Every method that takes an id raises ``Problem`` where its caller has no such job.
    """

    def __init__(
        self, settings: Settings, database: DatabaseThread, models: ModelHolder, metrics: JobMetrics
    ) -> None:
        self._settings = settings.jobs
        self._folders = JobFolders(settings.store.folder / "jobs")
        self._database = database
        self._inspecting = asyncio.Lock()  # one at a time of each: workers that somebody waits for
        self._converting = asyncio.Lock()
        self.runner = Runner(self._folders, database, models, metrics, settings.jobs.hours)

    async def submit(self, request: Request, caller: Caller) -> JobResponse:
        """Take the file of a form; its job is queued unless the column of its texts is not decided.

        Raises:
            Problem: the form, the file or its table is refused; nothing of it is kept.
        """
        id_ = secrets.token_hex(16)
        try:
            self._folders.prepare()
            upload = await receive(
                request, self._settings.megabytes, lambda name: self._folders.of(id_, name)
            )
            job = await self._inspect(id_, upload, caller)
            await self._database.ask(lambda engine: _store(engine).add(job))
        except BaseException as error:
            self._folders.delete([id_])
            if isinstance(error, OSError):
                raise not_written(error) from None
            raise
        self.runner.wake()
        return await self.describe(id_, caller)

    async def describe(self, id_: str, caller: Caller) -> JobResponse:
        """How the job stands."""
        job, ahead = await self._job(id_, caller)
        return await asyncio.to_thread(described, job, ahead, self._folder(job))

    async def start(self, id_: str, column: str, caller: Caller) -> JobResponse:
        """Queue a job that waits, with the texts in ``column``."""
        job, _ = await self._job(id_, caller)
        columns: Sequence[str] = (await asyncio.to_thread(self._folder(job).read, "table"))["columns"]
        if job.state == "waiting" and column not in columns:
            raise Problem(
                UNKNOWN_COLUMN,
                "The table has no column of this name.",
                "Send one of the job's columns.",
                field=TEXT_COLUMN,
            )
        why = job.why if job.why and column == job.text_column else "as asked"
        if not await self._database.ask(lambda engine: _store(engine).start(id_, column, why)):
            raise Problem(
                JOB_STARTED,
                "The job waits for its turn, runs or has ended.",
                "Delete it and send the file again to score another column.",
            )
        self.runner.wake()
        return await self.describe(id_, caller)

    async def delete(self, id_: str, caller: Caller) -> None:
        """Stop the job and delete all of it."""
        await self._job(id_, caller)
        await self._database.ask(lambda engine: _store(engine).delete(id_))
        await self.runner.forget(id_)
        await asyncio.to_thread(self._folders.delete, [id_])

    async def table(self, id_: str, form: TableFormat | None, caller: Caller) -> tuple[Path, str]:
        """The scored table in ``form``, by default its own, and the name to download it by."""
        folder = await self._done(id_, caller)
        own = own_format(folder.name)
        form = form or own
        name = f"{folder.result_base}.{form}"
        if form == own and form not in ("csv", "xlsx"):
            return folder.scored, name
        converted = folder.converted(form)
        async with self._converting:
            if not converted.exists():
                target = (
                    folder.temporary / f"{secrets.token_hex(8)}.{form}"
                )  # other processes may convert too
                await _attended("convert", folder, target=str(target))
                target.replace(converted)
        return converted, name

    async def report(self, id_: str, form: ReportFormat, caller: Caller) -> Path:
        """The report, whose name it is downloaded by."""
        return (await self._done(id_, caller)).report(form)

    async def rejections(self, id_: str, caller: Caller) -> Path:
        """The file that names the rows without a verdict."""
        folder = await self._done(id_, caller)
        if not folder.rejections.exists():
            raise Problem(NO_REJECTIONS, "Every row has a verdict.", "There is nothing to be done.")
        return folder.rejections

    async def uncertain(self, id_: str, caller: Caller) -> Path:
        """The rows that are left to a person, as ``read_uncertain`` reads them."""
        return (await self._done(id_, caller)).uncertain

    async def _inspect(self, id_: str, upload: Upload, caller: Caller) -> "Job":
        from saring_serve.store.tables import Job

        most = _UNPACKED * (self._settings.megabytes << 20)
        async with self._inspecting:
            found = await _attended("inspect", upload.folder, column=upload.text_column, most=most)
        created = datetime.now(UTC)
        return Job(
            id=id_,
            owner=caller.name,
            name=upload.folder.name,
            state="waiting" if upload.hold or found["column"] is None else "queued",
            created=created,
            expires=created + timedelta(hours=self._settings.hours),
            rows=found["rows"],
            text_column=found["column"],
            why=found["why"],
        )

    async def _done(self, id_: str, caller: Caller) -> JobFolder:
        job, _ = await self._job(id_, caller)
        if job.state != "done":
            raise Problem(
                JOB_NOT_DONE,
                f"The job is {job.state}.",
                "GET /jobs/{id} says how it stands, and why it failed.",
            )
        return self._folder(job)

    async def _job(self, id_: str, caller: Caller) -> "tuple[Job, int]":
        found = None
        if self._folders.in_use:
            found = await self._database.ask(lambda engine: _store(engine).get(id_, datetime.now(UTC)))
        if found is None or (caller.role != "admin" and found[0].owner != caller.name):
            raise Problem(
                UNKNOWN_JOB,
                f"There is none of this id; jobs are deleted after {self._settings.hours} h.",
                "Send the file again.",
            )
        return found

    def _folder(self, job: "Job") -> JobFolder:
        return self._folders.of(job.id, job.name)


async def _attended(task: Task, folder: JobFolder, **arguments: Any) -> dict[str, Any]:
    """``work`` while somebody waits."""
    try:
        return await work(task, folder, **arguments)
    except WorkerDied:
        raise Problem(
            UNUSABLE_TABLE,
            "The process that read the file died, most often for want of memory.",
            "Divide the file, or save it as CSV, and send it again.",
        ) from None


def _store(engine: "Engine") -> "JobStore":
    from saring_serve.store.jobs import JobStore

    return JobStore(engine)
