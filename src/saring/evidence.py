"""Which words of a text carry a category: from a model's terms to stretches of the original."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from saring.text import NormalisedText
from saring.verdict import Evidence

SHARE = 0.8
MOST_WORDS = 8

_WORD = re.compile(r"@user|\w+|[^\w\s]+")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a normalised text that a window read, and what each adds to every logit.

    ``spans`` has shape ``(words, 2)``, in the normalised text; ``terms`` ``(words, categories)``.
    """

    spans: NDArray[np.int32]
    terms: NDArray[np.float32]


def words_of(text: str, spans: NDArray[np.int32], contributions: NDArray[np.float32]) -> Words:
    """Sum the contributions of a window's units by word.

    ``text`` is the whole normalised text; ``spans`` ``(units, 2)`` say where the units stand in it.
    A unit that lies over several words counts for each by the characters it has there; units that
    stand for no text count for none.
    """
    standing = spans[:, 1] > spans[:, 0]
    spans, contributions = spans[standing], contributions[standing]
    if not len(spans):
        return Words(np.zeros((0, 2), np.int32), np.zeros((0, contributions.shape[1]), np.float32))
    begin, end = int(spans[:, 0].min()), int(spans[:, 1].max())
    words = np.array([match.span() for match in _WORD.finditer(text, begin, end)], np.int32).reshape(-1, 2)
    overlap = np.minimum(words[:, None, 1], spans[None, :, 1]) - np.maximum(
        words[:, None, 0], spans[None, :, 0]
    )
    overlap = np.maximum(overlap, 0).astype(np.float32)
    shares = overlap / np.maximum(overlap.sum(axis=0, keepdims=True), 1)
    return Words(words, shares @ contributions)


def stretches(text: NormalisedText, words: Words, category: int) -> tuple[Evidence, ...]:
    """The stretches of the original that carry ``category``, by position.

    They are made of the words with the largest positive terms, until they hold ``SHARE`` of all
    that is positive or are ``MOST_WORDS``; neighbours are joined.
    """
    terms = words.terms[:, category]
    found: list[tuple[int, int, float]] = []
    previous = -2
    for word in _strongest(terms):
        begin, end = (int(edge) for edge in words.spans[word])
        if word == previous + 1:
            begin, weight = found[-1][0], found[-1][2] + float(terms[word])
            found[-1] = (begin, end, weight)
        else:
            found.append((begin, end, float(terms[word])))
        previous = word
    return _in_original(text, found)


def _strongest(terms: NDArray[np.float32]) -> list[int]:
    """Positions of the words to show, ascending."""
    order = np.argsort(-terms, kind="stable")[:MOST_WORDS]
    order = order[terms[order] > 0]
    held = np.cumsum(terms[order])
    enough = int(np.searchsorted(held, SHARE * float(terms[terms > 0].sum()))) + 1
    return sorted(int(word) for word in order[:enough])


def _in_original(text: NormalisedText, found: Sequence[tuple[int, int, float]]) -> tuple[Evidence, ...]:
    """Map to the original and join what came from the same characters, such as one link."""
    mapped: list[tuple[int, int, float]] = []
    for begin, end, weight in found:
        begin, end = text.origin(begin, end)
        if mapped and begin < mapped[-1][1]:
            first, last, sum_ = mapped[-1]
            mapped[-1] = (min(first, begin), max(last, end), sum_ + weight)
        else:
            mapped.append((begin, end, weight))
    return tuple(
        Evidence(begin, end, text.original[begin:end], round(weight, 4)) for begin, end, weight in mapped
    )
