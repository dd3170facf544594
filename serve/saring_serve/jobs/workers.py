"""Starting workers: tasks on files are done by processes of their own, so that requests are not held up.

A thread would share the interpreter with the event loop and memory with the model, and could not be stopped.
A worker runs at low priority on one core, can be killed at once, and takes nothing down with it.
"""

import asyncio
import json
import logging
import os
import sys
from collections.abc import Mapping
from typing import Any, Literal

from saring_serve.jobs.folders import JobFolder
from saring_serve.logs import SERVICE
from saring_serve.problems import DISK_FULL, UNKNOWN_COLUMN, UNUSABLE_TABLE, Kind, Problem, internal_error

logger = logging.getLogger(SERVICE)

Task = Literal["inspect", "score", "convert"]

_NICE: Mapping[Task, int] = {"score": 10, "inspect": 3, "convert": 3}  # somebody waits for the latter two
_ONE_CORE = {
    name: "1" for name in ("SARING_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")
}
_ANSWER_BYTES = 1 << 24

_FAILURES: Mapping[str, tuple[Kind, str]] = {
    "disk_full": (DISK_FULL, "Send it again later: the operator must make room first."),
    "unknown_column": (UNKNOWN_COLUMN, "Send one of its columns as text_column."),
    "unusable_table": (
        UNUSABLE_TABLE,
        "Mend the file, or save the table as CSV in UTF-8, and send it again.",
    ),
    "missing_extra": (UNUSABLE_TABLE, "Save the table as CSV; the operator may install what is missing."),
}
_FULL = "There is no room left on the service's disk; nothing of this file was kept."


class WorkerDied(Exception):
    """A worker ended without an answer: it was killed, most often for want of memory."""


async def work(
    task: Task, folder: JobFolder, *, keep_open: tuple[int, ...] = (), **arguments: object
) -> dict[str, Any]:
    """The answer of a worker; cancelling kills it, and returns when it has ended.

    The worker inherits the descriptors ``keep_open``.

    Raises:
        Problem: the task failed; it says why.
        WorkerDied: there is no answer.
    """
    sent = {
        "task": task,
        "folder": str(folder.path),
        "name": folder.name,
        "nice": _NICE[task],
        "arguments": arguments,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # nothing is imported from the working directory
        "-m",
        "saring_serve.jobs.worker",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # what a library prints may quote the file
        env=_environment(),
        pass_fds=keep_open,
        limit=_ANSWER_BYTES,
    )
    assert process.stdin and process.stdout  # they are pipes
    try:
        process.stdin.write(json.dumps(sent).encode() + b"\n")
        answered = await process.stdout.readline()
        process.stdin.close()
        await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await asyncio.shield(process.wait())
    if not answered.endswith(b"\n"):
        raise WorkerDied
    return _checked(json.loads(answered))


def _checked(answer: dict[str, Any]) -> dict[str, Any]:
    code = answer.get("failed")
    if code is None:
        return answer
    if code == "worker_died":
        raise WorkerDied
    if code not in _FAILURES:
        logger.error("a job failed: %s", answer["failure"])
        raise internal_error()
    kind, hint = _FAILURES[code]
    if code == "disk_full":
        logger.error("a job failed: the disk is full")
    raise Problem(kind, _FULL if code == "disk_full" else answer["detail"], hint)


def _environment() -> dict[str, str]:
    """This process's, without what a process that reads files of strangers need not know."""
    usual = {name: value for name, value in os.environ.items() if not name.startswith("SARING_")}
    return usual | _ONE_CORE
