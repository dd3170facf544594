"""A server that answers from a script, and a clock on which its clients wait."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

DROP = object()
"""In place of an answer: the connection is closed."""


@dataclass
class Answer:
    """A status, what is answered (JSON, unless it is a string) and headers."""

    status: int
    body: Any = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Scripted:
    """``asked`` are method, path and body of what came; the last of ``script`` is given again and again."""

    script: list[Any]
    address: str = ""
    asked: list[tuple[str, str, bytes]] = field(default_factory=list)


@contextmanager
def scripted(*script: Any) -> Iterator[Scripted]:
    """The server while it runs."""
    told = Scripted(list(script))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            told.asked.append((self.command, self.path, body))
            answer = told.script.pop(0) if len(told.script) > 1 else told.script[0]
            self.close_connection = True
            if answer is DROP:
                return
            content = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("connection", "close")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content.encode())

        do_GET = do_POST = do_DELETE = _answer

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    told.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Clock:
    """Stands in for the module ``time``: it only goes on when somebody sleeps."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return sum(self.slept)

    def time(self) -> float:
        return 1_800_000_000 + sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
