"""How a file's bytes become text, found from the file itself."""

import codecs
from pathlib import Path

from saring.errors import InputError

_BLOCK = 1 << 20
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def encoding_of(path: Path) -> str:
    """The encoding that all of ``path`` decodes in: by its mark, else UTF-8, else Windows-1252.

    Raises:
        InputError: none of them fits.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    marked = next((name for mark, name in _BYTE_ORDER_MARKS if head.startswith(mark)), None)
    for encoding in [marked] if marked else _unmarked(head):
        if _decodes(path, encoding):
            return encoding
    raise InputError(f"{path} is in no encoding that is known here: save it as UTF-8")


def _unmarked(head: bytes) -> list[str]:
    """Candidates, likeliest first; zero bytes at every other place are Latin letters in UTF-16."""
    if head.count(0) > len(head) // 4:
        return ["utf-16-le"] if head[1::2].count(0) > head[::2].count(0) else ["utf-16-be"]
    return ["utf-8", "cp1252"]


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while block := file.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True
