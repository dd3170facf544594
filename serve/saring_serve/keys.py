"""Keys: what they look like, how they are recognised, and which are valid now.

A key holds 256 random bits, so nobody can guess it, and nobody who reads the database can find it by
trying: one SHA-256 keeps it as secret as a slow, salted hash would, which passwords need because people
choose them. The digest is looked up, never compared: how long that takes tells at most something of a
digest, from which no key can be made.
"""

import asyncio
import hashlib
import logging
import secrets
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from saring_serve.access import Caller
from saring_serve.database_thread import DatabaseThread
from saring_serve.logs import SERVICE, describe_failure
from saring_serve.problems import KEYS_UNAVAILABLE, Problem
from saring_serve.settings import AccessSettings

if TYPE_CHECKING:
    from sqlalchemy import Engine

logger = logging.getLogger(SERVICE)

_READ_EVERY = 1.0  # seconds; so long may a revoked key go on
_TRUSTED = 15.0  # seconds that the keys last read stand while the database does not answer


def new_key() -> str:
    """A key that nobody has; its beginning tells people, and scanners for lost secrets, what it is."""
    return f"saring_{secrets.token_urlsafe(32)}"


def key_digest(key: str) -> str:
    """What is kept of ``key``: its SHA-256, in hexadecimal digits."""
    return hashlib.sha256(key.encode()).hexdigest()


class Keys:
    """The valid keys, all of them in memory: asking costs nothing, and the database is read once a second."""

    def __init__(
        self,
        settings: AccessSettings,
        database: DatabaseThread,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.required = settings.keys
        self._rate = settings.rate
        self._database = database
        self._clock = clock
        self._callers: Mapping[str, Caller] = {}
        self._read_at: float | None = None

    def caller(self, key: str | None) -> Caller | None:
        """Who sent ``key``, ``None`` where it is missing or not valid; raises ``Problem`` if nobody knows."""
        if not self.required:
            return Caller(None, "admin")
        if key is None:
            return None
        if self._read_at is None or self._clock() - self._read_at > _TRUSTED:
            raise _keys_unavailable()
        return self._callers.get(key_digest(key))

    async def run(self) -> None:
        """Follow what is added and revoked, until cancelled."""
        while self.required:
            await self.read()
            await asyncio.sleep(_READ_EVERY)

    async def read(self) -> None:
        """Read which keys are valid; where that fails, those read last stand for a few seconds."""
        if not self.required:
            return
        try:
            self._callers = await self._database.ask(self._read_callers)
        except Problem:
            return  # logged already
        except Exception as error:
            logger.error("keys could not be read: %s", describe_failure(error))
        else:
            self._read_at = self._clock()

    def _read_callers(self, engine: "Engine") -> Mapping[str, Caller]:
        from saring_serve.store.keys import KeyStore

        return {
            key.digest: Caller(key.name, key.role, key.rate or self._rate) for key in KeyStore(engine).all()
        }


def _keys_unavailable() -> Problem:
    return Problem(
        KEYS_UNAVAILABLE,
        "The database that holds the keys did not answer as it should, so no key can be checked.",
        "Send it again later; the service's log says what failed.",
        retry_after=5,
    )
