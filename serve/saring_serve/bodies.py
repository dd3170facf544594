"""Reading a request's body: bounded before it is parsed, parsed strictly, refused with a way out.

What is refused is described by position and length, never quoted.
"""

from collections.abc import Sequence
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request

from saring.taxonomy import taxonomy
from saring_serve.problems import (
    BODY_TOO_LARGE,
    ID_OR_TEXT,
    INCOMPLETE_BODY,
    INVALID_JSON,
    INVALID_UTF8,
    LONE_SURROGATE,
    MISSING_FIELD,
    NO_LABELS,
    NO_TEXTS,
    SLOW_BODY,
    TEXT_TOO_LONG,
    TOO_MANY_TEXTS,
    UNKNOWN_CATEGORY,
    UNKNOWN_FIELD,
    UNSUPPORTED_MEDIA_TYPE,
    WRONG_TYPE,
    Problem,
    empty_text,
)
from saring_serve.schemas import BatchRequest, ClassifyRequest, FeedbackRequest, StartRequest
from saring_serve.settings import Limits

JSON_PROBLEMS: Final = (
    INVALID_JSON,
    INVALID_UTF8,
    LONE_SURROGATE,
    INCOMPLETE_BODY,
    SLOW_BODY,
    BODY_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    MISSING_FIELD,
    UNKNOWN_FIELD,
    WRONG_TYPE,
)
"""Why a body of JSON may be refused, whatever it should hold."""

_Body = TypeVar("_Body", bound=BaseModel)

_JSON_HINT: Final = "Send JSON in UTF-8, with the header 'content-type: application/json'."
_SHAPES: Final[dict[type[BaseModel], str]] = {
    ClassifyRequest: '{"text": "..."}',
    BatchRequest: '{"texts": ["...", "..."]}',
    FeedbackRequest: '{"text": "...", "labels": {"hoaks": 1, "sara": 0}}',
    StartRequest: '{"text_column": "..."}',
}
_NAMES: Final = frozenset(taxonomy().ids).union(*(model.model_fields for model in _SHAPES))
_SURROGATE_ERRORS = ("surrogate", "unexpected end of hex escape")


async def read_text(request: Request, limits: Limits) -> str:
    """The text of a ``/classify`` request; raises ``Problem``."""
    body = _parse(await _read(request, limits.text_bytes), ClassifyRequest)
    _check_text(body.text, "text", limits)
    return body.text


async def read_texts(request: Request, limits: Limits) -> list[str]:
    """The texts of a ``/classify/batch`` request; raises ``Problem``."""
    texts = _parse(await _read(request, limits.batch_bytes), BatchRequest).texts
    if not texts:
        raise Problem(NO_TEXTS, "There is no text in it.", "Send at least one text.", field="texts")
    if len(texts) > limits.texts:
        raise Problem(
            TOO_MANY_TEXTS,
            f"There are {len(texts)} texts in it; at most {limits.texts} are taken.",
            f"Send them in parts of {limits.texts} or fewer.",
            field="texts",
        )
    for position, text in enumerate(texts):
        _check_text(text, f"texts[{position}]", limits)
    return texts


async def read_feedback(request: Request, limits: Limits) -> FeedbackRequest:
    """The correction of a ``/feedback`` request; raises ``Problem``."""
    body = _parse(await _read(request, limits.feedback_bytes), FeedbackRequest)
    if (body.id is None) == (body.text is None):
        raise Problem(
            ID_OR_TEXT,
            "There is neither an id nor a text in it." if body.id is None else "It has an id and a text.",
            "Send the id of a verdict, or the text; not both.",
        )
    if body.text is not None:
        _check_text(body.text, "text", limits)
    categories = ", ".join(taxonomy().ids)
    if not body.labels.keys() <= set(taxonomy().ids):
        raise Problem(
            UNKNOWN_CATEGORY, "A category is not known.", f"The categories are {categories}.", field="labels"
        )
    if all(label is None for label in body.labels.values()):
        raise Problem(
            NO_LABELS,
            "No category is labelled 1 or 0.",
            f"Label at least one of {categories}.",
            field="labels",
        )
    return body


async def read_start(request: Request, limits: Limits) -> StartRequest:
    """The column of a ``/jobs/{id}/start`` request; raises ``Problem``."""
    return _parse(await _read(request, limits.text_bytes), StartRequest)


async def _read(request: Request, limit: int) -> bytes:
    _check_headers(request, limit)
    parts: list[bytes] = []
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > limit:
                raise _too_large(limit)
            parts.append(part)
    except ClientDisconnect:
        raise Problem(
            INCOMPLETE_BODY, "The connection closed before the body was complete.", "Send it again."
        ) from None
    return b"".join(parts)


def _check_headers(request: Request, limit: int) -> None:
    media_type, *parameters = request.headers.get("content-type", "").lower().split(";")
    charset = next(
        (p.split("=", 1)[1] for p in map(str.strip, parameters) if p.startswith("charset=")), "utf-8"
    )
    if media_type.strip() != "application/json" or charset.strip('"') not in ("utf-8", "utf8"):
        raise Problem(
            UNSUPPORTED_MEDIA_TYPE, "The content type is not application/json in UTF-8.", _JSON_HINT
        )
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Problem(UNSUPPORTED_MEDIA_TYPE, "The body is compressed.", "Send it without content-encoding.")
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise _too_large(limit)


def _too_large(limit: int) -> Problem:
    return Problem(
        BODY_TOO_LARGE,
        f"The body is larger than {limit} bytes, more than the largest request that is taken can need.",
        "Send fewer or shorter texts.",
        headers={"connection": "close"},
    )


def _parse(raw: bytes, model: type[_Body]) -> _Body:
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise Problem(
            INVALID_UTF8,
            f"Byte {error.start} of the body is not part of a UTF-8 character.",
            "Encode the body as UTF-8; exports from spreadsheets are often Windows-1252.",
        ) from None
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        # never `str(error)`: it quotes the input
        raise _problem(error.errors(include_input=False, include_url=False)[0], model) from None


def _problem(error: Any, model: type[BaseModel]) -> Problem:
    known = ", ".join(model.model_fields)
    field = _field(error["loc"])
    match error["type"]:
        case "json_invalid":
            reason = str(error["ctx"]["error"])
            if any(sign in reason for sign in _SURROGATE_ERRORS):
                return Problem(
                    LONE_SURROGATE,
                    f"An escaped surrogate stands alone ({reason}): it is half a character.",
                    "Send emoji and other rare characters as UTF-8, or as a pair of \\u escapes.",
                )
            return Problem(INVALID_JSON, f"The body cannot be read as JSON: {reason}.", _JSON_HINT)
        case "missing":
            return Problem(MISSING_FIELD, f"The field {field} is missing.", _shape_hint(model), field=field)
        case "extra_forbidden":
            return Problem(
                UNKNOWN_FIELD, "The body has a field that is not known.", f"Send {known} and nothing else."
            )
    return Problem(WRONG_TYPE, f"{error['msg']}.", _shape_hint(model), field=field or None)


def _shape_hint(model: type[BaseModel]) -> str:
    return f"Send {_SHAPES[model]}."


def _field(location: Sequence[str | int]) -> str:
    """``texts[3]``, ``labels.sara``, as far as the names are our own: others would quote the input."""
    shown = ""
    for part in location:
        if isinstance(part, int):
            shown += f"[{part}]"
        elif part in _NAMES:
            shown += f".{part}" if shown else part
        else:
            break
    return shown


def _check_text(text: str, field: str, limits: Limits) -> None:
    if len(text) > limits.characters:
        raise Problem(
            TEXT_TOO_LONG,
            f"It has {len(text)} characters; at most {limits.characters} are taken.",
            "Split the text, or raise SARING_MAX_CHARACTERS on the server.",
            field=field,
        )
    if not any(character.isprintable() and not character.isspace() for character in text):
        raise empty_text(field)
