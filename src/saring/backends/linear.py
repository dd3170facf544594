"""The baseline: TF-IDF and a logistic regression per category, with exact terms for every word."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from saring.backends import Window, WindowScore
from saring.backends.opening import ModelDescription
from saring.errors import ArtefactError

_UNIT = re.compile(r"\w+|[^\w\s]+")
_TRUSTED_PREFIXES = ("sklearn.", "scipy.", "numpy.")


def units(text: str) -> list[re.Match[str]]:
    """The words and runs of signs of a normalised text: what the features are made of."""
    return list(_UNIT.finditer(text))


def spaced(text: str, *, stemmed: bool = False) -> str:
    """``text`` with a space between units, so that every character n-gram lies within one unit."""
    words = [unit[0] for unit in units(text)]
    return " ".join(stems(words) if stemmed else words)


def stems(words: Sequence[str]) -> list[str]:
    """The Sastrawi stem of each word; a sign is its own stem."""
    return [_stem(word) for word in words]


@cache
def _stemmer() -> Any:
    from Sastrawi.Stemmer.StemmerFactory import StemmerFactory

    return StemmerFactory().create_stemmer()


@lru_cache(maxsize=1 << 17)
def _stem(word: str) -> str:
    return _stemmer().stem(word) or word


class LinearBackend:
    """Scores whole texts; a unit is a word or a run of signs."""

    threads = 1  # Python itself is what takes the time

    def __init__(self, folder: Path, model: ModelDescription) -> None:
        """Open ``model.skops`` in ``folder``; only scikit-learn's own types are trusted.

        Raises:
            ArtefactError: the file holds other types, or other categories than ``model``.
        """
        from skops.io import get_untrusted_types, load

        path = folder / "model.skops"
        types = get_untrusted_types(file=path)
        if foreign := [name for name in types if not name.startswith(_TRUSTED_PREFIXES)]:
            raise ArtefactError(f"{path} holds types that a linear model never needs: {', '.join(foreign)}")
        state = load(path, trusted=types)
        self._views: list[Any] = state["views"]
        self._stemmed: list[bool] = state["stemmed"]
        self._weights: NDArray[np.float32] = state["weights"]
        self._biases: NDArray[np.float32] = state["biases"]
        if len(self._biases) != len(model.categories):
            raise ArtefactError(f"{path} scores {len(self._biases)} categories, not {len(model.categories)}")

    def windows(self, texts: Sequence[str]) -> list[list[Window]]:
        """One window a text: a bag of words has no length limit."""
        none = np.empty(0, dtype=np.int64)
        return [
            [Window(text, none, np.array([unit.span() for unit in units(text)], np.int32).reshape(-1, 2))]
            for text in texts
        ]

    def score(self, windows: Sequence[Window]) -> list[WindowScore]:
        """Each logit is its units' terms and a bias: see ``_contributions``."""
        scores = []
        for window in windows:
            contributions = self._contributions(window.text)
            logits = contributions.sum(axis=0) + self._biases
            scores.append(WindowScore(logits.astype(np.float32), contributions.astype(np.float32)))
        return scores

    def _contributions(self, text: str) -> NDArray[np.float64]:
        """Share every feature's term equally among its occurrences, and those among their units."""
        plain = [unit[0] for unit in units(text)]
        out = np.zeros((len(plain), self._weights.shape[1]))
        offset = 0
        for view, stemmed in zip(self._views, self._stemmed, strict=True):
            words = stems(plain) if stemmed else plain
            row = view.transform([" ".join(words)])
            values = dict(zip(row.indices.tolist(), row.data.tolist(), strict=True))
            places: dict[int, list[int]] = {}
            for position, gram in _grams(view, words):
                feature = view.vocabulary_.get(gram)
                if feature is not None:
                    places.setdefault(feature, []).append(position)
            for feature, positions in places.items():
                term = values[feature] * self._weights[offset + feature] / len(positions)
                np.add.at(out, positions, term)
            offset += len(view.vocabulary_)
        return out


def _grams(view: Any, words: Sequence[str]) -> list[tuple[int, str]]:
    if view.analyzer == "char_wb":
        analyse = view.build_analyzer()
        return [(position, gram) for position, word in enumerate(words) for gram in analyse(word)]
    least, most = view.ngram_range
    return [
        (start + inside, " ".join(words[start : start + size]))
        for size in range(least, most + 1)
        for start in range(len(words) - size + 1)
        for inside in range(size)
    ]
