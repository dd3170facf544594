"""Ordinary sentences that nothing may be flagged in: life as it is written every day."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from saring.errors import EvaluationError
from saring.evaluation.frozen import Scorer, probabilities_of
from saring.taxonomy import taxonomy

_CHECKOUT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True)
class OrdinarySentence:
    """A sentence of our own and the topic it stands for."""

    text: str
    topic: str


def load_ordinary(path: Path | None = None) -> list[OrdinarySentence]:
    """Read the sentences, by default ``data/checks/ordinary.tsv`` of the checkout.

    Lines are ``text<TAB>topic``; empty lines and lines that start with ``#`` are left out.

    Raises:
        EvaluationError: the file is not there, or a line (named) is not of that form.
    """
    path = path or _CHECKOUT / "data" / "checks" / "ordinary.tsv"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise EvaluationError(
            f"no ordinary sentences at {path}; they are in data/checks of a checkout"
        ) from None
    sentences = []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        text, tab, topic = line.partition("\t")
        if not tab or not text.strip() or not topic.strip():
            raise EvaluationError(f"{path}:{number}: expected a sentence, a tab and a topic")
        sentences.append(OrdinarySentence(text, topic.strip()))
    return sentences


def check_ordinary(
    model: Scorer, sentences: list[OrdinarySentence], thresholds: NDArray[np.float32]
) -> dict[str, Any]:
    """Which of ``sentences`` are flagged: ``{sentences, flagged, share, alarms: [...]}``."""
    if not sentences:
        return {"sentences": 0, "flagged": 0, "share": None, "alarms": []}
    flagged = probabilities_of(model, [sentence.text for sentence in sentences]) >= thresholds
    alarms = [
        {
            "text": sentence.text,
            "topic": sentence.topic,
            "categories": [category for category, yes in zip(taxonomy().ids, row, strict=True) if yes],
        }
        for sentence, row in zip(sentences, flagged, strict=True)
        if row.any()
    ]
    return {
        "sentences": len(sentences),
        "flagged": len(alarms),
        "share": len(alarms) / len(sentences),
        "alarms": alarms,
    }
