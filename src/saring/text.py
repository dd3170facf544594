"""Text as the tokenizer expects it, with a map back to the text as it was sent.

The rules fold what evasion and exports do to letters (compatibility forms, look-alikes, marks, zero-width
characters, digits for letters, spaced and stretched letters, entities, mojibake), mask handles and links,
and lower the case. Every manifest names the version of the rules its model was trained under, and the
model reads by that version; older versions stay, so that a rollback reads as it did.
"""

import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain
from operator import methodcaller

import numpy as np
from numpy.typing import NDArray

RULES_VERSION = "2"

_LOOK_ALIKE = str.maketrans(
    "АВЕКМНОРСТУХаеорсухіјѕԁɡοαεινυρτκηωβЅІЈΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "ABEKMHOPCTYXaeopcyxijsdgoaeivuptknwbSIJABEZHIKMNOPTYX",
)
_IN_DISCS, _IN_SQUARES = 0x1F150, 0x1F170
_MORE_LOOK_ALIKE = _LOOK_ALIKE | str.maketrans(
    "ɑвϲһϳкӏмпԛгтѵԝχγϹᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡ", "abchjklmnqrtvwxyCabcdeghijklmnoprstuvw"
)
_MORE_LOOK_ALIKE |= {first + at: ord("a") + at for first in (_IN_DISCS, _IN_SQUARES) for at in range(26)}
_INVISIBLE = (
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\u00ad\ufe0e\ufe0f"
    "\ud800-\udfff"  # lone surrogates
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # control characters that are not white space
)
_MORE_INVISIBLE = (
    f"{_INVISIBLE}\u061c\u115f\u180e\u2800\u3164"
    "\u0300-\u036f\u20d0-\u20ff"  # marks over letters, where no letter is composed with them
    "\ufe00-\ufe0d\U000e0000-\U000e01ef"  # variation selectors and tags
)
_MOJIBAKE_LEAD = "ÂÃÄÅâäåæçèéðï"
_EMOJI = "\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
_HOST = re.compile(r"(?:https?://)?(?:www\.)?([a-z0-9.-]+)", re.I)
_WORD_IN_HOST = re.compile(r"(?=.*[a-z]{3})[a-z0-9-]{4,}", re.I)

# Three letters or more with the same separator between them: "b.a.b.i".
_SPACED = re.compile(r"(?<!\w)[^\W\d_]([ ._*-])[^\W\d_](?:\1[^\W\d_])+(?!\w)")
# A word with a digit in the place of a letter: "b4b1"; not the lottery's "toto4d" nor "rp50rb".
_DISGUISED = re.compile(r"(?<![^\W_])(?!rp\d)(?=[^\W_]*[^\W\d_][0134579]{1,3}(?!d\b)[^\W\d_])[^\W_]+")
_DIGITS = re.compile(r"(?<!\d)[0134579]{1,3}(?!d\b)(?=[^\W\d_])|(?<=[^\W\d_])[0134579]\b")
_LETTERS = str.maketrans("0134579", "oieastg")

# What a rule does to a stretch of text: its start, its end and what replaces it.
_Edit = tuple[int, int, str]


@dataclass(frozen=True)
class _Fold:
    """Replace each character in its place, by a function that may look at its neighbours.

    ``runs`` matches the stretches outside of which it looks at none.
    """

    function: Callable[[str], str]
    runs: re.Pattern[str]

    def apply(self, text: str) -> str:
        return self.function(text)

    def edits(self, text: str) -> Iterator[_Edit]:
        for run in self.runs.finditer(text):
            folded = self.function(run[0])
            if folded == run[0]:
                continue
            lengths = [len(self.function(character)) for character in run[0]]
            if sum(lengths) != len(folded):  # characters were composed: nobody tells which ones
                yield run.start(), run.end(), folded
                continue
            done = 0
            for position, (character, length) in enumerate(zip(run[0], lengths, strict=True), run.start()):
                new = folded[done : done + length]
                done += length
                if new != character:
                    yield position, position + 1, new


@dataclass(frozen=True)
class _Rewrite:
    """Replace every match of ``pattern`` by a template, or by a function of the match.

    ``can_match`` says quickly that a text holds no match: most texts hold none of most patterns.
    """

    pattern: re.Pattern[str]
    replacement: str | Callable[[re.Match[str]], str]
    can_match: Callable[[str], bool] = bool

    def apply(self, text: str) -> str:
        return self.pattern.sub(self.replacement, text) if self.can_match(text) else text

    def edits(self, text: str) -> Iterator[_Edit]:
        new = self.replacement
        for match in self.pattern.finditer(text) if self.can_match(text) else ():
            yield match.start(), match.end(), match.expand(new) if isinstance(new, str) else new(match)


def _mend_mojibake(match: re.Match[str]) -> str:
    import ftfy  # 20 ms to import: only texts that look broken pay for it

    return ftfy.fix_encoding(match[0])


def _mask_link(match: re.Match[str]) -> str:
    """``httpurl``, followed by the host where it is a word: gambling brands live there."""
    host = _HOST.match(match[0])
    labels = host[1].split(".")[:-1] if host else []
    word = max((label for label in labels if _WORD_IN_HOST.fullmatch(label)), key=len, default="")
    return f" httpurl {word.replace('-', ' ')} "


def _beyond_ascii(text: str) -> bool:
    return not text.isascii()


def _names_link(text: str) -> bool:
    lower = text.lower()
    return "http" in lower or "www." in lower or "t.co/" in lower


_DECODE: Sequence[_Fold | _Rewrite] = (
    _Rewrite(
        re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)"),
        lambda match: html.unescape(match[0]),
    ),
    _Rewrite(
        re.compile(f"[{_MOJIBAKE_LEAD}][\u0080-\u00bf\u0152-\u2122][^\\x00-\\x20]*"),
        _mend_mojibake,
        _beyond_ascii,
    ),
)
_GIVE_UP_DECODING = (_Rewrite(re.compile(f"[&{_MOJIBAKE_LEAD}]"), " "),)


def _fold_and_mask(
    look_alike: dict[int, int], invisible: str, disguises: Sequence[_Rewrite]
) -> Sequence[_Fold | _Rewrite]:
    return (
        _Fold(partial(unicodedata.normalize, "NFKC"), re.compile(r"[\x00-\x7f]?[^\x00-\x7f]+")),
        _Rewrite(re.compile(f"[{invisible}]+"), "", lambda text: not (text.isascii() and text.isprintable())),
        _Fold(methodcaller("translate", look_alike), re.compile(r"[^\x00-\x7f]+")),
        _Rewrite(re.compile(r"https?://\S+|www\.\S+|\bhttpurl\b|\bt\.co/\S+", re.I), _mask_link, _names_link),
        _Rewrite(
            re.compile(r"@\w+|\b(?:USER|user)\b|<USERNAME>"),
            " @user ",
            lambda text: "@" in text or "user" in text or "USER" in text,
        ),
        _Fold(str.lower, re.compile(r"(?s).+")),
        *disguises,
        _Rewrite(re.compile(r"(.)\1\1+"), r"\1\1"),
        _Rewrite(re.compile(f"[{_EMOJI}]"), r" \g<0> ", _beyond_ascii),
        _Rewrite(re.compile(r"@user\s*(?:@user\s*)+"), "@user "),
        _Rewrite(
            re.compile(r"\A\s+|\s+\Z|\s{2,}|[^\S ]"),
            lambda match: " " if match.start() > 0 and match.end() < len(match.string) else "",
            lambda text: text != " ".join(text.split()),
        ),
    )


_VERSIONS = {
    "1": _fold_and_mask(_LOOK_ALIKE, _INVISIBLE, ()),
    "2": _fold_and_mask(
        _MORE_LOOK_ALIKE,
        _MORE_INVISIBLE,
        (
            _Rewrite(_SPACED, lambda match: match[0].replace(match[1], "")),
            _Rewrite(_DISGUISED, lambda match: _DIGITS.sub(lambda run: run[0].translate(_LETTERS), match[0])),
            _Rewrite(re.compile(r"([^\W\d_])\1\1+"), r"\1"),
        ),
    ),
}
RULES_VERSIONS = tuple(_VERSIONS)
# A text that still changes after so many passes was encoded over and over, by hand.
_LAYERS = 8


def _rules(version: str, done: int) -> Iterable[_Fold | _Rewrite]:
    """The rules of the pass that follows ``done`` passes."""
    return chain(_DECODE if done < _LAYERS else _GIVE_UP_DECODING, _VERSIONS[version])


@dataclass(frozen=True)
class NormalisedText:
    """A text after the rules of ``version``, and the text as it was sent.

    ``passes`` counts how often the rules changed it. ``spans`` is computed when it is first asked
    for: scoring without evidence never pays for it.
    """

    text: str
    original: str
    passes: int
    version: str

    @cached_property
    def spans(self) -> NDArray[np.int32]:
        """Shape ``(len(text), 2)``: start and end in ``original`` of every character's origin.

        Starts never decrease, nor do ends.
        """
        text = self.original
        starts, ends = list(range(len(text))), list(range(1, len(text) + 1))
        for done in range(self.passes):
            for rule in _rules(self.version, done):
                text, starts, ends = _trace(rule.edits(text), text, starts, ends)
        return np.array([starts, ends], dtype=np.int32).T

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The span in ``original`` that ``text[start:end]`` came from.

        Raises:
            IndexError: unless ``0 <= start < end <= len(text)``.
        """
        if not 0 <= start < end <= len(self.text):
            raise IndexError(f"no span {start}:{end} in a text of {len(self.text)} characters")
        return int(self.spans[start, 0]), int(self.spans[end - 1, 1])


def normalise(text: str, version: str = RULES_VERSION) -> NormalisedText:
    """Fold, mask and lower ``text``; idempotent, so the rules run until nothing changes.

    ``version`` is one of ``RULES_VERSIONS``.
    """
    current, passes = text, 0
    while (following := _pass(current, version, passes)) != current:
        current, passes = following, passes + 1
    return NormalisedText(current, text, passes, version)


def _pass(text: str, version: str, done: int) -> str:
    for rule in _rules(version, done):
        text = rule.apply(text)
    return text


def _trace(
    edits: Iterable[_Edit], text: str, starts: list[int], ends: list[int]
) -> tuple[str, list[int], list[int]]:
    """Make ``edits`` in ``text``; each replacement takes the span of all that it replaces."""
    pieces: list[str] = []
    new_starts: list[int] = []
    new_ends: list[int] = []
    position = 0
    for start, end, new in edits:
        pieces += text[position:start], new
        new_starts += starts[position:start] + starts[start : start + 1] * len(new)
        new_ends += ends[position:start] + ends[end - 1 : end] * len(new)
        position = end
    if not pieces:
        return text, starts, ends
    return "".join([*pieces, text[position:]]), new_starts + starts[position:], new_ends + ends[position:]
