"""Corrections: a request becomes a row, and texts that were kept long enough are deleted."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from saring.corpora.safety import violates_minor_safety
from saring.taxonomy import taxonomy
from saring_serve.database_thread import DatabaseThread
from saring_serve.logs import SERVICE, describe_failure
from saring_serve.problems import UNKNOWN_VERDICT, Problem
from saring_serve.recent import RecentVerdicts, Remembered, text_key
from saring_serve.schemas import (
    Agreement,
    CategoryFeedback,
    FeedbackRequest,
    FeedbackResponse,
    FeedbackSummary,
    Kept,
    WaitingTexts,
)
from saring_serve.settings import StoreSettings

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from saring_serve.store.corrections import Counts

logger = logging.getLogger(SERVICE)

_DAY, _SOON = 86_400.0, 60.0


class Feedback:
    """Takes corrections, counts them, and deletes texts that have been kept long enough."""

    def __init__(self, settings: StoreSettings, database: DatabaseThread) -> None:
        self.recent = RecentVerdicts(texts=settings.text)
        self._settings = settings
        self._database = database

    async def correct(self, sent: FeedbackRequest) -> FeedbackResponse:
        """Keep what was sent; raises ``Problem`` unless it is on the disk."""
        key, text, verdict = self._meant(sent)
        note = sent.note or None
        if not self._settings.text or violates_minor_safety(f"{text}\n{note}"):
            text = note = None
        created = datetime.now(UTC)
        labels = {category: label for category, label in sent.labels.items() if label is not None}

        def add(engine: "Engine") -> int:
            from saring_serve.store.corrections import Store
            from saring_serve.store.tables import Correction

            correction = Correction(
                created=created, key=key, labels=labels, text=text, note=note, reviewer=sent.reviewer
            )
            if verdict is not None:
                correction.verdict = verdict.id
                correction.model = f"{verdict.model.name} {verdict.model.version}"
                correction.decisions = verdict.decisions
                correction.probabilities = verdict.probabilities
            return Store(engine).add(correction)

        number = await self._database.ask(add)
        optional: dict[Kept, object] = {
            "reviewer": sent.reviewer,
            "verdict": verdict,
            "text": text,
            "note": note,
        }
        return FeedbackResponse(
            id=number,
            key=key,
            kept=["key", "labels", *(name for name, value in optional.items() if value is not None)],
            until=None
            if text is None and note is None
            else created + timedelta(days=self._settings.retention),
        )

    async def summary(self) -> FeedbackSummary:
        """What has been corrected so far; raises ``Problem``."""
        return _summary(await self._database.ask(_counts))

    async def run(self) -> None:
        """Delete texts whose time is over, now and every day, until cancelled."""
        while True:
            done = not self._settings.in_use or await self._expire()
            await asyncio.sleep(_DAY if done else _SOON)

    def _meant(self, sent: FeedbackRequest) -> tuple[str, str | None, Remembered | None]:
        """Key and text that ``sent`` is about, and the verdict that it corrects."""
        if sent.text is not None:
            key = text_key(sent.text)
            return key, sent.text, self.recent.by_key(key)
        verdict = self.recent.by_id(sent.id or "")
        if verdict is None:
            raise _unknown_verdict()
        return verdict.key, verdict.text, verdict

    async def _expire(self) -> bool:
        before = datetime.now(UTC) - timedelta(days=self._settings.retention)

        def expire(engine: "Engine") -> int:
            from saring_serve.store.corrections import Store

            return Store(engine).expire(before)

        try:
            expired = await self._database.ask(expire)
        except Problem:
            return False  # logged already
        except Exception as error:
            logger.error("texts could not be deleted: %s", describe_failure(error))
            return False
        if expired:
            logger.info("deleted %d texts that were kept for %d days", expired, self._settings.retention)
        return True


def _counts(engine: "Engine") -> "Counts":
    from saring_serve.store.corrections import Store

    return Store(engine).counts()


def _unknown_verdict() -> Problem:
    return Problem(
        UNKNOWN_VERDICT,
        "No verdict with this id is remembered: the service keeps the latest in memory, until it restarts.",
        "Send the text in place of the id.",
        field="id",
    )


def _summary(counts: "Counts") -> FeedbackSummary:
    def agreement(category: str) -> Agreement:
        found = counts.decisions
        return Agreement.of(
            agreed=found[category, 1, "flag"] + found[category, 0, "clear"],
            disagreed=found[category, 1, "clear"] + found[category, 0, "flag"],
            undecided=found[category, 1, "review"] + found[category, 0, "review"],
        )

    categories = [
        CategoryFeedback(
            id=category,
            yes=counts.labels[category, 1],
            no=counts.labels[category, 0],
            agreement=agreement(category),
        )
        for category in taxonomy().ids
    ]
    parts = [category.agreement for category in categories]
    return FeedbackSummary(
        corrections=counts.corrections,
        texts=counts.texts,
        agreement=Agreement.of(
            agreed=sum(part.agreed for part in parts),
            disagreed=sum(part.disagreed for part in parts),
            undecided=sum(part.undecided for part in parts),
        ),
        categories=categories,
        waiting=WaitingTexts(
            ready=counts.waiting.ready,
            without_text=counts.waiting.without_text,
            conflicting=counts.waiting.conflicting,
        ),
    )
