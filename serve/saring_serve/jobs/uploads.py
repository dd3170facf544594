"""Taking a file from a form: its bytes go to the disk as they come, and never more than are allowed."""

import asyncio
import errno
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from saring.errors import InputError
from saring_serve.jobs.folders import JobFolder, safe_name
from saring_serve.logs import SERVICE
from saring_serve.problems import (
    BODY_TOO_LARGE,
    DISK_FULL,
    INCOMPLETE_BODY,
    INVALID_FORM,
    MISSING_FIELD,
    UNKNOWN_FIELD,
    UNKNOWN_FORMAT,
    UNSUPPORTED_MEDIA_TYPE,
    WRONG_TYPE,
    Problem,
    store_unavailable,
)

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

logger = logging.getLogger(SERVICE)

FILE, TEXT_COLUMN, HOLD = "file", "text_column", "hold"

_FIELD_BYTES = 4_096
_ENVELOPE_BYTES = 1 << 16  # of the form around the file
_SHAPE: Final = "Send the form fields file, with its name, and if need be text_column and hold=1."


@dataclass(slots=True)
class Upload:
    """A file that lies in its ``folder``, the column that was asked for, and whether to wait for a start."""

    folder: JobFolder
    text_column: str | None
    hold: bool


async def receive(request: Request, megabytes: int, place: Callable[[str], JobFolder]) -> Upload:
    """The file of a ``multipart/form-data`` request, in the folder that ``place`` gives for its name.

    Raises:
        Problem: the form or the file is refused, or the disk is full; what was written is left to the caller.
    """
    limit = (megabytes << 20) + _ENVELOPE_BYTES
    boundary = _boundary(request, limit, megabytes)
    form = _Form(place)
    size = 0
    try:
        parser = MultipartParser(boundary, form.callbacks())
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit:
                raise _too_large(megabytes)
            parser.write(chunk)
            if form.pending:
                await asyncio.to_thread(form.write_pending)
        return form.upload()
    except ClientDisconnect:
        raise _incomplete() from None
    except FormParserError:
        raise Problem(INVALID_FORM, "The body cannot be read as a form.", _SHAPE) from None
    except OSError as error:
        raise not_written(error) from None
    finally:
        form.close()


def not_written(error: OSError) -> Problem:
    """A file could not be written."""
    logger.error("files of jobs cannot be written: %s; see SARING_DATA_DIR", error.strerror)
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        return store_unavailable()
    return Problem(
        DISK_FULL,
        "There is no room for the file on the service's disk; nothing of it was kept.",
        "Send it again later: the operator must make room first.",
    )


def _boundary(request: Request, limit: int, megabytes: int) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data" or b"boundary" not in options:
        raise Problem(UNSUPPORTED_MEDIA_TYPE, "The content type is not multipart/form-data.", _SHAPE)
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Problem(UNSUPPORTED_MEDIA_TYPE, "The body is compressed.", "Send it without content-encoding.")
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise _too_large(megabytes)
    return options[b"boundary"]


@dataclass(slots=True)
class _Part:
    disposition: bytearray = field(default_factory=bytearray)
    name: str = ""
    value: bytearray = field(default_factory=bytearray)
    is_file: bool = False


class _Form:
    """What the parser has found so far; ``pending`` are bytes of the file that are not yet written."""

    def __init__(self, place: Callable[[str], JobFolder]) -> None:
        self.pending: list[bytes] = []
        self._place = place
        self._folder: JobFolder | None = None
        self._file: BinaryIO | None = None
        self._fields: dict[str, str] = {}
        self._part = _Part()
        self._header = bytearray()
        self._ended = False

    def callbacks(self) -> "MultipartCallbacks":
        """What the parser calls."""
        return {
            "on_part_begin": self._begin_part,
            "on_header_field": self._name_header,
            "on_header_value": self._read_header,
            "on_header_end": self._header.clear,
            "on_headers_finished": self._open_part,
            "on_part_data": self._read_part,
            "on_part_end": self._end_part,
            "on_end": self._end,
        }

    def write_pending(self) -> None:
        """Write what came of the file."""
        assert self._file  # bytes are pending for a file that is open
        self._file.writelines(self.pending)
        self._file.flush()  # a full disk is noticed here and not on closing
        self.pending.clear()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def upload(self) -> Upload:
        """All of it, when the body has ended."""
        if not self._ended:
            raise _incomplete()
        if self._folder is None:
            raise Problem(MISSING_FIELD, "There is no file in the form.", _SHAPE, field=FILE)
        hold = self._fields.get(HOLD, "0") or "0"
        if hold not in ("0", "1"):
            raise Problem(WRONG_TYPE, "hold is neither 1 nor 0.", _SHAPE, field=HOLD)
        return Upload(self._folder, self._fields.get(TEXT_COLUMN) or None, hold == "1")

    def _begin_part(self) -> None:
        self._part = _Part()

    def _name_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _read_header(self, data: bytes, start: int, end: int) -> None:
        if self._header.lower() == b"content-disposition":
            self._part.disposition += data[start:end]

    def _open_part(self) -> None:
        _, options = parse_options_header(self._part.disposition.decode("latin-1"))
        self._part.name = options.get(b"name", b"").decode(errors="replace")
        if self._part.name not in (FILE, TEXT_COLUMN, HOLD):
            raise Problem(UNKNOWN_FIELD, "The form has a field that is not known.", _SHAPE)
        filename = options.get(b"filename", b"").decode(errors="replace")
        if self._part.name == FILE and filename:
            self._open_file(filename)
            self._part.is_file = True

    def _open_file(self, filename: str) -> None:
        if self._folder is not None:
            raise Problem(WRONG_TYPE, "There is more than one file in the form.", "Send one.", field=FILE)
        try:
            name = safe_name(filename)
        except InputError as error:
            raise Problem(UNKNOWN_FORMAT, str(error), "Save the table as CSV or XLSX.", field=FILE) from None
        self._folder = self._place(name)
        self._folder.make()
        self._file = self._folder.sent.open("wb")

    def _read_part(self, data: bytes, start: int, end: int) -> None:
        if self._part.is_file:
            self.pending.append(data[start:end])
            return
        self._part.value += data[start:end]
        if len(self._part.value) > _FIELD_BYTES:
            detail = f"{self._part.name} has more than {_FIELD_BYTES} bytes."
            raise Problem(WRONG_TYPE, detail, _SHAPE, field=self._part.name)

    def _end_part(self) -> None:
        if not self._part.is_file and self._part.name != FILE:
            self._fields[self._part.name] = self._part.value.decode(errors="replace")

    def _end(self) -> None:
        self._ended = True


def _incomplete() -> Problem:
    return Problem(INCOMPLETE_BODY, "The body ended before the form was complete.", "Send it again.")


def _too_large(megabytes: int) -> Problem:
    return Problem(
        BODY_TOO_LARGE,
        f"The file has more than {megabytes} MB.",
        "Divide it, send it compressed (.csv.gz), or raise SARING_JOB_MEGABYTES on the server.",
        headers={"connection": "close"},
    )
