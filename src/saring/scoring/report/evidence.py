"""The words that carry each category, from a sample of flagged texts."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from saring.classifier import Classifier
from saring.scoring.report.masking import mask
from saring.scoring.report.sketches import Sample

WORDS = 12
USUAL = 0.02
FEW_TEXTS = 10
"""Of more sampled texts than these, a word must stand in two: what one person wrote is nobody's pattern."""
_AT_ONCE = 32
_WORD = re.compile(r"[^\W_]{2,30}")


def usual_words(clear: Sequence[str]) -> frozenset[str]:
    """Words that stand in more than ``USUAL`` of ``clear`` texts, which say nothing of a category."""
    found = Counter(word for text in clear for word in _words_of(text))
    return frozenset(word for word, count in found.items() if count > max(1, USUAL * len(clear)))


def evidence_words(
    classifier: Classifier, samples: Mapping[str, Sample[str]], usual: frozenset[str]
) -> dict[str, Any]:
    """Per category the words of greatest weight in its sample, and in how many of the texts they stand.

    A stretch of evidence shares its weight among its words. ``usual`` words are left out, and those that
    ``mask`` takes away.
    """
    return {
        category: _words(classifier, category, sample, usual)
        for category, sample in samples.items()
        if sample.items()
    }


def _words(
    classifier: Classifier, category: str, sample: Sample[str], usual: frozenset[str]
) -> dict[str, Any]:
    texts = sorted(sample.items().values(), key=lambda text: (len(text), text))
    weights: defaultdict[str, float] = defaultdict(float)
    found = Counter[str]()
    for start in range(0, len(texts), _AT_ONCE):
        some = texts[start : start + _AT_ONCE]
        for text, verdict in zip(some, classifier.classify_many(some), strict=True):
            evidence = next(each.evidence for each in verdict.categories if each.id == category)
            told = _words_of(text) - usual
            own: defaultdict[str, float] = defaultdict(float)
            for stretch in evidence:
                words = _WORD.findall(mask(stretch.text).lower())
                for word in words:
                    own[word] += stretch.weight / len(words)
            for word in sorted(told & own.keys()):
                weights[word] += own[word]
                found[word] += 1
    least = 1 if len(texts) <= FEW_TEXTS else 2
    shown = [item for item in weights.items() if found[item[0]] >= least]
    return {
        "texts": len(texts),
        "whole": sample.whole,
        "words": [
            {"word": word, "texts": found[word], "weight": round(weight, 2)}
            for word, weight in sorted(shown, key=lambda item: (-item[1], item[0]))[:WORDS]
        ],
    }


def _words_of(text: str) -> set[str]:
    """The words of a text that may be shown."""
    return {word for word in _WORD.findall(mask(text).lower()) if not word.isdigit()}
