"""What is done with the rows of jobs: add, look up, hand out in turn, finish, delete."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, case, delete, func, or_, select, update
from sqlalchemy.orm import Session

from saring_serve.store.database import store_errors
from saring_serve.store.tables import Job

_UNFINISHED = ("queued", "running")


class JobStore:
    """The jobs in a database; every method raises ``StoreError`` where that fails."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, job: Job) -> None:
        """Keep ``job``; when it returns, it is on the disk."""
        with store_errors(), Session(self._engine, expire_on_commit=False) as session, session.begin():
            session.add(job)

    def get(self, id_: str, now: datetime) -> tuple[Job, int] | None:
        """The job and how many are before it; ``None`` when there is none, or its time is over."""
        with store_errors(), Session(self._engine) as session:
            job = session.get(Job, id_)
            if job is None or (job.state not in _UNFINISHED and job.expires <= now):
                return None
            before = or_(Job.created < job.created, (Job.created == job.created) & (Job.id < job.id))
            ahead = select(func.count()).where(Job.state.in_(_UNFINISHED), before)
            return job, (session.scalar(ahead) or 0) if job.state == "queued" else 0

    def start(self, id_: str, column: str, why: str) -> bool:
        """Queue a waiting job; returns whether it was waiting."""
        return self._change(id_, ("waiting",), state="queued", text_column=column, why=why)

    def unfinished(self) -> Sequence[Job]:
        """Jobs that are to be done, in their order: those begun, whose process ended, come first."""
        begun = case((Job.state == "running", 0), else_=1)
        query = select(Job).where(Job.state.in_(_UNFINISHED)).order_by(begun, Job.created, Job.id)
        with store_errors(), Session(self._engine) as session:
            return session.scalars(query).all()

    def take(self, id_: str, model: Mapping[str, str]) -> bool:
        """Note that the job runs, by ``model``; returns whether it is still there."""
        return self._change(id_, _UNFINISHED, state="running", model=model)

    def finish(
        self,
        id_: str,
        expires: datetime,
        *,
        summary: Mapping[str, Any] | None = None,
        problem: Mapping[str, str] | None = None,
    ) -> bool:
        """Note the outcome, a ``summary`` or a ``problem``; returns whether the job is still there."""
        state = "failed" if summary is None else "done"
        return self._change(id_, _UNFINISHED, state=state, expires=expires, summary=summary, problem=problem)

    def delete(self, id_: str) -> bool:
        """Forget a job; returns whether it was there."""
        with store_errors(), Session(self._engine) as session, session.begin():
            return bool(session.scalars(delete(Job).where(Job.id == id_).returning(Job.id)).all())

    def expire(self, now: datetime) -> Sequence[str]:
        """Forget the jobs whose time is over, unless they are to be done; returns their ids."""
        old = delete(Job).where(Job.expires <= now, Job.state.not_in(_UNFINISHED)).returning(Job.id)
        with store_errors(), Session(self._engine) as session, session.begin():
            return session.scalars(old).all()

    def ids(self) -> Sequence[str]:
        """The ids of all jobs."""
        with store_errors(), Session(self._engine) as session:
            return session.scalars(select(Job.id)).all()

    def _change(self, id_: str, states: Sequence[str], **values: object) -> bool:
        change = update(Job).where(Job.id == id_, Job.state.in_(states)).values(**values).returning(Job.id)
        with store_errors(), Session(self._engine) as session, session.begin():
            return bool(session.scalars(change).all())
