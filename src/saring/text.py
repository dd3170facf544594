"""Text as the tokenizer expects it, with a map back to the text as it was sent.

The rules fold what evasion and exports do to letters (compatibility forms, look-alikes, zero-width
characters, entities, mojibake, stretched letters), mask handles and links, and lower the case. They
give the tokenizer what it was trained with; ``RULES_VERSION`` stands in every manifest, and a model
opens only with the rules it was trained under.
"""

import html
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

RULES_VERSION = "1"

_MAX_PASSES = 8

_LOOK_ALIKE = str.maketrans(
    "АВЕКМНОРСТУХаеорсухіјѕԁɡοαεινυρτκηωβЅІЈΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "ABEKMHOPCTYXaeopcyxijsdgoaeivuptknwbSIJABEZHIKMNOPTYX",
)
_LINK = re.compile(r"https?://\S+|www\.\S+|\bhttpurl\b|\bt\.co/\S+", re.I)
_HOST = re.compile(r"(?:https?://)?(?:www\.)?([a-z0-9.-]+)", re.I)
_WORD_IN_HOST = re.compile(r"(?=[a-z0-9]*[a-z]{3})[a-z0-9]{4,}", re.I)


@dataclass(frozen=True)
class _Rule:
    """Replace every match of ``pattern`` by ``replace(match)``.

    A ``pointwise`` rule treats the characters of a match one by one, so each keeps its own origin.
    """

    pattern: re.Pattern[str]
    replace: Callable[[str], str]
    pointwise: bool = False


def _mend_mojibake(run: str) -> str:
    import ftfy  # 20 ms to import: only texts that look broken pay for it

    return ftfy.fix_encoding(run)


def _mask_link(link: str) -> str:
    """``httpurl``, followed by the host where it is a word: gambling brands live there."""
    host = _HOST.match(link)
    labels = host[1].split(".")[:-1] if host else []
    word = max((label for label in labels if _WORD_IN_HOST.fullmatch(label)), key=len, default="")
    return f" httpurl {word} "


_RULES: Sequence[_Rule] = (
    _Rule(re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)"), html.unescape),
    _Rule(re.compile(r"[ÂÃÄÅâäåæçèéðï][\u0080-\u00bf\u0152-\u2122][^\x00-\x20]*"), _mend_mojibake),
    _Rule(
        re.compile(r"[\x00-\x7f]?[^\x00-\x7f]+"),
        lambda run: unicodedata.normalize("NFKC", run),
        pointwise=True,
    ),
    _Rule(
        re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\u00ad\ufe0e\ufe0f]|[\ud800-\udfff]"),
        lambda _: "",
    ),
    _Rule(re.compile(r"[^\x00-\x7f]+"), lambda run: run.translate(_LOOK_ALIKE), pointwise=True),
    _Rule(_LINK, _mask_link),
    _Rule(re.compile(r"@\w+|\b(?:USER|user)\b|<USERNAME>"), lambda _: " @user "),
    _Rule(re.compile(r"[A-Z]+|[^\x00-\x7f]+"), str.lower, pointwise=True),
    _Rule(re.compile(r"(.)\1{2,}"), lambda run: run[0] * 2),
    _Rule(
        re.compile("[\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]"),
        lambda emoji: f" {emoji} ",
    ),
    _Rule(re.compile(r"(?:@user\s*){2,}"), lambda _: "@user "),
    _Rule(re.compile(r"[\s\x00-\x1f\x7f]+"), lambda _: " "),
    _Rule(re.compile(r"^ | $"), lambda _: ""),
)


@dataclass(frozen=True)
class NormalisedText:
    """A text after the rules, and the text as it was sent.

    ``spans`` is computed when it is first asked for: scoring without evidence never pays for it.
    """

    text: str
    original: str
    passes: int

    @cached_property
    def spans(self) -> NDArray[np.int32]:
        """Shape ``(len(text), 2)``: start and end in ``original`` of every character's origin."""
        text = self.original
        spans = np.stack([np.arange(len(text)), np.arange(1, len(text) + 1)], axis=1)
        for _ in range(self.passes):
            for rule in _RULES:
                text, spans = _apply_with_spans(rule, text, spans)
        return spans.astype(np.int32)

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The span in ``original`` that ``text[start:end]`` came from; ``start < end``."""
        if not 0 <= start < end <= len(self.text):
            raise IndexError(f"no span {start}:{end} in a text of {len(self.text)} characters")
        covered = self.spans[start:end]
        return int(covered[:, 0].min()), int(covered[:, 1].max())


def normalise(text: str) -> NormalisedText:
    """Fold, mask and lower ``text``; idempotent, so the rules run until nothing changes."""
    current, passes = text, 0
    while passes < _MAX_PASSES:
        following = _apply(current)
        passes += 1
        if following == current:
            break
        current = following
    return NormalisedText(current, text, passes)


def _apply(text: str) -> str:
    for rule in _RULES:
        replace = rule.replace
        text = rule.pattern.sub(lambda match, replace=replace: replace(match[0]), text)  # type: ignore[misc]
    return text


def _apply_with_spans(rule: _Rule, text: str, spans: NDArray[np.int64]) -> tuple[str, NDArray[np.int64]]:
    pieces: list[str] = []
    origins: list[NDArray[np.int64]] = []
    position = 0
    for match in rule.pattern.finditer(text):
        pieces.append(text[position : match.start()])
        origins.append(spans[position : match.start()])
        replacement = rule.replace(match[0])
        pieces.append(replacement)
        origins.append(_replacement_spans(rule, match, replacement, spans))
        position = match.end()
    if not pieces:
        return text, spans
    pieces.append(text[position:])
    origins.append(spans[position:])
    return "".join(pieces), np.concatenate(origins)


def _replacement_spans(
    rule: _Rule, match: re.Match[str], replacement: str, spans: NDArray[np.int64]
) -> NDArray[np.int64]:
    source = spans[match.start() : match.end()]
    if rule.pointwise:
        parts = [rule.replace(character) for character in match[0]]
        if "".join(parts) == replacement:
            return np.repeat(source, [len(part) for part in parts], axis=0)
    whole = np.array([[source[:, 0].min(), source[:, 1].max()]])
    return np.repeat(whole, len(replacement), axis=0)
