"""A process that does one task on one file: ``python -m saring_serve.jobs.worker``.

It reads the task as a line of JSON and answers with one. The end of its input is the end of whoever
started it, however that came: then it ends as well.
"""

import errno
import json
import os
import signal
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from saring.errors import ArtefactError, InputError, MissingExtraError
from saring_serve.jobs.folders import JobFolder
from saring_serve.jobs.tasks import TASKS, UnknownColumnError
from saring_serve.logs import describe_failure


def main() -> None:
    """Do the task of the first line, in the folder that it names."""
    for number in (signal.SIGINT, signal.SIGTERM):  # sent to a whole group: whoever started this decides
        signal.signal(number, signal.SIG_IGN)
    task: dict[str, Any] = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.nice(task["nice"])
    with suppress(OSError):  # where memory runs out, this process is to be ended and not the service
        Path("/proc/self/oom_score_adj").write_text("1000")
    folder = JobFolder(Path(task["folder"]), task["name"])
    tempfile.tempdir = str(folder.temporary)
    os.chdir(folder.files)
    print(json.dumps(_answer(task["task"], folder, task["arguments"])), flush=True)


def _answer(task: str, folder: JobFolder, arguments: dict[str, Any]) -> dict[str, Any]:
    """What the task returns, or why it failed: ``detail`` is for the user, ``failure`` for the log."""
    try:
        return TASKS[task](folder, **arguments)
    except Exception as error:
        return {"failed": _code(error), "detail": str(error), "failure": describe_failure(error)}


def _code(error: Exception) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT):
            return "disk_full"
        cause = cause.__cause__ or cause.__context__
    match error:
        case UnknownColumnError():
            return "unknown_column"
        case InputError():
            return "unusable_table"
        case MissingExtraError():
            return "missing_extra"
        case ArtefactError():
            return "unusable_model"
        case MemoryError():
            return "worker_died"
    return "internal_error"


def _end_with_parent() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
