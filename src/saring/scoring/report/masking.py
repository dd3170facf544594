"""What a report must not show of people: handles, addresses, numbers, and where a link leads beyond its host.

Names in the text stay: which words are names, no rule can tell.
"""

import re
import unicodedata

# each begins where a token begins, and none gives back what it took: no text makes them slow
_LINK = re.compile(
    r"(?<![a-z0-9+.-])(?:[a-z][a-z0-9+.-]{0,20}://|www\.)\S+"
    r"|(?<![a-z0-9.-])(?:[a-z0-9-]++\.)+[a-z]{2,}+(?::\d+)?[/?#]\S*",  # no scheme, but leading somewhere
    re.I,
)
_HOST = re.compile(r"(?:[a-z][a-z0-9+.-]*://)?(?:[^\s/?#@]*@)*(?P<host>[^\s/?#:@\[\]]*)", re.I)
_MAIL = re.compile(r"(?<![^\s@<>(),;:])[^\s@<>(),;:]++@[\w-]+(?:\.[\w-]+)+")
_HANDLE = re.compile(r"@\w[\w.]*|\b(?:USER|user)\b|<USERNAME>")  # the latter as corpora mask them
_BETWEEN = r"[\s().\-/_•·\ufe0f\u20e3]{0,3}"
_DIGITS = re.compile(rf"\+?(?:\d{_BETWEEN}){{6,}}\d[\ufe0f\u20e3]*")
_MONEY = re.compile(r"(?:\b(?:rp|idr|usd)|\$)\s*\.?\s*\d{1,3}(?:[.,]\d{3})*(?!\d)", re.I)
_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
_JOINER = "\u200d"  # holds emoji together

LINK, MAIL, HANDLE, DIGITS = "[tautan]", "[surel]", "[akun]", "[angka]"


def mask(text: str) -> str:
    """``text`` on one line, its characters in their plain forms, without what names or reaches a person.

    Links become their host, e-mail addresses, handles and runs of seven digits or more (telephone and
    identity numbers, also divided) a word in brackets; sums of money stay.
    """
    text = printable(text)
    text = _LINK.sub(_host, text)
    text = _MAIL.sub(MAIL, text)
    text = _HANDLE.sub(HANDLE, text)
    money = [match.span() for match in _MONEY.finditer(text)]
    return _DIGITS.sub(
        lambda run: run[0] if any(a <= run.start() and run.end() <= b for a, b in money) else DIGITS, text
    )


def printable(text: str) -> str:
    """``text`` on one line, in Unicode's plain forms, without controls and direction marks."""
    folded = unicodedata.normalize("NFKC", text)
    shown = (
        " " if letter.isspace() else letter
        for letter in folded
        if letter.isspace() or letter == _JOINER or unicodedata.category(letter) not in _HIDDEN
    )
    return " ".join("".join(shown).split())


def excerpt(text: str, letters: int) -> str:
    """The beginning of ``text``, masked, ``letters`` at most; it looks at ``window`` letters of it."""
    looked_at = window(letters)
    shown = mask(text[:looked_at])
    if cut := len(text) > looked_at:  # what was cut in two may be half a number or an address
        shown = shown.rpartition(" ")[0].rstrip("+0123456789().-/_ ")
    return f"{shown[:letters].rstrip()}…" if cut or len(shown) > letters else shown


def window(letters: int) -> int:
    """How many letters ``excerpt`` looks at, since masks are shorter than what they hide."""
    return 10 * letters


def _host(match: re.Match[str]) -> str:
    found = _HOST.match(match[0])
    host = found["host"].strip(".").lower() if found else ""
    return _DIGITS.sub(DIGITS, host) or LINK
