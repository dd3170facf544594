"""Which request something belongs to: log lines, problems and spans read it here."""

import re
import uuid
from contextvars import ContextVar

HEADER = "x-request-id"

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
TRACE_ID: ContextVar[str | None] = ContextVar("trace_id", default=None)

_ACCEPTED = re.compile(r"[A-Za-z0-9._:+/=-]{1,64}")


def request_id(sent: str | None) -> str:
    """The id that a client or proxy gave its request, where it may stand in a log; else a new one."""
    return sent if sent is not None and _ACCEPTED.fullmatch(sent) else uuid.uuid4().hex
