"""What a person should look at: texts that the model was not sure of, and those on which people differ."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, Field

from saring.artefact.manifest import Thresholds
from saring.taxonomy import taxonomy
from saring.verdict import Decision
from saring_serve.database_thread import DatabaseThread
from saring_serve.jobs.uncertain import doubt, read_uncertain
from saring_serve.models import ModelHolder
from saring_serve.problems import Problem
from saring_serve.queue import Queue
from saring_serve.recent import RecentVerdicts, Remembered, text_key
from saring_serve.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from saring_serve.store.corrections import Store
    from saring_serve.store.tables import Correction


class CategoryInDoubt(BaseModel):
    """What the model says of a category: it asks a person from ``review`` on, flags from ``threshold`` on."""

    id: str
    probability: float
    review: float
    threshold: float
    decision: Decision


class ReviewItem(BaseModel):
    """A text to be looked at."""

    text: str
    why: Literal["review", "disputed"] = Field(
        description="The model left it to a person, or people corrected it differently"
    )
    source: Literal["recent", "job", "feedback"]
    job: str | None = Field(description="The job that it is from")
    categories: list[CategoryInDoubt] = Field(
        description="Empty for a disputed text that cannot be judged at the moment"
    )
    labels: list[dict[str, int]] = Field(description="The opinions so far, of a disputed text")
    corrected: bool


class ReviewResponse(BaseModel):
    """Texts to be looked at, of ``left`` that there are in all."""

    items: list[ReviewItem]
    left: int


class Reviews:
    """Gathers texts for review; what somebody has corrected is not shown again, unless others differ."""

    def __init__(
        self,
        settings: Settings,
        database: DatabaseThread,
        recent: RecentVerdicts,
        models: ModelHolder,
        queue: Queue,
    ) -> None:
        self._store = settings.store
        self._characters = settings.limits.characters
        self._database = database
        self._recent = recent
        self._models = models
        self._queue = queue

    async def waiting(self, limit: int) -> ReviewResponse:
        """At most ``limit`` texts: disputed ones first, then recent ones, the most uncertain first.

        Raises:
            Problem: the database does not answer.
        """
        disputed = (
            await self._database.ask(lambda engine: _corrections(engine).disputed())
            if self._store.in_use
            else []
        )
        remembered = self._recent.under_review()
        corrected = await self._corrected([one.key for one in remembered])
        recent = [_of_recent(one) for one in remembered if one.key not in corrected]
        recent.sort(key=lambda item: doubt([category.model_dump() for category in item.categories]))
        items = [
            *await asyncio.gather(*map(self._of_dispute, disputed[:limit])),
            *recent[: max(0, limit - len(disputed))],
        ]
        return ReviewResponse(items=items, left=len(disputed) + len(recent))

    async def of_job(self, id_: str, uncertain: Path, limit: int) -> ReviewResponse:
        """At most ``limit`` of the texts in the file ``uncertain`` of the job ``id_``, in its order.

        Texts too long for a correction are left out. Raises ``Problem`` where the database does not answer.
        """
        rows = await asyncio.to_thread(self._short_enough, uncertain)
        corrected = await self._corrected([text_key(row.text) for row in rows])
        open_ = [row for row in rows if text_key(row.text) not in corrected]
        return ReviewResponse(
            items=[row.model_copy(update={"job": id_}) for row in open_[:limit]], left=len(open_)
        )

    def _short_enough(self, uncertain: Path) -> list[ReviewItem]:
        return [
            ReviewItem(why="review", source="job", job=None, labels=[], corrected=False, **row)
            for row in read_uncertain(uncertain)
            if len(row["text"]) <= self._characters
        ]

    async def _corrected(self, keys: Sequence[str]) -> set[str]:
        if not keys or not self._store.in_use:
            return set()
        return await self._database.ask(lambda engine: _corrections(engine).corrected(keys))

    async def _of_dispute(self, opinions: "Sequence[Correction]") -> ReviewItem:
        text = next(one.text for one in opinions if one.text is not None)
        differing = {tuple(sorted(one.labels.items())): dict(one.labels) for one in opinions}
        return ReviewItem(
            text=text,
            why="disputed",
            source="feedback",
            job=None,
            categories=await self._judged(text),
            labels=list(differing.values()),
            corrected=True,
        )

    async def _judged(self, text: str) -> list[CategoryInDoubt]:
        classifier = self._models.current
        if classifier is None:
            return []
        try:
            [verdict] = await self._queue.judge([text], classifier, "bulk")
        except Problem:
            return []
        return _categories(
            {one.id: one.probability for one in verdict.categories},
            {one.id: one.decision for one in verdict.categories},
            classifier.manifest.thresholds,
        )


def _of_recent(one: Remembered) -> ReviewItem:
    assert one.text is not None  # else it is not remembered for review
    return ReviewItem(
        text=one.text,
        why="review",
        source="recent",
        job=None,
        categories=_categories(one.probabilities, one.decisions, one.thresholds),
        labels=[],
        corrected=False,
    )


def _categories(
    probabilities: dict[str, float], decisions: dict[str, Decision], thresholds: Thresholds
) -> list[CategoryInDoubt]:
    return [
        CategoryInDoubt(
            id=id_, probability=probabilities[id_], review=review, threshold=flag, decision=decisions[id_]
        )
        for id_, review, flag in zip(taxonomy().ids, thresholds.review, thresholds.flag, strict=True)
    ]


def _corrections(engine: "Engine") -> "Store":
    from saring_serve.store.corrections import Store

    return Store(engine)
