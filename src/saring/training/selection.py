"""Active learning: which of many unlabelled texts to label next.

``uncertain`` takes texts that lie nearest to a flag threshold of the model, in any category;
``likely:<category>`` those most probable in one category, which is how a rare one is found;
``diverse`` those that together stand for all, whatever the model thinks.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from saring.classifier import Classifier
from saring.corpora.dataset import Dataset
from saring.corpora.decoding import decode
from saring.corpora.duplicates import resembles
from saring.corpora.keys import row_key
from saring.corpora.safety import violates_minor_safety
from saring.corpora.signatures import PERMUTATIONS, signatures
from saring.errors import InputError
from saring.taxonomy import taxonomy
from saring.text import normalise

_CHUNK = 2048
_FEATURES, _DIMENSIONS = 1 << 16, 64

Progress = Callable[[str, int, int], None]
Ranking = Callable[[list[str]], NDArray[np.int64]]
"""Positions of texts, the one most worth a label first."""


@dataclass(frozen=True)
class Selection:
    """The ``texts`` to label, decoded, best first, of ``read`` texts; ``suggested``: what the model flags.

    ``left_out`` counts by reason; texts that ranked too low to be looked at are in no count.
    """

    texts: list[str]
    suggested: list[list[str]]
    read: int
    left_out: Mapping[str, int]


def select(
    texts: Sequence[str],
    strategy: str,
    count: int,
    classifier: Classifier,
    known: Dataset,
    judged: Collection[str] = (),
    *,
    signature_cache: Path | None = None,
    on_progress: Progress = lambda step, done, total: None,
) -> Selection:
    """Choose up to ``count`` of ``texts`` by ``strategy``; deterministic.

    Left out are what ``known`` has or nearly repeats (``saring train --add`` would refuse a near-duplicate
    of its test), the row keys in ``judged``, near-duplicates of a text chosen already, and what breaks the
    minor-safety rule.

    Raises:
        InputError: there is no such strategy, or nothing is left to label.
    """
    rank = _ranking(strategy, count, classifier, on_progress)
    candidates, left_out = _candidates(texts, {*known.keys, *judged})
    keys = list(candidates)
    labelled = signatures(known.keys, known.texts, cache=signature_cache).minhashes
    taken = np.zeros((count, PERMUTATIONS), np.uint32)
    chosen: list[str] = []
    for position in rank(list(candidates.values())) if candidates else ():
        if len(chosen) == count:
            break
        key = keys[position]
        [minhash] = signatures([key], [candidates[key]]).minhashes
        if resembles(minhash, labelled):
            left_out["like a labelled text"] += 1
        elif resembles(minhash, taken[: len(chosen)]):
            left_out["like a chosen text"] += 1
        else:
            taken[len(chosen)] = minhash
            chosen.append(candidates[key])
    if not chosen:
        raise InputError(f"none of the {len(texts):,} texts is left to label: {in_words(left_out)}")
    flags = classifier.flags(classifier.score(chosen).probabilities)
    suggested = [
        [category for category, flag in zip(taxonomy().ids, row, strict=True) if flag] for row in flags
    ]
    return Selection(chosen, suggested, len(texts), left_out)


def in_words(left_out: Mapping[str, int]) -> str:
    """What was left out, in one line."""
    return ", ".join(f"{number:,} {reason}" for reason, number in left_out.items()) or "nothing"


def _candidates(texts: Sequence[str], labelled: Collection[str]) -> tuple[dict[str, str], Counter[str]]:
    """Texts by row key, and how many were left out by reason."""
    candidates: dict[str, str] = {}
    left_out: Counter[str] = Counter()
    for raw in texts:
        text = decode(raw)
        key = row_key(text)
        if not normalise(text).text:
            left_out["empty"] += 1
        elif violates_minor_safety(text):
            left_out["against the minor-safety rule"] += 1
        elif key in labelled or row_key(raw) in labelled:
            left_out["labelled already"] += 1
        elif key in candidates:
            left_out["repeated"] += 1
        else:
            candidates[key] = text
    return candidates, left_out


def _ranking(strategy: str, count: int, classifier: Classifier, on_progress: Progress) -> Ranking:
    def scored(rank: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> Ranking:
        return lambda texts: np.argsort(rank(_probabilities(texts, classifier, on_progress)), kind="stable")

    name, _, category = strategy.partition(":")
    if strategy == "uncertain":
        return scored(lambda probabilities: _distance(probabilities, classifier.manifest.thresholds.flag))
    if name == "likely" and category in taxonomy().ids:
        return scored(lambda probabilities: -probabilities[:, taxonomy().index(category)])
    if strategy == "diverse":
        return lambda texts: _diverse(texts, count)
    raise InputError(
        f"there is no strategy {strategy!r}: uncertain, diverse or likely:<category>, the category one of "
        f"{', '.join(taxonomy().ids)}"
    )


def _probabilities(
    texts: Sequence[str], classifier: Classifier, on_progress: Progress
) -> NDArray[np.float64]:
    parts = []
    for start in range(0, len(texts), _CHUNK):
        on_progress("scoring", start, len(texts))
        parts.append(classifier.score(texts[start : start + _CHUNK]).probabilities)
    on_progress("scoring", len(texts), len(texts))
    return np.concatenate(parts).astype(np.float64)


def _distance(probabilities: NDArray[np.float64], flag: Sequence[float]) -> NDArray[np.float64]:
    """How far each row of ``(n, C)`` is from the nearest flag threshold, in calibrated logits."""
    from scipy.special import logit

    distance: NDArray[np.float64] = np.abs(logit(probabilities) - logit(np.array(flag))).min(axis=1)
    return distance


def _diverse(texts: Sequence[str], count: int) -> NDArray[np.int64]:
    """Round by round the text nearest to each of ``count`` cluster centres, large clusters first.

    The clusters are of TF-IDF over letters, since the model's graph gives terms and logits and no
    representation of the text. Centres and not the farthest points: those are mostly noise.
    """
    from sklearn.cluster import KMeans
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.preprocessing import normalize

    if len(texts) <= count:
        return np.arange(len(texts))
    letters = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(3, 5), max_features=_FEATURES, sublinear_tf=True, dtype=np.float32
    )
    features = letters.fit_transform([normalise(text).text for text in texts])
    dimensions = max(1, min(_DIMENSIONS, *(side - 1 for side in features.shape)))
    vectors = normalize(TruncatedSVD(dimensions, random_state=0).fit_transform(features))
    clusters = KMeans(count, n_init=1, random_state=0).fit(vectors)
    own, sizes = clusters.labels_, np.bincount(clusters.labels_, minlength=count)
    distance = np.linalg.norm(vectors - clusters.cluster_centers_[own], axis=1)
    inward = np.lexsort((distance, own))
    rounds = np.empty(len(texts), np.int64)
    rounds[inward] = np.arange(len(texts)) - (np.cumsum(sizes) - sizes)[own[inward]]
    return np.lexsort((distance, -sizes[own], rounds))
