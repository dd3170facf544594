"""Tables of every format that is read, and what may befall a file on its way here."""

import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import zstandard

from saring.scoring.places import local_place
from saring.scoring.sources import open_table
from saring.scoring.targets import open_target

WORDS = (
    "slot gacor kucing é ✨ \U0001f3b0 bukan =1+1 'a' \"b\" a,b c;d e\tf g\nh \u2028 nan 007 1.5 {} []".split(
        " "
    )
)
KINDS = (".csv", ".tsv", ".jsonl", ".json", ".parquet", ".xlsx")
PACKED: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": lambda content: gzip.compress(content, 1, mtime=0),
    ".zst": zstandard.compress,
}
_TOKENS = [
    token.encode() for token in ('"', "'", ",", ";", "\t", "|", "\n", "\r", "\r\n", "\\", "{", "}", "[")
]
_TOKENS += [
    b"]",
    b":",
    b"\0",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xfe\xff",
    b"\xed\xa0\x80",
    b"\xc3",
    b"\x1a",
    b"\x85",
]
_TOKENS += [
    b'"\\ud800"',
    b"\\u0000",
    b"NaN",
    b"-Infinity",
    b"1e999",
    b"9" * 5000,
    b"null",
    b"true",
    b"\xe2\x80\xa8",
]
_TOKENS += [
    b"<v>1e400</v>",
    b"<v>-1</v>",
    b"&#0;",
    b"&lol;",
    b"]]>",
    b"</row>",
    b'r="A1048577"',
    b'r="ZZZZ1"',
]
_BOMB, _FILLINGS = 1 << 24, (b"\0", b"a", b",", b"\n", b"[", b'"')


@dataclass(frozen=True, slots=True)
class File:
    """A file on its way: its name, and what it holds before it is ``packed``, and so named."""

    name: str
    content: bytes
    packed: str = ""

    def bytes(self) -> bytes:
        return PACKED[self.packed](self.content)


def whole(chance: random.Random, folder: Path) -> File:
    """A table that is in order, in any format and encoding; ``folder`` is for what is written in between."""
    rows = [
        {
            "id": at,
            "teks": " ".join(chance.choices(WORDS, k=chance.randrange(12))),
            "lain": chance.choice(WORDS),
        }
        for at in range(chance.randrange(1, 40))
    ]
    packed = chance.choice(["", "", *PACKED])
    if chance.random() < 0.1:
        return File("in.txt", _chat(rows, chance), packed)
    plain = folder / "rows.jsonl"
    plain.write_text("\n".join(map(json.dumps, rows)))
    kind = chance.choice(KINDS)
    target = folder / f"whole{kind}"
    table = open_table(local_place(plain))
    with open_target(str(target), [table], {}) as write:
        for row in table.rows():
            write(row.cells)
    content = target.read_bytes()
    if kind in (".csv", ".tsv") and chance.random() < 0.3:
        encoding = chance.choice(["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "cp1252", "latin-1"])
        content = content.decode().encode(encoding, "replace")
    return File(f"in{kind}", content, packed)


def _chat(rows: list[dict[str, object]], chance: random.Random) -> bytes:
    form = chance.choice(["12/03/24 21.05 - Budi: {}", "\u200e[12/03/24, 21.06.11] Budi S: {}"])
    return "".join(form.format(row["teks"]) + chance.choice(["\n", "\r\n"]) for row in rows).encode()


def _truncated(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content) + 1)]


def _bits_flipped(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice([1, 1, 4, 32]) if content else 0):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _put_in(content: bytes, chance: random.Random, put: bytes) -> bytes:
    at = chance.randrange(len(content) + 1)
    return content[:at] + put + content[at + chance.choice([0, 0, len(put)]) :]


def _tokens(content: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 6)):
        content = _put_in(content, chance, chance.choice(_TOKENS))
    return content


def _zeros(content: bytes, chance: random.Random) -> bytes:
    return _put_in(content, chance, bytes(chance.choice([1, 3, 4096])))


def _noise(content: bytes, chance: random.Random) -> bytes:
    return _put_in(content, chance, chance.randbytes(chance.choice([1, 16, 5000])))


def _shuffled(content: bytes, chance: random.Random) -> bytes:
    lines = content.split(b"\n")
    chance.shuffle(lines)
    return b"\n".join(lines)


def _repeated(content: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    return (
        content[:end]
        + content[start:end] * chance.choice([1, 2, 50])
        + content[chance.choice([start, end]) :]
    )


def _huge_cell(content: bytes, chance: random.Random) -> bytes:
    return _put_in(
        content, chance, chance.choice([b"a", b"a ", b'"', b"\xc3\xa9"]) * (chance.choice([1, 8]) << 18)
    )


def _mixed_encodings(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content) + 1)
    encoding = chance.choice(["utf-16-le", "utf-16-be", "utf-32-le", "cp1252"])
    return content[:at] + content[at:].decode("utf-8", "replace").encode(encoding, "replace")


def _nested(content: bytes, chance: random.Random) -> bytes:
    depth = chance.choice([100, 5000, 200_000])
    opening, closing = chance.choice([(b"[", b"]"), (b'{"a":', b"}"), (b"[{", b"}]")])
    deep = opening * depth + b"1" + closing * chance.choice([0, depth])
    return chance.choice([deep, b'{"teks": ' + deep + b"}", _put_in(content, chance, deep)])


def _emptied(content: bytes, chance: random.Random) -> bytes:
    lines = content.split(b"\n")
    return chance.choice(
        [b"", b"\n", b"\xef\xbb\xbf", b"\xff\xfe", b" ", b"[]", b"{}", b"\0", lines[0], lines[0] + b"\n"]
    )


def _of_one_kind(content: bytes, chance: random.Random) -> bytes:
    """Only the first bytes are of a format: the rest is anything."""
    magic = chance.choice(
        [b"PAR1", b"PK\x03\x04", b"\x1f\x8b\x08\0", b"\x28\xb5\x2f\xfd", b"[{", b"\xd0\xcf\x11\xe0", b"%PDF"]
    )
    return magic + chance.randbytes(chance.choice([0, 4, 200])) + chance.choice([b"", magic, b"PAR1"])


def _within_zip(content: bytes, chance: random.Random) -> bytes:
    """What is damaged lies within a workbook, whose checksums are right."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inner = {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, EOFError):
        return _tokens(content, chance)
    hit = chance.choice([name for name in inner if "sheet" in name or "tring" in name] * 3 + list(inner))
    inner[hit] = chance.choice(
        [_truncated, _bits_flipped, _tokens, _tokens, _zeros, _repeated, _emptied, _huge_cell]
    )(inner[hit], chance)
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, held in inner.items():
            archive.writestr(name, held)
    return changed.getvalue()


_DAMAGES = (
    _truncated,
    _bits_flipped,
    _tokens,
    _zeros,
    _noise,
    _shuffled,
    _repeated,
    _huge_cell,
    _mixed_encodings,
)
_DAMAGES += (_nested, _emptied, _of_one_kind, _within_zip, _within_zip)


def damaged(file: File, other: Callable[[], File], chance: random.Random) -> tuple[str, str, bytes]:
    """What was done to ``file``, the name it has then, and its bytes; ``other`` makes another one."""
    name = file.name + file.packed
    match chance.choices(["inside", "outside", "spliced", "misnamed", "bomb"], [50, 30, 8, 10, 0.5])[0]:
        case "inside":
            damage = chance.choice(_DAMAGES)
            return (
                f"{damage.__name__} inside",
                name,
                replace(file, content=damage(file.content, chance)).bytes(),
            )
        case "outside":
            damage = chance.choice(_DAMAGES)
            return damage.__name__, name, damage(file.bytes(), chance)
        case "spliced":
            first, second = file.bytes(), other().bytes()
            spliced = first[: chance.randrange(len(first) + 1)] + second[chance.randrange(len(second) + 1) :]
            return "spliced", name, spliced
        case "misnamed":
            ending = chance.choice([*KINDS, ".txt"]) + chance.choice([*PACKED, ".gz.gz"])
            return "misnamed", f"in{ending}", file.bytes()
        case _:
            rows = b'{"teks": "a"}\n' * 50_000
            swollen = file.content + chance.choice([rows, chance.choice(_FILLINGS) * _BOMB])
            return "bomb", f"{file.name}.gz", PACKED[".gz"](swollen)
