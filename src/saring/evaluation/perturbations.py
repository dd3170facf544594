"""What writers do to words, to slip past a filter or out of habit, done to a text by a seed.

Pure functions: the same perturbation, seed and text give the same text. Links, handles and masks stay
as they are; every other word of enough letters is touched with the perturbation's probability.
"""

import re
import string
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from random import Random

# First what is left alone, then a run of letters: a word.
_PIECE = re.compile(
    r"(?P<kept>(?:https?://|www\.|@)\S+|<\w+>|\b(?:USER|URL|user|httpurl|RT)\b)|(?P<word>[^\W\d_]+)"
)
_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_LATIN = string.ascii_uppercase + string.ascii_lowercase
# Where that order starts in styles without gaps: bold, bold script, bold fraktur, sans, sans bold, monospace.
_ALPHABETS = (0x1D400, 0x1D4D0, 0x1D56C, 0x1D5A0, 0x1D5D4, 0x1D670)
_KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")

Rewrite = Callable[[str, Random], str]


@dataclass(frozen=True)
class Perturbation:
    """A way to rewrite words: each of ``letters`` letters or more with probability ``share``.

    ``rewrite`` may give a word back as it was; such a word was not touched.
    """

    name: str
    share: float
    rewrite: Rewrite
    letters: int = 3

    def __call__(self, text: str, seed: int = 0) -> str:
        """``text`` rewritten."""
        return self.apply(text, seed)[0]

    def apply(self, text: str, seed: int = 0) -> tuple[str, int, int]:
        """The text rewritten, how many of its words were touched, and how many it has."""
        random = Random(f"{seed} {self.name} {text}")
        touched = words = 0

        def change(piece: re.Match[str]) -> str:
            nonlocal touched, words
            word = piece["word"]
            if word is None:
                return piece[0]
            words += 1
            if len(word) < self.letters or random.random() >= self.share:
                return word
            new = self.rewrite(word, random)
            touched += new != word
            return new

        return _PIECE.sub(change, text), touched, words


@cache
def perturbations() -> tuple[Perturbation, ...]:
    """All of them; ``share`` is high where an evader styles a whole text, lower where words are hit."""
    raw = tomllib.loads(files("saring.evaluation").joinpath("perturbations.toml").read_text(encoding="utf-8"))
    colloquial = raw["colloquial"]
    formal = {short: (long,) for long, shorts in colloquial.items() for short in shorts}
    return (
        Perturbation("leet", 0.5, partial(_substitute, raw["leet"])),
        Perturbation("spaced_letters", 0.25, _space),
        Perturbation("stretched_letters", 0.5, _stretch),
        Perturbation("look_alikes", 1.0, partial(_substitute, raw["look_alikes"]), letters=1),
        Perturbation("zero_width", 1.0, _split_invisibly, letters=2),
        Perturbation("mathematical_alphabets", 1.0, _style, letters=1),
        Perturbation("case", 1.0, _mix_case, letters=1),
        Perturbation("typos", 0.25, _mistype, letters=4),
        Perturbation("colloquial", 1.0, partial(_swap, colloquial), letters=1),
        Perturbation("formal", 1.0, partial(_swap, formal), letters=1),
    )


def _substitute(letters: Mapping[str, str], word: str, random: Random) -> str:
    return "".join(random.choice(letters.get(one) or letters.get(one.lower(), one)) for one in word)


def _space(word: str, random: Random) -> str:
    return random.choice(" .-").join(word)


def _stretch(word: str, random: Random) -> str:
    vowels = [at for at, letter in enumerate(word) if letter.lower() in "aeiou"]
    at = random.choice(vowels or [len(word) - 1])
    return word[:at] + word[at] * random.randint(3, 6) + word[at + 1 :]


def _split_invisibly(word: str, random: Random) -> str:
    at = random.randrange(1, len(word))
    return word[:at] + random.choice(_ZERO_WIDTH) + word[at:]


def _style(word: str, random: Random) -> str:
    start = random.choice(_ALPHABETS)
    return "".join(chr(start + _LATIN.index(one)) if one in _LATIN else one for one in word)


def _mix_case(word: str, random: Random) -> str:
    return "".join(random.choice((letter.lower(), letter.upper())) for letter in word)


def _mistype(word: str, random: Random) -> str:
    """One slip: a neighbouring key, two letters swapped, or a letter left out; never the first letter."""
    at = random.randrange(1, len(word) - 1)
    slip = random.choice(("neighbour", "swap", "drop"))
    if slip == "swap":
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    near = _neighbours(word[at].lower()) if slip == "neighbour" else ""
    return word[:at] + (random.choice(near) if near else "") + word[at + 1 :]


@cache
def _neighbours(letter: str) -> str:
    """Keys that touch the letter's on a QWERTY keyboard, whose rows are shifted by half a key."""
    places = {key: (row, at + row / 2) for row, keys in enumerate(_KEYBOARD) for at, key in enumerate(keys)}
    if letter not in places:
        return ""
    row, at = places[letter]
    return "".join(
        key for key, (r, a) in places.items() if key != letter and abs(r - row) <= 1 and abs(a - at) <= 1
    )


def _swap(words: Mapping[str, Sequence[str]], word: str, random: Random) -> str:
    others = words.get(word.lower())
    return random.choice(others) if others else word
