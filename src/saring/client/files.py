"""A table scored by the service: sent, waited for, fetched, and deleted there."""

import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from saring.client.connection import ClientError, Connection
from saring.errors import InputError
from saring.scoring.outputs import is_local, published, rejections_of

if TYPE_CHECKING:
    from saring.scoring.tables import Summary

Progress = Callable[[int, int | None], None]

_FORMATS = (".csv", ".xlsx", ".jsonl", ".parquet")
_PATIENCE = 600.0  # a large table is looked through before it is taken, and converted before it is given
_FIRST_LOOK, _LAST_LOOK = 0.2, 5.0
_FAREWELL = 5.0


def score_file(
    connection: Connection, path: Path, out: str, text_column: str | None, progress: Progress
) -> "Summary":
    """See ``Client.score_file``."""
    from saring.scoring.tables import Summary

    form = Path(out).suffix.lower()
    if form not in _FORMATS:
        raise InputError(f"{out}: the name must end in one of {', '.join(_FORMATS)}")
    with path.open("rb") as file, published(out) as target:
        job = connection.ask(
            dict,
            "POST",
            "/jobs",
            timeout=_PATIENCE,
            repeatable=False,
            files={"file": (path.name.encode(errors="replace").decode(), file)},
            data={"text_column": text_column} if text_column else {},
        )
        address = f"/jobs/{job['id']}"
        try:
            job = _ended(connection, job, address, progress)
            parameters = {"format": form.removeprefix(".")}
            target.write(_fetch(connection, f"{address}/result", params=parameters))
            rejections = _rejections(connection, job, address, rejections_of(out))
        finally:
            with contextlib.suppress(ClientError):  # the service deletes it by itself, only later
                connection.send("DELETE", address, timeout=_FAREWELL)
    understood = (f"texts in column {job['text_column']!r} ({job['why']})",)
    return Summary(**job["summary"], understood=understood, rejections=rejections)


def _ended(connection: Connection, job: dict[str, Any], address: str, progress: Progress) -> dict[str, Any]:
    """The job when it is done."""
    pause = _FIRST_LOOK
    while True:
        progress(job["rows"]["done"], job["rows"]["total"])
        if job["state"] == "waiting":
            raise InputError(f"say text_column: it is one of {', '.join(map(repr, job['columns']))}")
        if job["state"] == "failed":
            raise ClientError(*(job["problem"][name] for name in ("code", "title", "detail", "hint")))
        if job["state"] == "done":
            return job
        time.sleep(pause)
        pause = min(1.5 * pause, _LAST_LOOK)
        job = connection.ask(dict, "GET", address, timeout=_PATIENCE)


def _rejections(connection: Connection, job: dict[str, Any], address: str, place: str) -> str | None:
    """Where the rows without a verdict are named now; one of an earlier run is deleted."""
    if job["summary"]["rejected"]:
        told = _fetch(connection, f"{address}/rejections")
        with published(place) as file:
            file.write(told)
        return place
    if is_local(place):
        Path(place).unlink(missing_ok=True)
    return None


def _fetch(connection: Connection, address: str, **request: Any) -> bytes:
    return connection.send("GET", address, timeout=_PATIENCE, **request).content
