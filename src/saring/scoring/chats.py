"""WhatsApp chats, as the app exports them."""

from collections.abc import Iterator

from saring.errors import InputError
from saring.scoring.encodings import foreign
from saring.scoring.formats import CHAT_LINE
from saring.scoring.places import Place
from saring.scoring.sources import Row, Table

_COLUMNS = ("waktu", "pengirim", "pesan")


def open_chat(place: Place, encoding: str) -> Table:
    """The messages of a chat: when, from whom (nobody: a notice of the app), what. See ``open_table``."""

    def rows() -> Iterator[Row]:
        message: Row | None = None
        with place.text(encoding, newline="\n") as file:
            for number, line in enumerate(file, 1):
                line = line.rstrip("\r\n")
                if start := CHAT_LINE.match(line):
                    if message:
                        yield _whole(message)
                    message = Row(number, start.groupdict(default=""))
                elif message:
                    message.cells["pesan"] += f"\n{line}"
                elif line.strip():
                    raise InputError(
                        f"{place.name}, line {number}: a WhatsApp chat begins each message with its date; "
                        f"for texts, use .csv or .jsonl"
                    )
            if message:
                yield _whole(message)

    count = sum(1 for _ in rows())
    if not count:
        raise InputError(f"{place.name} is empty")
    return Table(
        place, _COLUMNS, count, f"WhatsApp chat, {encoding}", rows, dict.fromkeys(_COLUMNS, "string")
    )


def _whole(message: Row) -> Row:
    if any(map(foreign, message.cells.values())):
        return Row(message.line, problem="bytes that are not UTF-8")
    return message
