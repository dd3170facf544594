"""How a file's bytes become text, found from the file itself."""

import codecs
import re
from collections.abc import Iterator
from typing import TextIO

from saring.errors import InputError
from saring.scoring.places import Place

_BLOCK = 1 << 20
_LONGEST_LINE = 1 << 26
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FOREIGN = re.compile("[\udc80-\udcff]")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


def encoding_of(place: Place) -> str:
    """The encoding of a text file: by its mark, else UTF-8, else Windows-1252, else Latin-1.

    A file that is UTF-8 but for fewer bytes than it has characters beyond ASCII is UTF-8: ``foreign``
    tells its broken lines.

    Raises:
        InputError: none of them fits.
    """
    with place.bytes() as stream:
        head = stream.read(4096)
    marked = next((name for mark, name in _BYTE_ORDER_MARKS if head.startswith(mark)), None)
    if marked == "utf-8-sig":
        return marked
    for encoding in [marked] if marked else _unmarked(head):
        if _decodes(place, encoding):
            return encoding
    raise InputError(f"{place.name} is in no encoding that is known here: save it as UTF-8")


def lines_of(name: str, file: TextIO) -> Iterator[str]:
    """The lines of a file; one that would fill the memory is an ``InputError``."""
    number = 0
    while line := file.readline(_LONGEST_LINE):
        number += 1
        if len(line) == _LONGEST_LINE:
            raise InputError(f"{name}, line {number}: the line has more than {_LONGEST_LINE:,} characters")
        yield line


def foreign(line: str) -> bool:
    """Whether a line that ``Place.text`` decoded holds bytes that are not UTF-8."""
    return not line.isascii() and _FOREIGN.search(line) is not None


def _unmarked(head: bytes) -> list[str]:
    """Candidates, likeliest first; zero bytes at every other place are Latin letters in UTF-16."""
    if head.count(0) > len(head) // 4:
        return ["utf-16-le"] if head[1::2].count(0) > head[::2].count(0) else ["utf-16-be"]
    return [] if 0 in head else ["utf-8", "cp1252", "latin-1"]


def _decodes(place: Place, encoding: str) -> bool:
    lenient = encoding == "utf-8"
    decoder = codecs.getincrementaldecoder(encoding)("surrogateescape" if lenient else "strict")
    broken = beyond = 0
    with place.bytes() as stream:
        try:
            while block := stream.read(_BLOCK):
                text = decoder.decode(block)
                if lenient and not text.isascii():
                    broken += len(_FOREIGN.findall(text))
                    beyond += len(_BEYOND_ASCII.findall(text))
            broken += len(_FOREIGN.findall(decoder.decode(b"", final=True)))
        except UnicodeDecodeError:
            return False
    return 2 * broken <= beyond
