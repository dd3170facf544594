"""Who asks, and what they may do: everyone everything, unless the operator requires keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, TypeAlias, get_args

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field
from starlette.requests import Request

from saring_serve.headers import add_headers
from saring_serve.problems import (
    KEYS_UNAVAILABLE,
    MISSING_KEY,
    OTHER_SITE,
    RATE_LIMITED,
    ROLE_TOO_LOW,
    UNKNOWN_KEY,
    Problem,
)

if TYPE_CHECKING:
    from saring_serve.service import Service

Role: TypeAlias = Literal["classify", "review", "admin"]
"""What a caller may do; each role may do what those before it may."""

ROLES: tuple[Role, ...] = get_args(Role)

PROBLEMS = (MISSING_KEY, UNKNOWN_KEY, ROLE_TOO_LOW, OTHER_SITE, RATE_LIMITED, KEYS_UNAVAILABLE)
"""What a route that ``requires`` a role may answer besides its own."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever sent a request: the name and role of their key; everyone, where no keys are required.

    ``rate`` is how many requests a minute the key may send, ``None`` for as many as it likes.
    """

    name: str | None
    role: Role
    rate: int | None = None

    def may(self, role: Role) -> bool:
        """Whether they may do what takes ``role``."""
        return ROLES.index(self.role) >= ROLES.index(role)


class AccessResponse(BaseModel):
    """Whether keys are needed, and what the one that was sent may do."""

    keys: bool = Field(description="Whether requests need a key")
    role: Role | None = Field(description="What this caller may do; null without a valid key")
    name: str | None = Field(description="Name of the key that was sent")

    @classmethod
    def of(cls, caller: Caller | None, *, keys: bool) -> Self:
        """What is known of ``caller``, ``None`` without a valid key."""
        if caller is None:
            return cls(keys=keys, role=None, name=None)
        return cls(keys=keys, role=caller.role, name=caller.name)


Sent = Annotated[
    HTTPAuthorizationCredentials | None,
    Depends(
        HTTPBearer(
            scheme_name="key",
            description="A key that the operator gave out; `GET /access` says whether one is needed.",
            auto_error=False,
        )
    ),
]
"""The key of a request, as FastAPI finds it; ``None`` where there is none."""


def caller_of(request: Request) -> Caller:
    """Who sent ``request``, on a route that ``requires`` a role."""
    caller: Caller = request.state.caller
    return caller


def requires(role: Role, *, cost: int = 1) -> Any:
    """A dependency that lets callers of ``role``, and of the roles above it, through.

    ``cost`` is what the request takes from its key's rate; a route that knows its cost only when it has
    read the body takes 0 here and calls ``charge``. All this comes before the body is read, provided that
    the route declares no body parameter: FastAPI reads those first.
    """

    async def admit(request: Request, sent: Sent) -> None:
        service: Service = request.app.state.service
        _refuse_other_sites(request, service.settings.access.origins)
        caller = service.keys.caller(sent.credentials if sent else None)
        if caller is None:
            raise _missing_key() if sent is None else _unknown_key()
        if not caller.may(role):
            raise _role_too_low(caller.role, role)
        request.state.caller = caller
        charge(request, cost)

    return Depends(admit)


def charge(request: Request, cost: int) -> None:
    """Take ``cost`` from the rate of the caller's key; raises ``Problem`` where it is used up."""
    caller = caller_of(request)
    if caller.name is not None and caller.rate is not None:
        service: Service = request.app.state.service
        add_headers(request.scope, service.rates.take(caller.name, caller.rate, cost))


def _refuse_other_sites(request: Request, origins: Sequence[str]) -> None:
    """CORS keeps answers from pages of other sites, but browsers still send the forms of such pages."""
    if (
        request.method not in ("GET", "HEAD")
        and request.headers.get("sec-fetch-site") in ("cross-site", "same-site")
        and request.headers.get("origin") not in origins
    ):
        raise Problem(
            OTHER_SITE,
            "A browser sent this for a page of another site.",
            "Use the page of this service; the operator lets other sites in by SARING_CORS_ORIGINS.",
        )


def _missing_key() -> Problem:
    return Problem(
        MISSING_KEY,
        "This service answers only who sends a key, and none was sent.",
        "Send the header 'authorization: Bearer KEY'; the operator makes keys by saring keys add.",
        headers={"www-authenticate": "Bearer"},
    )


def _unknown_key() -> Problem:
    return Problem(
        UNKNOWN_KEY,
        "The key that was sent is not, or no longer, valid here.",
        "Check that it was copied whole, or ask the operator for another.",
        headers={"www-authenticate": 'Bearer error="invalid_token"'},
    )


def _role_too_low(has: Role, needs: Role) -> Problem:
    return Problem(
        ROLE_TOO_LOW,
        f"The key has the role {has}; this takes {needs}.",
        f"Ask the operator for a key with the role {needs}.",
        headers={"www-authenticate": 'Bearer error="insufficient_scope"'},
    )
