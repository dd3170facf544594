"""Which column of a table holds the texts: by the export that it is, or by a usual name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from saring.errors import InputError


@dataclass(frozen=True, slots=True)
class Choice:
    """The column that was taken, and why."""

    column: str
    why: str


@dataclass(frozen=True, slots=True)
class _Export:
    """A known export: the column of its texts, and others to know it by, named as ``plain_name`` does."""

    name: str
    text: str
    marks: tuple[str, ...]


_EXPORTS = (
    _Export("X, long form", "full text", ("text",)),
    _Export("X", "text", ("author id",)),
    _Export("X", "text", ("retweet count",)),
    _Export("X", "tweet", ("retweets count",)),
    _Export("Facebook, CrowdTangle", "message", ("page name", "facebook id")),
    _Export("Facebook", "message", ("permalink url",)),
    _Export("Instagram, CrowdTangle", "description", ("account", "followers at posting")),
    _Export("Instagram", "caption", ("shortcode",)),
    _Export("TikTok, research API", "video description", ("video id",)),
    _Export("TikTok", "desc", ("create time",)),
    _Export("YouTube comments", "text original", ("text display",)),
    _Export("Meltwater", "hit sentence", ("opening text",)),
    _Export("listening tool", "content", ("title", "sentiment")),
    _Export("listening tool", "mention", ("title", "sentiment")),
)

_USUAL = frozenset(
    {"text", "full text", "tweet", "content", "comment", "comment text", "message", "caption", "body"}
    | {"post text", "post message", "text original", "text display", "video description"}
    | {"teks", "isi", "isi pesan", "isi komentar", "cuitan", "komentar", "pesan", "unggahan", "kicauan"}
)


def find_text_column(columns: Sequence[str], wanted: str | None = None) -> Choice:
    """The column of the texts.

    It is ``wanted``, else that of a known export, else the only one with a usual name, else the only one.

    Raises:
        InputError: it is not there, or several may be meant; lists them.
    """
    if wanted is not None:
        if wanted not in columns:
            raise InputError(f"there is no column {wanted!r}; the table has {_listed(columns)}")
        return Choice(wanted, "as asked")
    plain = {plain_name(column): column for column in columns}
    for export in _EXPORTS:
        if {export.text, *export.marks} <= plain.keys():
            return Choice(plain[export.text], f"known export: {export.name}")
    usual = [column for column in columns if plain_name(column) in _USUAL]
    if len(usual) == 1:
        return Choice(usual[0], "usual name")
    if len(columns) == 1:
        return Choice(columns[0], "only column")
    if usual:
        raise InputError(f"several columns may hold the texts: {_listed(usual)}. Say --text-column")
    raise InputError(f"which column holds the texts? Say --text-column; the table has {_listed(columns)}")


def plain_name(column: str) -> str:
    """A name without case, camel humps and separators: ``textOriginal``, ``Text_original`` are one."""
    humps = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column.strip())
    return re.sub(r"[\s_.\-]+", " ", humps).strip().lower()


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(repr(column) for column in columns)
