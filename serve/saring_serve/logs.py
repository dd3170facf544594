"""Logs that hold no text: a logging configuration for uvicorn, and failures without their message.

An exception's message may quote what it failed on, so unexpected ones are logged by type and place.
"""

import traceback
from typing import Any

SERVICE = "saring.serve"
ACCESS = "saring.serve.access"
SERVER_ACCESS = "uvicorn.access"
"""uvicorn's own access log prints paths and query strings, so the service turns it off."""


def log_config(level: str = "INFO") -> dict[str, Any]:
    """What ``uvicorn.run(log_config=...)`` takes; pass ``access_log=False`` as well."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stderr"}
        },
        "loggers": {
            name: {"handlers": ["stderr"], "level": level, "propagate": False}
            for name in ("uvicorn", SERVICE)
        },
    }


def describe_failure(error: BaseException) -> str:
    """Type of ``error`` and where it was raised, without its message."""
    frames = traceback.extract_tb(error.__traceback__)
    place = " < ".join(f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in reversed(frames[-8:]))
    return f"{type(error).__module__}.{type(error).__qualname__} at {place or 'an unknown place'}"
