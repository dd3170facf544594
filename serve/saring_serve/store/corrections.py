"""What is done with corrections: add, count, let their texts expire, hand them out for training."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from sqlalchemy import Engine, case, distinct, func, or_, select, update
from sqlalchemy.orm import Session

from saring_serve.settings import StoreSettings
from saring_serve.store.database import open_database, store_errors
from saring_serve.store.tables import Correction

_KEYS = 500  # asked for at once; SQLite takes some thousand


@dataclass(frozen=True, slots=True)
class Waiting:
    """Texts with a correction that no export has taken, counted by what an export would do with them."""

    ready: int
    without_text: int
    conflicting: int


@dataclass(slots=True)
class Counts:
    """Corrections counted: by category and label, and by category, label and the model's decision."""

    corrections: int
    texts: int
    waiting: Waiting
    labels: Counter[tuple[str, int]] = field(default_factory=Counter)
    decisions: Counter[tuple[str, int, str]] = field(default_factory=Counter)


class Store:
    """The corrections in a database; every method raises ``StoreError`` where that fails."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, settings: StoreSettings) -> Self:
        """Open and migrate the database of ``settings``."""
        return cls(open_database(settings))

    def close(self) -> None:
        """Let the connections go."""
        self._engine.dispose()

    def add(self, correction: Correction) -> int:
        """Keep ``correction`` and return its id; when it returns, it is on the disk."""
        with store_errors(), Session(self._engine) as session, session.begin():
            session.add(correction)
            session.flush()
            return correction.id

    def counts(self) -> Counts:
        """All corrections, counted."""
        by_text = (
            select(
                func.count(distinct(Correction.labels)).label("opinions"),
                func.count(Correction.text).label("stored"),
            )
            .group_by(Correction.key)
            .having(func.count() > func.count(Correction.exported))
            .subquery()
        )
        agreed = by_text.c.opinions == 1
        waiting = select(
            func.count(case((agreed & (by_text.c.stored > 0), 1))),
            func.count(case((agreed & (by_text.c.stored == 0), 1))),
            func.count(case((~agreed, 1))),
        ).select_from(by_text)
        alike = select(Correction.labels, Correction.decisions, func.count()).group_by(
            Correction.labels, Correction.decisions
        )
        with store_errors(), Session(self._engine) as session:
            total, texts = session.execute(select(func.count(), func.count(distinct(Correction.key)))).one()
            counts = Counts(total, texts, Waiting(*session.execute(waiting).one()))
            for labels, decisions, number in session.execute(alike):
                for category, label in labels.items():
                    counts.labels[category, label] += number
                    if decisions is not None:
                        counts.decisions[category, label, decisions[category]] += number
        return counts

    def expire(self, before: datetime) -> int:
        """Delete texts and notes of corrections made ``before``; returns of how many."""
        old = (
            update(Correction)
            .where(
                Correction.created < before, or_(Correction.text.is_not(None), Correction.note.is_not(None))
            )
            .values(text=None, note=None)
            .returning(Correction.id)
        )
        with store_errors():
            with Session(self._engine) as session, session.begin():
                expired = len(session.scalars(old).all())
            if expired and self._engine.dialect.name == "sqlite":
                self._empty_log()
        return expired

    def _empty_log(self) -> None:
        """Write the log of SQLite back and cut it: it still holds the pages that were overwritten."""
        connection = self._engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()

    def all(self) -> Sequence[Correction]:
        """Every correction, the oldest first."""
        with store_errors(), Session(self._engine) as session:
            return session.scalars(select(Correction).order_by(Correction.id)).all()

    def corrected(self, keys: Sequence[str]) -> set[str]:
        """Those of ``keys`` whose text somebody has corrected."""
        found: set[str] = set()
        with store_errors(), Session(self._engine) as session:
            for start in range(0, len(keys), _KEYS):
                some = Correction.key.in_(keys[start : start + _KEYS])
                found.update(session.scalars(select(Correction.key).where(some).distinct()))
        return found

    def disputed(self) -> list[list[Correction]]:
        """The corrections of each stored text on which they differ, until an export has taken them all."""
        differing = (
            select(Correction.key)
            .group_by(Correction.key)
            .having(
                func.count(distinct(Correction.labels)) > 1,
                func.count(Correction.text) > 0,
                func.count() > func.count(Correction.exported),
            )
        )
        query = select(Correction).where(Correction.key.in_(differing)).order_by(Correction.id)
        by_text: defaultdict[str, list[Correction]] = defaultdict(list)
        with store_errors(), Session(self._engine) as session:
            for correction in session.scalars(query):
                by_text[correction.key].append(correction)
        return list(by_text.values())

    def mark_exported(self, ids: Sequence[int], when: datetime) -> None:
        """Remember that an export took the corrections ``ids``."""
        if not ids:
            return
        with store_errors(), Session(self._engine) as session, session.begin():
            session.execute(update(Correction), [{"id": one, "exported": when} for one in ids])
