"""The one way to judge text: windows, batches, calibration, thresholds, evidence."""

import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from saring.artefact.manifest import Manifest, open_model
from saring.artefact.registry import production_model
from saring.backends import Backend, Window, WindowScore
from saring.backends.opening import open_backend
from saring.batching import batches
from saring.errors import InputError
from saring.evidence import Words, stretches, words_of
from saring.taxonomy import taxonomy
from saring.text import NormalisedText, normalise
from saring.verdict import DECISIONS, CategoryVerdict, Evidence, ModelReference, Read, Verdict

TOKEN_BUDGET = 384
"""Tokens of a batch, padding counted: the fastest of 128 to 2,048 (docs/performance.md)."""

DIGITS = 6


@dataclass(frozen=True, slots=True)
class ScoredTexts:
    """Scores of n texts, without evidence.

    ``probabilities`` and ``logits`` have shape ``(n, categories)``, ``windows`` ``(n,)``. A logit is
    the raw one, before calibration: the largest over the text's windows. A text in which there is
    nothing to read has 0 windows and ``nan`` scores.
    """

    probabilities: NDArray[np.float32]
    logits: NDArray[np.float32]
    windows: NDArray[np.int32]


class Classifier:
    """A model and its decision rule. Calls from several threads are safe.

    >>> Classifier.open().classify("Selamat pagi, Bandung!").flagged
    False
    """

    def __init__(self, manifest: Manifest, backend: Backend, token_budget: int = TOKEN_BUDGET) -> None:
        self.manifest = manifest
        self._backend = backend
        self._token_budget = token_budget
        self._pool = ThreadPoolExecutor(backend.threads, "saring")
        self._flag = np.array(manifest.thresholds.flag)
        self._review = np.array(manifest.thresholds.review)

    @classmethod
    def open(cls, path: Path | None = None) -> Self:
        """Open the model in the folder ``path``, by default the one in production.

        Raises:
            ArtefactError: there is no such model, or it cannot be trusted.
            MissingExtraError: it needs a package that is not installed.
        """
        folder = production_model() if path is None else path
        manifest = open_model(folder)
        return cls(manifest, open_backend(folder, manifest))

    def classify(self, text: str) -> Verdict:
        """Judge one text.

        Raises:
            InputError: there is nothing in it to read.
        """
        return self.classify_many([text])[0]

    def classify_many(self, texts: Sequence[str]) -> list[Verdict]:
        """Judge texts, in order; faster than one by one.

        Raises:
            InputError: there is nothing to read in one of them.
        """
        normalised = [normalise(text, self.manifest.text_rules) for text in texts]
        for position, text in enumerate(normalised):
            if not text.text:
                which = "the text" if len(texts) == 1 else f"text {position + 1} of {len(texts)}"
                raise InputError(f"{which} is empty: give at least one visible character")
        windows = self._backend.windows([text.text for text in normalised])
        scores = self._score([window for each in windows for window in each])
        verdicts, start = [], 0
        for text, own in zip(normalised, windows, strict=True):
            verdicts.append(self._verdict(text, own, scores[start : start + len(own)]))
            start += len(own)
        return verdicts

    def score(self, texts: Sequence[str]) -> ScoredTexts:
        """Score texts in bulk, without evidence."""
        return self.score_normalised([normalise(text, self.manifest.text_rules).text for text in texts])

    def score_normalised(self, normalised: Sequence[str]) -> ScoredTexts:
        """Score texts that ``normalise`` has read already, by the model's text rules."""
        readable = [position for position, text in enumerate(normalised) if text]
        windows = self._backend.windows([normalised[position] for position in readable])
        counts = np.zeros(len(normalised), np.int32)
        counts[readable] = [len(each) for each in windows]
        flat = [window for each in windows for window in each]
        window_logits = np.zeros((len(flat), len(self.manifest.categories)), np.float32)
        for batch, scores in self._scores(flat):
            window_logits[batch] = [score.logits for score in scores]
        logits = np.full((len(normalised), len(self.manifest.categories)), np.nan, np.float32)
        if readable:
            starts = np.cumsum(counts[readable]) - counts[readable]
            logits[readable] = np.maximum.reduceat(window_logits, starts, axis=0)
        return ScoredTexts(self.manifest.calibration.probabilities(logits), logits, counts)

    def flags(self, probabilities: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Which probabilities, of shape ``(..., categories)``, reach their category's threshold."""
        return rounded(probabilities) >= self._flag

    def decisions(self, probabilities: NDArray[np.float32]) -> NDArray[np.int64]:
        """Where in ``DECISIONS`` each of ``probabilities``, of shape ``(..., categories)``, stands.

        What is not a number is clear; the largest over the categories is the text's.
        """
        return np.where(self.flags(probabilities), 2, rounded(probabilities) >= self._review)

    def _score(self, windows: Sequence[Window]) -> list[WindowScore]:
        found: dict[int, WindowScore] = {}
        for batch, scores in self._scores(windows):
            found.update(zip(batch.tolist(), scores, strict=True))
        return [found[at] for at in range(len(windows))]

    def _scores(self, windows: Sequence[Window]) -> Iterator[tuple[NDArray[np.int64], list[WindowScore]]]:
        """Batches of positions in ``windows`` and their scores, in an order that ``windows`` alone decide."""
        lengths = [len(window.ids) or len(window.text) for window in windows]
        found = list(batches(lengths, self._token_budget))
        alone = len(found) == 1 or self._backend.threads == 1
        for_each = map if alone else self._pool.map
        yield from zip(
            found,
            for_each(lambda batch: self._backend.score([windows[at] for at in batch]), found),
            strict=True,
        )

    def _verdict(
        self, text: NormalisedText, windows: Sequence[Window], scores: Sequence[WindowScore]
    ) -> Verdict:
        logits = np.stack([score.logits for score in scores])
        strongest = logits.argmax(axis=0)
        calibrated = self.manifest.calibration.probabilities(logits.max(axis=0))
        probabilities, levels = rounded(calibrated), self.decisions(calibrated)
        words: dict[int, Words] = {}

        def evidence(category: int) -> tuple[Evidence, ...]:
            at = int(strongest[category])
            if at not in words:
                words[at] = words_of(text.text, windows[at].spans, scores[at].contributions)
            return stretches(text, words[at], category)

        categories = tuple(
            CategoryVerdict(
                id=category.id,
                name=category.name.id,
                probability=float(probabilities[at]),
                threshold=self.manifest.thresholds.flag[at],
                flagged=DECISIONS[levels[at]] == "flag",
                decision=DECISIONS[levels[at]],
                guideline=category.guideline,
                evidence=evidence(at) if levels[at] else (),
            )
            for at, category in enumerate(taxonomy().categories)
        )
        characters = len(text.original)
        return Verdict(
            id=uuid.uuid4().hex,
            model=ModelReference(self.manifest.name, self.manifest.version),
            flagged=DECISIONS[levels.max()] == "flag",
            decision=DECISIONS[levels.max()],
            categories=categories,
            read=Read(characters, characters, len(windows)),
        )


def rounded(probabilities: NDArray[np.float32]) -> NDArray[np.float64]:
    """Probabilities as they are shown and judged, so that no reader sees one that contradicts its flag."""
    return np.asarray(probabilities, np.float64).round(DIGITS)
