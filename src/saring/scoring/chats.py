"""WhatsApp chats, as the app exports them."""

from collections.abc import Iterator

from saring.errors import InputError
from saring.scoring.encodings import foreign, lines_of
from saring.scoring.formats import CHAT_LINE
from saring.scoring.places import Place
from saring.scoring.sources import Row, Table

_LONGEST = 1 << 24
_COLUMNS = ("waktu", "pengirim", "pesan")


def open_chat(place: Place, encoding: str) -> Table:
    """The messages of a chat: when, from whom (nobody: a notice of the app), what. See ``open_table``."""

    def rows() -> Iterator[Row]:
        message: _Message | None = None
        with place.text(encoding, newline="\n") as file:
            for number, line in enumerate(lines_of(place.name, file), 1):
                line = line.rstrip("\r\n")
                if start := CHAT_LINE.match(line):
                    if message:
                        yield message.row()
                    message = _Message(number, start.groupdict(default=""))
                elif message:
                    message.add(line)
                elif line.strip():
                    raise InputError(
                        f"{place.name}, line {number}: a WhatsApp chat begins each message with its date; "
                        f"for texts, use .csv or .jsonl"
                    )
            if message:
                yield message.row()

    count = sum(1 for _ in rows())
    if not count:
        raise InputError(f"{place.name} is empty")
    return Table(
        place, _COLUMNS, count, f"WhatsApp chat, {encoding}", rows, dict.fromkeys(_COLUMNS, "string")
    )


class _Message:
    """A message while its lines come."""

    def __init__(self, line: int, cells: dict[str, str]) -> None:
        self._line = line
        self._cells = cells
        self._lines = [cells["pesan"]]
        self._length = len(cells["pesan"])

    def add(self, line: str) -> None:
        self._length += len(line) + 1
        if self._length <= _LONGEST:
            self._lines.append(line)

    def row(self) -> Row:
        cells = self._cells | {"pesan": "\n".join(self._lines)}
        if self._length > _LONGEST:
            return Row(self._line, problem=f"a message of more than {_LONGEST:,} characters")
        if any(map(foreign, cells.values())):
            return Row(self._line, problem="bytes that are not UTF-8")
        return Row(self._line, cells)
