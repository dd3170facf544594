"""Headers that every response carries: what a browser may do with it, and what is left of a key's rate."""

from collections.abc import Mapping
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY: Final = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "font-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)

SECURITY: Final[Mapping[str, str]] = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
"""No Strict-Transport-Security: whoever ends TLS in front of the service knows whether it holds."""

_EXTRA = "response_headers"


def add_headers(scope: Scope, headers: Mapping[str, str]) -> None:
    """Let the response to the request of ``scope`` carry ``headers`` too."""
    scope["state"].setdefault(_EXTRA, {}).update(headers)


class ResponseHeaders:
    """Pure ASGI middleware; the outermost, so that failures carry the headers as well."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in {**SECURITY, **state.get(_EXTRA, {})}.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)
