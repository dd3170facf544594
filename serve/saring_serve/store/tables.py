"""The tables, as SQLAlchemy maps them. Every change of them is a migration beside this file."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import DateTime, Dialect, LargeBinary, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from saring_serve.access import Role


class _Utf8(TypeDecorator[str]):
    """Text as its bytes: PostgreSQL's text holds no NUL, and texts may."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else value.encode()

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else value.decode()


class _Json(TypeDecorator[Mapping[str, Any]]):
    """An object in one spelling, so that the database can group by it and tell different ones apart."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Mapping[str, Any] | None, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(dict(value), sort_keys=True, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Mapping[str, Any] | None:
        return None if value is None else json.loads(value)


class _Utc(TypeDecorator[datetime]):
    """A moment; SQLite keeps no time zone, so that of the database is always UTC."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """What the migrations are compared with."""


class Correction(Base):
    """What a person said of a text: ``labels`` holds 1 or 0 by category id, only the known ones.

    ``key`` names the text (``saring.corpora.keys.row_key``); the text itself, and a note, which may quote
    it, are there only where the operator lets texts be stored, and until they expire. ``decisions`` and
    ``probabilities``, by category id, are the verdict's that was corrected, where it was remembered.
    """

    __tablename__ = "corrections"

    id: Mapped[int] = mapped_column(primary_key=True)
    created: Mapped[datetime] = mapped_column(_Utc)
    key: Mapped[str] = mapped_column(String(16), index=True)
    labels: Mapped[Mapping[str, int]] = mapped_column(_Json)
    text: Mapped[str | None] = mapped_column(_Utf8)
    note: Mapped[str | None] = mapped_column(_Utf8)
    reviewer: Mapped[str | None] = mapped_column(String(64))
    verdict: Mapped[str | None] = mapped_column(String(32))
    model: Mapped[str | None] = mapped_column(Text)
    decisions: Mapped[Mapping[str, str] | None] = mapped_column(_Json)
    probabilities: Mapped[Mapping[str, float] | None] = mapped_column(_Json)
    exported: Mapped[datetime | None] = mapped_column(_Utc)


JobState = Literal["waiting", "queued", "running", "done", "failed"]


class Job(Base):
    """A file to be scored; its bytes, and what was read in it, lie in a folder that has its ``id``.

    A job is ``waiting`` for its column; ``why`` says why ``text_column`` was taken. ``model`` is the
    ``folder``, ``name`` and ``version`` that a job began with, and keeps. ``owner`` is the name of the key
    that it was sent with, where keys are required.
    """

    __tablename__ = "jobs"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner: Mapped[str | None] = mapped_column(Text)
    name: Mapped[str] = mapped_column(_Utf8)
    state: Mapped[JobState] = mapped_column(String(8), index=True)
    created: Mapped[datetime] = mapped_column(_Utc)
    expires: Mapped[datetime] = mapped_column(_Utc)
    rows: Mapped[int]
    text_column: Mapped[str | None] = mapped_column(_Utf8)
    why: Mapped[str | None] = mapped_column(Text)
    model: Mapped[Mapping[str, str] | None] = mapped_column(_Json)
    summary: Mapped[Mapping[str, Any] | None] = mapped_column(_Json)
    problem: Mapped[Mapping[str, str] | None] = mapped_column(_Json)


class ApiKey(Base):
    """A key that the operator gave out: only its digest is kept (``saring_serve.keys.key_digest``).

    ``rate`` is how many requests a minute it may send, ``None`` for what the service allows by default.
    """

    __tablename__ = "api_keys"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), index=True, unique=True)
    role: Mapped[Role] = mapped_column(String(16))
    rate: Mapped[int | None]
    created: Mapped[datetime] = mapped_column(_Utc)
