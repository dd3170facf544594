"""Errors as ``application/problem+json`` (RFC 9457): what went wrong, and a way out.

A problem never holds any part of a text: it goes to the client, and its code into logs and metrics.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from saring_serve.correlation import REQUEST_ID

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: its stable ``code``, HTTP ``status`` and ``title``."""

    code: str
    status: int
    title: str


EMPTY_TEXT = Kind("empty_text", 422, "The text is empty")
TEXT_TOO_LONG = Kind("text_too_long", 422, "The text is too long")
NO_TEXTS = Kind("no_texts", 422, "The batch is empty")
TOO_MANY_TEXTS = Kind("too_many_texts", 422, "The batch has too many texts")
WRONG_TYPE = Kind("wrong_type", 422, "A value has the wrong type")
MISSING_FIELD = Kind("missing_field", 422, "A field is missing")
UNKNOWN_FIELD = Kind("unknown_field", 422, "A field is unknown")
INVALID_JSON = Kind("invalid_json", 400, "The body is not JSON")
INVALID_UTF8 = Kind("invalid_utf8", 400, "The body is not UTF-8")
LONE_SURROGATE = Kind("lone_surrogate", 400, "The body holds half a character")
INCOMPLETE_BODY = Kind("incomplete_body", 400, "The body ended early")
UNSUPPORTED_MEDIA_TYPE = Kind("unsupported_media_type", 415, "The body is of another type than is taken here")
BODY_TOO_LARGE = Kind("body_too_large", 413, "The body is too large")
ID_OR_TEXT = Kind("id_or_text", 422, "Either an id or a text is needed")
UNKNOWN_VERDICT = Kind("unknown_verdict", 422, "The verdict is not known")
UNKNOWN_CATEGORY = Kind("unknown_category", 422, "A category is unknown")
NO_LABELS = Kind("no_labels", 422, "There is no label")
MISSING_KEY = Kind("missing_key", 401, "A key is needed")
UNKNOWN_KEY = Kind("unknown_key", 401, "The key is not valid")
ROLE_TOO_LOW = Kind("role_too_low", 403, "The key may not do this")
OTHER_SITE = Kind("other_site", 403, "Pages of other sites may not do this")
RATE_LIMITED = Kind("rate_limited", 429, "The key has used up its rate")
KEYS_UNAVAILABLE = Kind("keys_unavailable", 503, "Keys cannot be checked")
SLOW_BODY = Kind("slow_body", 408, "The body came too slowly")
INVALID_FORM = Kind("invalid_form", 400, "The body is not a form")
UNKNOWN_FORMAT = Kind("unknown_format", 422, "The file is of no format that is read")
UNUSABLE_TABLE = Kind("unusable_table", 422, "The table cannot be used")
UNKNOWN_COLUMN = Kind("unknown_column", 422, "The table has no such column")
UNKNOWN_JOB = Kind("unknown_job", 404, "There is no such job")
JOB_STARTED = Kind("job_started", 409, "The job has been started")
JOB_NOT_DONE = Kind("job_not_done", 409, "The job is not done")
NO_REJECTIONS = Kind("no_rejections", 404, "No row was rejected")
JOB_CRASHED = Kind("job_crashed", 500, "The file could not be scored")
DISK_FULL = Kind("disk_full", 507, "The disk is full")
NOT_FOUND = Kind("not_found", 404, "There is nothing here")
METHOD_NOT_ALLOWED = Kind("method_not_allowed", 405, "The method is not allowed here")
OVERLOADED = Kind("overloaded", 503, "The service is busy")
SHUTTING_DOWN = Kind("shutting_down", 503, "The service is shutting down")
MODEL_LOADING = Kind("model_loading", 503, "The model is not loaded")
STORE_UNAVAILABLE = Kind("store_unavailable", 503, "What is sent cannot be kept")
INTERNAL_ERROR = Kind("internal_error", 500, "The service failed")


class Problem(Exception):
    """A request that is refused: ``detail`` says what is wrong, ``hint`` what to do about it.

    ``field`` names the part of the body that is meant, as ``text`` or ``texts[3]``.
    """

    def __init__(
        self,
        kind: Kind,
        detail: str,
        hint: str,
        *,
        field: str | None = None,
        retry_after: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(kind.code)
        self.kind = kind
        self.detail = detail
        self.hint = hint
        self.field = field
        self.headers = dict(headers or {})
        if retry_after is not None:
            self.headers["retry-after"] = str(retry_after)

    def short(self) -> dict[str, str]:
        """The problem as a part of an answer."""
        return {
            "code": self.kind.code,
            "title": self.kind.title,
            "detail": self.detail,
            "hint": self.hint,
        }

    def response(self) -> JSONResponse:
        """The problem as a response."""
        body: dict[str, Any] = {
            "type": f"urn:saring:problem:{self.kind.code}",
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
            "code": self.kind.code,
            "hint": self.hint,
        }
        if self.field is not None:
            body["field"] = self.field
        if request_id := REQUEST_ID.get():
            body["request_id"] = request_id
        return JSONResponse(body, self.kind.status, self.headers, MEDIA_TYPE)


class ProblemBody(BaseModel):
    """A problem as the client reads it."""

    type: str = Field(description="URN of the kind of problem; stable")
    title: str
    status: int
    detail: str
    code: str = Field(description="The kind of problem in one word; stable")
    hint: str = Field(description="A way out")
    field: str | None = Field(default=None, description="The part of the body that is meant")
    request_id: str | None = Field(default=None, description="The request, as the service's log names it")


def empty_text(field: str) -> Problem:
    """There is nothing to read in a text."""
    return Problem(
        EMPTY_TEXT,
        "There is no visible character in it.",
        "Send at least one visible character.",
        field=field,
    )


def shutting_down() -> Problem:
    """The service takes no more work."""
    return Problem(
        SHUTTING_DOWN,
        "The service finishes what it has begun and takes nothing new.",
        "Send the request again in a moment: another instance, or this one restarted, answers it.",
        retry_after=1,
    )


def model_loading() -> Problem:
    """There is no model to judge with yet, or the one there was refused to open."""
    return Problem(
        MODEL_LOADING,
        "No model is loaded yet.",
        "Wait until /readyz answers 200; if it does not, the service's log says which model would not open.",
        retry_after=1,
    )


def store_unavailable() -> Problem:
    """The database or the disk did not take or give what it was asked."""
    return Problem(
        STORE_UNAVAILABLE,
        "The database or the disk did not do as it should; what was sent counts as not kept.",
        "Send it again later; the service's log says what failed.",
        retry_after=30,
    )


def internal_error() -> Problem:
    """A fault of the service."""
    return Problem(
        INTERNAL_ERROR,
        "The service could not finish this request; the fault is in the service, not in the request.",
        "Send it once more; if it fails again, report its request_id: under it the log holds the cause.",
    )


def not_found() -> Problem:
    """The router does not know the path."""
    return Problem(NOT_FOUND, "No resource has this path.", "GET /openapi.json lists the paths.")


def wrong_query(name: str, reason: str) -> Problem:
    """A parameter in the query cannot be used; ``reason`` does not quote it."""
    return Problem(WRONG_TYPE, f"{reason}.", "GET /openapi.json says what it takes.", field=name)


def method_not_allowed(allowed: str) -> Problem:
    """The path takes the methods ``allowed`` only."""
    return Problem(
        METHOD_NOT_ALLOWED,
        "This path does not take this method.",
        f"Use {allowed}.",
        headers={"allow": allowed},
    )


def responses(*kinds: Kind) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI ``responses`` of an operation that may answer with ``kinds``."""
    by_status: dict[int | str, dict[str, Any]] = {}
    for kind in kinds:
        entry = by_status.setdefault(
            kind.status,
            {
                "description": "",
                "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemBody"}}},
            },
        )
        entry["description"] += (", " if entry["description"] else "") + f"`{kind.code}`"
        if kind.status in (429, 503):
            entry["headers"] = {
                "Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}}
            }
    return by_status
