"""Scoring in parts that are kept: what was killed goes on where it was, and ends the same.

A part's scores depend on its own texts and the model alone, not on what was scored before it or when:
int8 activations are scaled by batch, so a batch must be the same whenever it is run.
"""

import json
import os
import shutil
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from saring import __version__
from saring.classifier import TOKEN_BUDGET, Classifier
from saring.text import normalise

CHUNK = 2048
"""Texts whose tokens are in memory together."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Probabilities of n texts, shape ``(n, categories)``, ``nan`` where there is nothing to read.

    ``distinct`` of the texts were scored; the others were, once normalised, the same as one of them.
    """

    probabilities: NDArray[np.float32]
    distinct: int


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

    def __init__(self, folder: Path, classifier: Classifier) -> None:
        self._folder = folder
        self._classifier = classifier
        rules = [__version__, CHUNK, TOKEN_BUDGET, asdict(classifier.manifest)]
        self._model = json.dumps(rules, sort_keys=True).encode()

    def score(self, texts: Sequence[str], progress: Callable[[float], None]) -> Scored:
        """The scores of a part: those that are kept, else new ones, which are kept before this returns."""
        path = self._folder / f"{self._digest(texts)}.npz"
        kept = _kept(path)
        if kept is None:
            kept = score_part(texts, self._classifier, progress)
            _keep(path, kept)
        progress(1.0)
        return kept

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
