"""uvicorn around the service: one process, or several that take turns at one listening socket."""

import os
import sys
from collections.abc import Callable
from socket import socket
from tempfile import TemporaryDirectory
from typing import Any

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors.multiprocess import Multiprocess

from saring.backends.onnx import THREADS, cores
from saring_serve.app import create_app
from saring_serve.connections import LimitHeads
from saring_serve.logs import log_config
from saring_serve.metrics import SHARED
from saring_serve.settings import Settings
from saring_serve.tracing import open_traces

DRAIN = 30
"""Seconds that requests in flight are given when the service stops."""
_SILENCE = 30  # seconds after which a process that does not answer its supervisor is replaced


def prepared(settings: Settings, processes: int) -> Callable[[socket], None]:
    """What serves on a listening socket until the process is told to stop.

    Several processes share the cores between them, unless ``SARING_THREADS`` says how many each may use,
    and one ``/metrics``; one that dies is replaced.

    Raises:
        SaringError: the service cannot run as the environment asks.
    """
    options: dict[str, Any] = {
        "log_config": log_config(form=settings.log_format),
        "access_log": False,
        "http": LimitHeads,
        "timeout_graceful_shutdown": DRAIN,
        "timeout_worker_healthcheck": _SILENCE,
        "workers": processes,
    }
    if processes == 1:
        alone = uvicorn.Config(create_app(settings), **options)
        return lambda listening: uvicorn.Server(alone).run(sockets=[listening])
    open_traces().close()  # what is missing is said here, once
    several = uvicorn.Config("saring_serve.app:create_app", factory=True, **options)
    return lambda listening: _run_several(several, listening)


def _run_several(config: uvicorn.Config, listening: socket) -> None:
    with TemporaryDirectory(prefix="saring-metrics-") as shared:
        os.environ.setdefault(SHARED, shared)
        os.environ.setdefault(THREADS, str(max(1, cores() // config.workers)))
        supervisor = Multiprocess(config, [listening])
        supervisor.run()
    if any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes):
        sys.exit(STARTUP_FAILURE)
