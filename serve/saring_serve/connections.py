"""Limits on the head of a request, which no route sees: how long it may take, and how large it may be."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

PATIENCE = 20.0
"""Seconds from the opening of a connection, or from the last answer on it, to the end of the next head."""

HEAD_BYTES = 65_536
"""The largest head; uvicorn would keep any."""

_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class LimitHeads(HttpToolsProtocol):
    """Closes connections on which no request comes, or hardly; ``uvicorn.Config(http=LimitHeads)``.

    uvicorn's own limit, of idle connections between two requests, ends with the first byte of the second.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._due: asyncio.TimerHandle | None = None
        self._head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The first head is due."""
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is due any more."""
        self._expect_nothing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; refuse a head that has grown too large."""
        super().data_received(data)
        if self._due is not None:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES and not self.transport.is_closing():
                self.transport.write(_TOO_LARGE)
                self.transport.close()

    def on_headers_complete(self) -> None:
        """The head that was due is there."""
        self._expect_nothing()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """The next head is due, unless one came already."""
        super().on_response_complete()
        if self.timeout_keep_alive_task is not None:
            self._expect_head()

    def _expect_head(self) -> None:
        self._expect_nothing()
        self._head_bytes = 0
        self._due = self.loop.call_later(PATIENCE, self.transport.close)

    def _expect_nothing(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None
