"""Logs that hold no text: a logging configuration for uvicorn, and failures without their message.

An exception's message may quote what it failed on, so unexpected ones are logged by type and place.
"""

import asyncio
import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

from saring_serve.correlation import REQUEST_ID, TRACE_ID
from saring_serve.settings import LogFormat

SERVICE = "saring.serve"
ACCESS = "saring.serve.access"
SERVER_ACCESS = "uvicorn.access"
"""uvicorn's own access log prints paths and query strings, so the service turns it off."""


def log_config(level: str = "INFO", form: LogFormat | None = None) -> dict[str, Any]:
    """What ``uvicorn.run(log_config=...)`` takes; pass ``access_log=False`` as well.

    ``form`` is by default ``text`` where a person reads along, else ``json``, one object a line.
    Libraries are heard from ``WARNING`` on.
    """
    form = form or ("text" if sys.stderr.isatty() else "json")
    formatter = TextLines if form == "text" else JsonLines
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": f"{__name__}.{formatter.__name__}"}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stderr"}
        },
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            name: {"handlers": ["stderr"], "level": level, "propagate": False}
            for name in ("uvicorn", SERVICE)
        },
    }


class _WithoutMessages(logging.Formatter):
    """Shows an exception that came with a record by its type and place."""

    def formatException(self, ei: Any) -> str:
        return describe_failure(ei[1])


class TextLines(_WithoutMessages):
    """Lines for people; that of a request ends with its id."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """``record`` as a line."""
        request = REQUEST_ID.get()
        return super().format(record) + (f" [{request}]" if request else "")


class JsonLines(_WithoutMessages):
    """One JSON object a line; ``extra={"fields": {...}}`` adds members of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """``record`` as a line of JSON."""
        members = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
            "request_id": REQUEST_ID.get(),
            "trace_id": TRACE_ID.get(),
            "failure": self.formatException(record.exc_info) if record.exc_info else None,
            **getattr(record, "fields", {}),
        }
        return json.dumps({name: value for name, value in members.items() if value is not None})


def describe_failure(error: BaseException) -> str:
    """Type of ``error`` and where it was raised, without its message."""
    frames = traceback.extract_tb(error.__traceback__)
    place = " < ".join(f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in reversed(frames[-8:]))
    return f"{type(error).__module__}.{type(error).__qualname__} at {place or 'an unknown place'}"


def log_loop_failure(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """An event loop's exception handler; its default one prints exceptions with their messages."""
    error = context.get("exception")
    failure = describe_failure(error) if isinstance(error, BaseException) else "no exception"
    logging.getLogger(SERVICE).error("something failed outside of any request: %s", failure)
