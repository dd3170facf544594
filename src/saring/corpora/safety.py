"""Rows that no dataset may hold: sexual words beside words for age or family.

The rule is lexical and wide on purpose. Most rows that it takes out are harmless; none is read, quoted
or trained on to find out. What it let pass and a reader refused is named, by row key, in
``data/annotations/refused.txt``.
"""

import re
from functools import cache
from pathlib import Path

from saring.corpora.keys import row_key

_REFUSED = Path(__file__).resolve().parents[3] / "data" / "annotations" / "refused.txt"

_SEXUAL = re.compile(
    r"memek|kontol|ngentot|ngentod|ngewe|sange|bokep|colmek|coli|vagina|penis|payudara|tetek|toket|sodok"
    r"|crot|peju|jilmek|bugil|telanjang|birahi|nenen|entot|itil|susu|setubuh|titit|seks|\bsex|lonte|cabul"
    r"|mesum|pelacur|perek",
    re.IGNORECASE,
)
_AGE_OR_FAMILY = re.compile(
    r"smp|sma\b|bocah|bocil|abg"
    r"|\b(?:anak|balita|bayi|sd|paud|tk|umur \d+|\d+ (?:tahun|thn|th)|kelas \d|adek|adik|pelajar|siswi?"
    r"|keponakan|papa|daddy|kakak sendiri|ibu|bapak|ayah|om|remaja|perawan)\b",
    re.IGNORECASE,
)


def violates_minor_safety(text: str) -> bool:
    """Whether ``text``, decoded, holds a sexual term and a term for age or family, or a reader refused it."""
    named = bool(_SEXUAL.search(text)) and bool(_AGE_OR_FAMILY.search(text))
    return named or row_key(text) in _refused()


@cache
def _refused() -> frozenset[str]:
    # an installed package has no such file
    return frozenset(_REFUSED.read_text("ascii").split()) if _REFUSED.is_file() else frozenset()
