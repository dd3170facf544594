"""The keys that the operator gave out: add one, revoke one, list them."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from saring.errors import InputError
from saring_serve.access import ROLES
from saring_serve.keys import key_digest, new_key
from saring_serve.settings import StoreSettings
from saring_serve.store.database import open_database, store_errors
from saring_serve.store.tables import ApiKey

_NAME = re.compile(r"[\w.@-]{1,64}")


@contextmanager
def opened(settings: StoreSettings) -> Iterator["KeyStore"]:
    """The keys in the database of ``settings``, while the block runs; raises ``StoreError``."""
    engine = open_database(settings)
    try:
        yield KeyStore(engine)
    finally:
        engine.dispose()


class KeyStore:
    """The keys in a database; every method raises ``StoreError`` where that fails."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, name: str, role: str, rate: int | None = None) -> str:
        """A new key; only its digest is kept. ``rate`` is per minute, ``None`` for the service's own.

        Raises:
            InputError: the name is taken or odd, or there is no such role.
        """
        if not _NAME.fullmatch(name):
            raise InputError("a key's name has 1 to 64 letters, digits and any of . _ @ -")
        if role not in ROLES:
            raise InputError(f"there is no role {role!r}: choose one of {', '.join(ROLES)}")
        key = new_key()
        with store_errors(), Session(self._engine) as session, session.begin():
            if session.get(ApiKey, name) is not None:
                raise InputError(f"there is a key named {name} already: choose another name, or revoke it")
            digest, now = key_digest(key), datetime.now(UTC)
            session.add(ApiKey(name=name, digest=digest, role=role, rate=rate, created=now))
        return key

    def revoke(self, name: str) -> None:
        """Delete the key ``name``; raises ``InputError`` where there is none."""
        with store_errors(), Session(self._engine) as session, session.begin():
            key = session.get(ApiKey, name)
            if key is None:
                raise InputError(f"there is no key named {name}; see saring keys list")
            session.delete(key)

    def all(self) -> Sequence[ApiKey]:
        """Every key, by name; waits for nobody who writes."""
        with store_errors(), Session(self._engine.execution_options(read_only=True)) as session:
            return session.scalars(select(ApiKey).order_by(ApiKey.name)).all()
