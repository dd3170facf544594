"""What the person who runs the service can set, each by one environment variable."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

from saring.artefact.registry import MODEL_NAME
from saring.errors import SaringError

TEXT_OVERHEAD = 32
"""What a text costs in the queue beyond its characters: a short text is not free."""

NOTE_CHARACTERS = 1_000
"""Longest note beside a correction."""

_ESCAPED_CHARACTER_BYTES = 12
_ENVELOPE_BYTES = 1024
_CENTURY = 36_500


LogFormat = Literal["json", "text"]


class SettingsError(SaringError):
    """An environment variable that cannot be used as it is."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one request may bring: ``characters`` per text, ``texts`` per batch."""

    characters: int = 10_000
    texts: int = 256

    @property
    def text_bytes(self) -> int:
        """Largest body of ``/classify``: every character escaped as a pair of surrogates."""
        return self.characters * _ESCAPED_CHARACTER_BYTES + _ENVELOPE_BYTES

    @property
    def feedback_bytes(self) -> int:
        """Largest body of ``/feedback``: a text and a note."""
        return self.text_bytes + NOTE_CHARACTERS * _ESCAPED_CHARACTER_BYTES + _ENVELOPE_BYTES

    @property
    def batch_bytes(self) -> int:
        """Largest body of ``/classify/batch``."""
        return self.texts * (self.characters * _ESCAPED_CHARACTER_BYTES + len('"",')) + _ENVELOPE_BYTES


@dataclass(frozen=True, slots=True)
class QueueLimits:
    """Bounds of the queue, in characters (each text costs ``TEXT_OVERHEAD`` more).

    ``single`` and ``bulk`` bound what may wait of single texts and of batches; a lane that is empty
    takes anything. When a single text had to be refused, and until none was for a second, others are taken
    only while fewer than ``crowded`` wait. ``batch`` is how much the model is given at once, ``wait`` how
    many seconds a text waits for company while the model is idle.
    """

    single: int = 65_536
    crowded: int = 1_024
    bulk: int = 2_621_440
    batch: int = 4_096
    wait: float = 0.002


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """Where corrections are kept, and whether with their texts.

    ``data`` is the folder of the SQLite file, ``None`` for the user's own; ``database_url`` names a
    PostgreSQL database in its place. ``text`` lets texts and notes be stored, for ``retention`` days.
    """

    data: Path | None = None
    database_url: str | None = field(default=None, repr=False)  # it may hold a password
    text: bool = False
    retention: int = 90

    @property
    def folder(self) -> Path:
        """The folder of the SQLite file, and of the files of jobs."""
        shared = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
        return self.data or Path(shared, "saring")

    @property
    def file(self) -> Path:
        """The SQLite file."""
        return self.folder / "saring.sqlite"

    @property
    def in_use(self) -> bool:
        """Whether the operator asked for a store, or one is there already."""
        return bool(self.data or self.database_url) or os.path.exists(self.file)


@dataclass(frozen=True, slots=True)
class AccessSettings:
    """Who may use the service.

    ``keys`` makes requests need a key; ``rate`` is how many requests a minute each may send, every text of
    a batch counted, ``None`` for as many as it likes. ``origins`` are the sites whose pages may call the
    service from a browser, as ``https://example.go.id``.
    """

    keys: bool = False
    rate: int | None = None
    origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JobSettings:
    """How large the file of a job may be, in megabytes of 2**20 bytes, and how many hours it is kept."""

    megabytes: int = 50
    hours: int = 24


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings; ``models`` is the models root, ``None`` for the package's own way of finding it.

    ``model_poll`` is how often, in seconds, the registry is looked at for another production version;
    ``log_format`` ``None`` is text on a terminal and JSON elsewhere.
    """

    models: Path | None = None
    model: str = MODEL_NAME
    model_poll: float = 1.0
    log_format: LogFormat | None = None
    limits: Limits = field(default_factory=Limits)
    queue: QueueLimits = field(default_factory=QueueLimits)
    store: StoreSettings = field(default_factory=StoreSettings)
    jobs: JobSettings = field(default_factory=JobSettings)
    access: AccessSettings = field(default_factory=AccessSettings)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read ``SARING_*``; raises ``SettingsError`` naming the variable and what it takes."""

        def read(name: str, parse: Callable[[str, str], Any], default: Any) -> Any:
            raw = environment.get(name, "").strip()
            return parse(name, raw) if raw else default

        limits, queue, store, jobs = Limits(), QueueLimits(), StoreSettings(), JobSettings()
        return cls(
            models=read("SARING_MODELS", lambda _, raw: Path(raw), None),
            model=read("SARING_MODEL", lambda _, raw: raw, MODEL_NAME),
            model_poll=read("SARING_MODEL_POLL", _positive, 1.0),
            log_format=read("SARING_LOG_FORMAT", _log_format, None),
            limits=Limits(
                characters=read("SARING_MAX_CHARACTERS", _count, limits.characters),
                texts=read("SARING_MAX_TEXTS", _count, limits.texts),
            ),
            queue=QueueLimits(
                single=read("SARING_QUEUE_CHARACTERS", _count, queue.single),
                bulk=read("SARING_QUEUE_BULK_CHARACTERS", _count, queue.bulk),
                batch=read("SARING_BATCH_CHARACTERS", _count, queue.batch),
                wait=read("SARING_BATCH_WAIT", _not_negative, queue.wait),
            ),
            store=StoreSettings(
                data=read("SARING_DATA_DIR", lambda _, raw: Path(raw), None),
                database_url=read("SARING_DATABASE_URL", _postgresql_url, None),
                text=read("SARING_STORE_TEXT", _switch, store.text),
                retention=read("SARING_RETENTION_DAYS", _days, store.retention),
            ),
            jobs=JobSettings(
                megabytes=read("SARING_JOB_MEGABYTES", _count, jobs.megabytes),
                hours=read("SARING_JOB_HOURS", _hours, jobs.hours),
            ),
            access=AccessSettings(
                keys=(keys := read("SARING_REQUIRE_KEYS", _switch, False)),
                rate=read("SARING_RATE_PER_MINUTE", _count if keys else _rate_without_keys, None),
                origins=read("SARING_CORS_ORIGINS", _origins, ()),
            ),
        )


def _count(name: str, raw: str) -> int:
    try:
        value = int(raw)
    except ValueError:
        value = 0
    if value < 1:
        raise SettingsError(f"{name} must be a whole number above 0, not {raw!r}")
    return value


def _days(name: str, raw: str) -> int:
    days = _count(name, raw)
    if days > _CENTURY:
        raise SettingsError(f"{name} must be at most {_CENTURY} days, not {raw!r}")
    return days


def _log_format(name: str, raw: str) -> LogFormat:
    if raw not in ("json", "text"):
        raise SettingsError(f"{name} must be json or text, not {raw!r}")
    return raw  # type: ignore[return-value]


def _hours(name: str, raw: str) -> int:
    hours = _count(name, raw)
    if hours > 24 * _CENTURY:
        raise SettingsError(f"{name} must be at most {24 * _CENTURY} hours, not {raw!r}")
    return hours


def _switch(name: str, raw: str) -> bool:
    if raw not in ("0", "1"):
        raise SettingsError(f"{name} must be 1 (on) or 0 (off), not {raw!r}")
    return raw == "1"


def _rate_without_keys(name: str, raw: str) -> int:
    raise SettingsError(f"{name} holds for each key, and no keys are required: set SARING_REQUIRE_KEYS=1 too")


def _origins(name: str, raw: str) -> tuple[str, ...]:
    origins = tuple(re.split(r"[\s,]+", raw.strip(", ")))
    for origin in origins:
        if not re.fullmatch(r"https?://[a-z0-9.-]+(:\d+)?|https?://\[[0-9a-f:]+\](:\d+)?", origin):
            raise SettingsError(
                f"{name} must be sites like https://example.go.id, in small letters, without a path, "
                f"separated by commas, not {origin!r}"
            )
    return origins


def _postgresql_url(name: str, raw: str) -> str:
    if not raw.startswith(("postgresql://", "postgres://")):
        # never the value: it may hold a password
        raise SettingsError(f"{name} must be postgresql://user:password@host/database")
    return raw


def _not_negative(name: str, raw: str) -> float:
    try:
        value = float(raw)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise SettingsError(f"{name} must be a number of seconds, 0 or more, not {raw!r}")
    return value


def _positive(name: str, raw: str) -> float:
    value = _not_negative(name, raw)
    if value == 0:
        raise SettingsError(f"{name} must be a number of seconds above 0, not {raw!r}")
    return value
