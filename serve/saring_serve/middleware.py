"""The layer around all routes: names, times, traces and logs requests, and hides failures' messages."""

import logging
import time
from http import HTTPMethod

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from saring_serve.correlation import HEADER, REQUEST_ID, request_id
from saring_serve.logs import ACCESS, SERVICE, describe_failure
from saring_serve.metrics import Metrics
from saring_serve.problems import INTERNAL_ERROR, internal_error
from saring_serve.service import ClientGone
from saring_serve.tracing import Traces

CLIENT_GONE = 499
"""Stands for "nobody was there to answer" in logs, metrics and traces; it is never sent."""

_CLOSED = "the handler is closed"
"""What uvloop says of a connection that uvicorn has closed already, for what came after the request."""

access = logging.getLogger(ACCESS)
logger = logging.getLogger(SERVICE)

_METHODS = frozenset(HTTPMethod)


class Observe:
    """Pure ASGI middleware; only the route's own path is recorded, never the one that was sent."""

    def __init__(self, app: ASGIApp, metrics: Metrics, traces: Traces) -> None:
        self._app = app
        self._metrics = metrics
        self._traces = traces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        named = REQUEST_ID.set(request_id(headers.get(HEADER)))
        try:
            with self._traces.request(scope["path"], headers) as tell:
                tell(*await self._answer(scope, receive, send))
        finally:
            REQUEST_ID.reset(named)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> tuple[str, str | None, int]:
        """Answer; gives method, the route's path and status."""
        started = time.perf_counter()
        status: int | None = None

        async def observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = REQUEST_ID.get() or ""
            try:
                await send(message)
            except RuntimeError as error:
                if _CLOSED in str(error):
                    raise ClientGone from None
                raise

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
            route: str | None = getattr(scope.get("route"), "path", None)
            status = status or CLIENT_GONE
            self._record(method, route or "(none)", status, seconds)
        return method, route, status

    def _record(self, method: str, path: str, status: int, seconds: float) -> None:
        self._metrics.request(method, path, status, seconds)
        fields = {
            "method": method,
            "path": path,
            "status": status,
            "milliseconds": round(1000 * seconds, 1),
        }
        access.info(
            "%s %s %d %.1f ms", method, path, status, fields["milliseconds"], extra={"fields": fields}
        )
