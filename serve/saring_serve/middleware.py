"""The outermost layer: times requests, logs them without text, and lets no failure out with its message."""

import logging
import time
from http import HTTPMethod

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from saring_serve.logs import ACCESS, SERVICE, describe_failure
from saring_serve.metrics import Metrics
from saring_serve.problems import INTERNAL_ERROR, internal_error
from saring_serve.service import ClientGone

CLIENT_GONE = 499
"""Stands for "nobody was there to answer" in logs and metrics; it is never sent."""

access = logging.getLogger(ACCESS)
logger = logging.getLogger(SERVICE)

_METHODS = frozenset(HTTPMethod)


class Observe:
    """Pure ASGI middleware; only the route's own path is recorded, never the one that was sent."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status: int | None = None

        async def observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, observed)
        except ClientGone:
            status = CLIENT_GONE
        except Exception as error:
            logger.error("a request failed: %s", describe_failure(error))
            self._metrics.rejected(INTERNAL_ERROR.code)
            if status is None:
                await internal_error().response()(scope, receive, observed)
        finally:
            seconds = time.perf_counter() - started
            method = scope["method"] if scope["method"] in _METHODS else "OTHER"
            path = getattr(scope.get("route"), "path", "(none)")
            self._metrics.request(method, path, status or CLIENT_GONE, seconds)
            access.info("%s %s %d %.1f ms", method, path, status or CLIENT_GONE, 1000 * seconds)
