"""Training texts rewritten: promotions under other names, words with slips and in chat spelling.

Brands live for weeks, and the promotion around them stays: a post under a made-up name teaches the
promotion. Slips of the finger are what the text rules cannot mend.
"""

import re
import unicodedata
from dataclasses import replace

import numpy as np

from saring.corpora.dataset import Dataset
from saring.evaluation.perturbations import perturbations
from saring.taxonomy import taxonomy
from saring.training.recipe import AugmentationRecipe

_ORDINARY = frozenset(
    "maxwin mexwin mekswin maxxwin freebet frebet sbobet freespin buyspin terjitu nyelot "
    "ngebet menyabet merembet serbet belibet bundesliga darwin winwin covid19".split()
)
_BRAND = re.compile(
    r"(?<![a-z0-9])(?:[a-z]{3,}(?:\d{2,4}|4d)|[a-z]{2,}(?:toto|togel|slot|spin|bet|win|jitu|liga|gaming))"
    r"(?![a-z0-9])",
    re.IGNORECASE,
)
_CONSONANTS, _VOWELS = "bcdgjklmnprstw", "aeiou"
_ENDINGS = "77 88 99 69 55 123 138 168 303 328 4d toto togel bet win slot spin jitu".split()

_REWRITINGS = {"typos", "colloquial", "formal", "leet"}


def brands(text: str) -> list[str]:
    """The words of ``text`` that look like names of gambling sites, lower case, in order.

    They look like it: letters and two to four digits, or letters and ``4d``, ``toto``, ``bet`` and the like.
    """
    plain = unicodedata.normalize("NFKC", text)
    return [name for match in _BRAND.finditer(plain) if (name := match[0].lower()) not in _ORDINARY]


def vary_brands(text: str, rng: np.random.Generator) -> str:
    """``text`` with a made-up name for each brand in it, the same for the same; otherwise as it was."""
    if not brands(text):
        return text
    renamed: dict[str, str] = {}

    def rename(match: re.Match[str]) -> str:
        name = match[0].lower()
        if name in _ORDINARY:
            return match[0]
        new = renamed.setdefault(name, _made_up(rng))
        return new.upper() if match[0].isupper() else new.capitalize() if match[0][0].isupper() else new

    return _BRAND.sub(rename, unicodedata.normalize("NFKC", text))


def augment(data: Dataset, recipe: AugmentationRecipe, seed: int) -> Dataset:
    """``data`` with a share of its texts rewritten; labels and all else stay."""
    rng = np.random.default_rng(seed)
    gambling = data.labels[:, taxonomy().index("perjudian")] >= 0.5
    rewrites = [one for one in perturbations() if one.name in _REWRITINGS]
    texts = []
    for text, promotes, renamed, rewritten in zip(
        data.texts, gambling, rng.random(len(data)), rng.random(len(data)), strict=True
    ):
        if promotes and renamed < recipe.renamed_brands:
            text = vary_brands(text, rng)
        if rewritten < recipe.rewritten:
            text = rewrites[rng.integers(len(rewrites))](text, seed)
        texts.append(text)
    return replace(data, texts=texts)


def _made_up(rng: np.random.Generator) -> str:
    syllables = [
        _CONSONANTS[rng.integers(len(_CONSONANTS))] + _VOWELS[rng.integers(len(_VOWELS))]
        for _ in range(rng.integers(2, 4))
    ]
    return "".join(syllables) + "n" * int(rng.integers(2)) + _ENDINGS[rng.integers(len(_ENDINGS))]
