"""A limit on how long a body may take, so that nobody holds a connection by sending next to nothing."""

import asyncio
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from saring_serve.problems import SLOW_BODY, Problem

PATIENCE = 20.0
"""Seconds that the service waits for a body, whatever comes."""

BYTES_PER_SECOND = 4096
"""Every so many bytes give the body a second more: a slow line is served, a trickle is not."""


class RefuseSlowBodies:
    """Pure ASGI middleware; only time spent waiting for the client counts, not that of the route."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; where its body is too slow, whoever reads it gets a ``Problem``."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        left = PATIENCE
        complete = False

        async def in_time() -> Message:
            nonlocal left, complete
            if complete:  # what comes now is only that the client has gone
                return await receive()
            started = time.monotonic()
            try:
                async with asyncio.timeout(left):
                    message = await receive()
            except TimeoutError:
                raise _slow_body() from None
            left += len(message.get("body", b"")) / BYTES_PER_SECOND - (time.monotonic() - started)
            complete = not message.get("more_body", False)
            return message

        await self._app(scope, in_time, send)


def _slow_body() -> Problem:
    return Problem(
        SLOW_BODY,
        f"The body did not come within {PATIENCE:g} s and a second more for every {BYTES_PER_SECOND} bytes.",
        "Send it in smaller parts, or over a faster line.",
        headers={"connection": "close"},
    )
