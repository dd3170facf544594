"""Gambling posts under other names and in other letters, so that no name and no alphabet is learnt.

Brands live for weeks, and the promotion around them stays. A post that is drawn again for each epoch
under a made-up name teaches the promotion.
"""

import re
import unicodedata
from collections.abc import Callable

import numpy as np

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

_SMALL_CAPITALS = str.maketrans("abcdeghijklmnoprstuvw", "ᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡ")
_COMBINED = "\u0332\u0336\u033d\u035f\u20e3"  # low line, stroke, x above, double macron below, keycap


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


def style_unicode(text: str, rng: np.random.Generator) -> str:
    """``text`` with its brands, or where there is none one word, in letters that hide them.

    Only styles that `saring.text.normalise` leaves as they are: mathematical, full-width and plain
    circled letters are folded there, so a model never sees them.
    """
    plain = unicodedata.normalize("NFKC", text)
    words = [match.span() for match in _BRAND.finditer(plain) if match[0].lower() not in _ORDINARY]
    if not words:
        words = [match.span() for match in re.finditer(r"[A-Za-z]{4,}", plain)]
        words = [words[rng.integers(len(words))]] if words else []
    style = _STYLES[rng.integers(len(_STYLES))]
    for start, end in reversed(words):
        plain = plain[:start] + style(plain[start:end], rng) + plain[end:]
    return plain if words else text


def _made_up(rng: np.random.Generator) -> str:
    syllables = [
        _CONSONANTS[rng.integers(len(_CONSONANTS))] + _VOWELS[rng.integers(len(_VOWELS))]
        for _ in range(rng.integers(2, 4))
    ]
    return "".join(syllables) + "n" * int(rng.integers(2)) + _ENDINGS[rng.integers(len(_ENDINGS))]


def _capitals_from(first: int) -> Callable[[str, np.random.Generator], str]:
    """The style that writes the letters as the 26 characters from ``first``."""
    letters = {ord("A") + place: chr(first + place) for place in range(26)}
    return lambda word, _: word.upper().translate(letters)


def _small_capitals(word: str, _: np.random.Generator) -> str:
    return word.lower().translate(_SMALL_CAPITALS)


def _combined(word: str, rng: np.random.Generator) -> str:
    return "".join(letter + _COMBINED[rng.integers(len(_COMBINED))] for letter in word)


def _spaced(word: str, _: np.random.Generator) -> str:
    return " ".join(word)


_STYLES: tuple[Callable[[str, np.random.Generator], str], ...] = (
    _capitals_from(0x1F170),  # negative squared
    _capitals_from(0x1F150),  # negative circled
    _small_capitals,
    _combined,
    _spaced,
)
