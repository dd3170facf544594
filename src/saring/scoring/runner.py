"""Scoring in parts that are kept: what was killed goes on where it was, and ends the same.

A part's scores depend on its own texts and the model alone, not on what was scored before it or when:
int8 activations are scaled by batch, so a batch must be the same whenever it is run.
"""

import json
import os
import shutil
import zipfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from saring import __version__
from saring.artefact.manifest import Manifest
from saring.classifier import TOKEN_BUDGET, Classifier
from saring.text import normalise

CHUNK = 2048
"""Texts whose tokens are in memory together."""

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Scored:
    """Probabilities of n texts, shape ``(n, categories)``, ``nan`` where there is nothing to read.

    ``distinct`` of the texts were scored; the others were, once normalised, the same as one of them.
    """

    probabilities: NDArray[np.float32]
    distinct: int


Pending = Callable[[Callable[[float], None]], Scored]
"""Waits for the scores of a part; is told what to tell the share that is done."""


class Engine(Protocol):
    """Where parts are scored. However they are, their scores are those of ``score_part``."""

    def at_once(self) -> int:
        """How many parts it is worth to have started before the first of them is waited for; at least 1."""

    def start(self, texts: Sequence[str]) -> Pending:
        """Begin to score a part."""


class ThisProcess:
    """Scores a part when it is waited for, with a classifier that is open here."""

    def __init__(self, classifier: Classifier) -> None:
        self._classifier = classifier

    def at_once(self) -> int:
        """One: nothing is done before it is waited for."""
        return 1

    def start(self, texts: Sequence[str]) -> Pending:
        """Remember what is to be scored."""
        return partial(score_part, texts, self._classifier)


def score_part(
    texts: Sequence[str], classifier: Classifier, progress: Callable[[float], None] = lambda share: None
) -> Scored:
    """Score ``texts`` as one part, each distinct one once; ``progress`` is told the share that is done."""
    rules = classifier.manifest.text_rules
    normalised = [normalise(text, rules).text for text in texts]
    distinct = sorted({text for text in normalised if text}, key=lambda text: (len(text), text))
    place = {text: at for at, text in enumerate(distinct)}
    found = np.full((len(distinct) + 1, len(classifier.manifest.categories)), np.nan, np.float32)
    for start in range(0, len(distinct), CHUNK):
        chunk = distinct[start : start + CHUNK]
        found[start : start + len(chunk)] = classifier.score_normalised(chunk).probabilities
        progress((start + len(chunk)) / len(distinct))
    return Scored(found[[place.get(text, -1) for text in normalised]], len(distinct))


class Parts:
    """Scores parts and keeps the scores in ``folder``, by a digest of the part's texts and the model."""

    def __init__(self, folder: Path, manifest: Manifest, engine: Engine) -> None:
        self._folder = folder
        self._engine = engine
        rules = [__version__, CHUNK, TOKEN_BUDGET, asdict(manifest)]
        self._model = json.dumps(rules, sort_keys=True).encode()

    def score(
        self, parts: Iterable[tuple[Part, Sequence[str]]], progress: Callable[[int], None]
    ) -> Iterator[tuple[Part, Sequence[str], Scored]]:
        """Each part with its texts and their scores, in order; ``progress`` is told how many texts are done.

        As many parts are held as the engine scores at once. Scores are kept before they are yielded.
        """
        started: deque[tuple[Part, Sequence[str], Pending]] = deque()
        done = 0

        def first() -> tuple[Part, Sequence[str], Scored]:
            nonlocal done
            part, texts, pending = started.popleft()
            scored = pending(lambda share: progress(done + round(share * len(texts))))
            done += len(texts)
            progress(done)
            return part, texts, scored

        for part, texts in parts:
            started.append((part, texts, self._start(texts)))
            if len(started) >= self._engine.at_once():
                yield first()
        while started:
            yield first()

    def _start(self, texts: Sequence[str]) -> Pending:
        path = self._folder / f"{self._digest(texts)}.npz"
        kept = _kept(path)
        if kept is not None:
            return lambda progress: kept
        pending = self._engine.start(texts)

        def finish(progress: Callable[[float], None]) -> Scored:
            scored = pending(progress)
            _keep(path, scored)
            return scored

        return finish

    def clear(self) -> None:
        """Remove what is kept."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _digest(self, texts: Sequence[str]) -> str:
        digest = blake2b(self._model, digest_size=16)
        for text in texts:
            encoded = text.encode("utf-8", "surrogatepass")
            digest.update(len(encoded).to_bytes(8, "little") + encoded)
        return digest.hexdigest()


def _kept(path: Path) -> Scored | None:
    try:
        with np.load(path) as stored:
            return Scored(stored["probabilities"], int(stored["distinct"]))
    except (FileNotFoundError, ValueError, EOFError, zipfile.BadZipFile):
        return None  # not there, or damaged by a disk that lost its power


def _keep(path: Path, scored: Scored) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.part")
    with partial.open("wb") as file:
        np.savez(file, probabilities=scored.probabilities, distinct=scored.distinct)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
