"""The latest verdicts, in memory, so that a correction can say what it corrects."""

from collections.abc import Sequence
from dataclasses import dataclass

from saring.artefact.manifest import Thresholds
from saring.corpora.keys import row_key
from saring.verdict import DECISIONS, Decision, ModelReference, Verdict

_VERDICTS = 10_000
_CHARACTERS = 4_000_000


def text_key(text: str) -> str:
    """The row key of ``text`` as ``saring train --add`` will read it: without the space around it."""
    return row_key(text.strip())


@dataclass(frozen=True, slots=True)
class Remembered:
    """A verdict, the thresholds that it was found by, and the key of its text.

    ``text`` is ``None`` unless texts may be stored.
    """

    id: str
    key: str
    model: ModelReference
    decisions: dict[str, Decision]
    probabilities: dict[str, float]
    thresholds: Thresholds
    text: str | None


class RecentVerdicts:
    """The last 10,000 verdicts, fewer where long texts are kept with them; nothing of it is written."""

    def __init__(self, *, texts: bool) -> None:
        self._texts = texts
        self._by_id: dict[str, Remembered] = {}
        self._id_by_key: dict[str, str] = {}
        self._characters = 0

    def remember(self, texts: Sequence[str], verdicts: Sequence[Verdict], thresholds: Thresholds) -> None:
        """Take the verdicts of ``texts``, and forget the oldest."""
        for text, verdict in zip(texts, verdicts, strict=True):
            self._forget(verdict.id)
            remembered = Remembered(
                id=verdict.id,
                key=text_key(text),
                model=verdict.model,
                decisions={category.id: category.decision for category in verdict.categories},
                probabilities={category.id: category.probability for category in verdict.categories},
                thresholds=thresholds,
                text=text if self._texts else None,
            )
            self._by_id[remembered.id] = remembered
            self._id_by_key[remembered.key] = remembered.id
            self._characters += len(remembered.text or "")
        while len(self._by_id) > _VERDICTS or self._characters > _CHARACTERS:
            self._forget(next(iter(self._by_id)))

    def by_id(self, id_: str) -> Remembered | None:
        """The verdict with this id."""
        return self._by_id.get(id_)

    def by_key(self, key: str) -> Remembered | None:
        """The last verdict of the text with this key."""
        return self._by_id.get(self._id_by_key.get(key, ""))

    def under_review(self) -> list[Remembered]:
        """The last verdict of each text that is remembered, where it was left to a person."""
        latest = map(self._by_id.__getitem__, self._id_by_key.values())
        return [
            one
            for one in latest
            if one.text is not None and max(one.decisions.values(), key=DECISIONS.index) == "review"
        ]

    def _forget(self, id_: str) -> None:
        forgotten = self._by_id.pop(id_, None)
        if forgotten is None:
            return
        self._characters -= len(forgotten.text or "")
        if self._id_by_key.get(forgotten.key) == id_:
            del self._id_by_key[forgotten.key]
