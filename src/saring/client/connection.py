"""Requests that are answered or fail with a reason: tried again where that is safe and may help."""

import random
import re
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

from saring.errors import InputError, MissingExtraError, SaringError

try:
    import httpx
except ModuleNotFoundError as error:
    raise MissingExtraError("saring.client", "httpx", "client") from error

_Value = TypeVar("_Value")

_BUSY = (429, 503)
_FIRST_WAIT, _LONGEST_WAIT = 0.25, 8.0


@dataclass(eq=False)
class ClientError(SaringError):
    """The service refused, failed, or was not reached; ``code`` is stable and ``hint`` says a way out.

    ``status`` is that of HTTP, ``None`` where no answer came or a job failed. ``field`` is the part of the
    request that is meant, as ``texts[3]``. Nothing of a text is in it.
    """

    code: str
    title: str
    detail: str
    hint: str
    status: int | None = None
    request_id: str | None = None
    field: str | None = None

    def __post_init__(self) -> None:
        super().__init__(*astuple(self))  # what pickle makes it from

    def __str__(self) -> str:
        named = {"": self.code, "status ": self.status, "field ": self.field, "request ": self.request_id}
        where = ", ".join(f"{name}{value}" for name, value in named.items() if value is not None)
        return f"{self.title}. {self.detail} {self.hint} ({where})"


class Connection:
    """A service, for any number of threads; ``timeout`` is how many seconds a request may take in all."""

    def __init__(self, url: str, key: str | None, timeout: float) -> None:
        if not re.match("https?://", url):
            raise InputError("the address of a service begins with http:// or https://")
        if key is not None and not re.fullmatch("[!-~]+", key):
            raise InputError("the key holds characters that no key has: copy it without blanks and line ends")
        headers = {"authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.Client(base_url=url, headers=headers)
        self._timeout = timeout

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def ask(self, read: Callable[[Any], _Value], method: str, path: str, **request: Any) -> _Value:
        """What ``read`` makes of the JSON that ``send`` gets; raises ``ClientError``."""
        response = self.send(method, path, **request)
        try:
            return read(response.json())
        except (ValueError, LookupError, TypeError, AttributeError):
            raise _foreign(response, "unexpected_answer") from None  # the cause may quote a text

    def send(
        self, method: str, path: str, *, timeout: float | None = None, repeatable: bool = True, **request: Any
    ) -> httpx.Response:
        """The answer, when it is a good one; ``request`` is what httpx takes.

        Whatever is answered with 429 or 503 was not done, and is sent again after the time that the service
        asks for and a random one, which grows. Where the connection breaks, only what is ``repeatable`` is.

        Raises:
            ClientError: the last failure, when there is no time left for another try.
        """
        seconds = self._timeout if timeout is None else timeout
        deadline = time.monotonic() + seconds
        longest = _FIRST_WAIT
        while True:
            wait = random.uniform(0, longest)
            try:
                response = self._http.request(method, path, timeout=deadline - time.monotonic(), **request)
            except httpx.RequestError as error:
                problem, again = _unreachable(error, self._http.base_url.netloc.decode(), seconds), repeatable
            else:
                if response.is_success:
                    return response
                problem, again = _problem(response), response.status_code in _BUSY
                wait += _retry_after(response)
            if not again or wait >= deadline - time.monotonic():
                raise problem
            time.sleep(wait)
            longest = min(2 * longest, _LONGEST_WAIT)


def _retry_after(response: httpx.Response) -> float:
    """Seconds to wait, sent as such or as a date; 0 where none were."""
    value = response.headers.get("retry-after", "")
    if value.isdecimal():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return 0.0


def _problem(response: httpx.Response) -> ClientError:
    """What was refused, and why: the service says so, or something before it that says less."""
    try:
        told = response.json()
        said = (told["code"], told["title"], told["detail"], told["hint"])
    except (ValueError, LookupError, TypeError):
        return _foreign(response, f"http_{response.status_code}")
    return ClientError(*said, response.status_code, told.get("request_id"), told.get("field"))


def _foreign(response: httpx.Response, code: str) -> ClientError:
    return ClientError(
        code,
        "The answer is not one of Saring",
        f"It is {response.status_code} {response.reason_phrase}".rstrip() + ".",
        "Check the address, and what stands between this machine and the service.",
        response.status_code,
        response.headers.get("x-request-id"),
    )


def _unreachable(error: httpx.RequestError, where: str, seconds: float) -> ClientError:
    if isinstance(error, httpx.TimeoutException):
        hint = "Ask again later, send less at once, or give the client a longer timeout."
        return ClientError("timed_out", "No answer in time", f"{where} took more than {seconds:g} s.", hint)
    hint = "Check the address, and that the service runs: its /readyz answers 200."
    return ClientError("unreachable", "The service is not reached", f"{where}: {error}.", hint)
