"""Which columns say when a post was written, where it stood, and whose it is: by their usual names."""

from collections.abc import Mapping
from dataclasses import dataclass

from saring.scoring.columns import plain_name
from saring.scoring.sources import Table

_TIMES = (
    "created at|created time|create time|created utc|post created|post created date|published at|posted at"
    "|publish date|published date|published time|published|date published|post date|post time|date created"
    "|created date|created|timestamp|datetime|date time|date|tanggal waktu|tanggal|tgl|waktu|time"
)
_PLATFORMS = "platform|media|network|social network|source type|source name|source|sumber|kanal|situs|site"
_ACCOUNTS = (
    "author id|author|author name|author username|author display name|username|user name|screen name"
    "|user screen name|user id|user|account|account name|akun|nama akun|penulis|pengirim|pengguna|from"
    "|page name|profile|channel title|channel|group name|nama|handle"
)


@dataclass(frozen=True, slots=True)
class Roles:
    """The columns of a table that a report looks at, each ``None`` where there is none."""

    time: str | None
    platform: str | None
    account: str | None

    @classmethod
    def of(cls, table: Table, text_column: str) -> "Roles":
        """By name, the likeliest first; failing that, the only column that holds times by its type."""
        columns = {plain_name(column): column for column in table.columns if column != text_column}
        typed = [column for column in table.columns if str(table.kinds.get(column)).startswith(_TYPES)]
        time = _first(columns, _TIMES) or (typed[0] if len(typed) == 1 else None)
        return cls(time, _first(columns, _PLATFORMS), _first(columns, _ACCOUNTS))


_TYPES = ("timestamp", "date32", "date64")


def _first(columns: Mapping[str, str], names: str) -> str | None:
    return next((columns[name] for name in names.split("|") if name in columns), None)
