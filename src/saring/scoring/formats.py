"""Which format a table is in: by the name of its file, or by its first bytes."""

import json
import re
from dataclasses import dataclass
from typing import Literal

from saring.errors import InputError

Kind = Literal["CSV", "JSONL", "JSON", "Parquet", "XLSX", "WhatsApp chat"]
Compression = Literal["gz", "zst"]

KINDS: dict[str, Kind] = {
    ".csv": "CSV",
    ".tsv": "CSV",
    ".jsonl": "JSONL",
    ".ndjson": "JSONL",
    ".json": "JSON",
    ".parquet": "Parquet",
    ".xlsx": "XLSX",
    ".txt": "WhatsApp chat",
}
_COMPRESSIONS: dict[str, Compression] = {".gz": "gz", ".zst": "zst"}
_MAGIC: tuple[tuple[bytes, Compression], ...] = ((b"\x1f\x8b", "gz"), (b"\x28\xb5\x2f\xfd", "zst"))

CHAT_LINE = re.compile(
    r"\u200e?\[?(?P<waktu>\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? \d{1,2}[.:]\d{2}(?:[.:]\d{2})?(?:\s?[AaPp][Mm])?)"
    r"(?:\]| -) (?:(?P<pengirim>[^:]{1,80}): )?(?P<pesan>.*)",
    re.DOTALL,
)
"""The first line of a message in a WhatsApp export, Android's form or iOS's."""


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of table, whether its cells are known to be divided by tabs, and how it is compressed."""

    kind: Kind
    tabs: bool = False
    compression: Compression | None = None


def format_of(name: str) -> Format:
    """The format that the ending of ``name`` says; raises ``InputError`` for others."""
    stem, compression = name.lower(), None
    for ending, known in _COMPRESSIONS.items():
        if stem.endswith(ending):
            stem, compression = stem.removesuffix(ending), known
    for ending, kind in KINDS.items():
        if stem.endswith(ending):
            return Format(kind, ending == ".tsv", compression)
    raise InputError(f"{name}: the name must end in one of {', '.join(KINDS)}, with or without .gz or .zst")


def base_of(name: str) -> str:
    """``name`` without the endings that say its format."""
    for ending in (*_COMPRESSIONS, *KINDS):
        name = name[: -len(ending)] if name.lower().endswith(ending) else name
    return name


def compression_of(head: bytes) -> Compression | None:
    """How a file that begins with ``head`` is compressed."""
    return next((name for magic, name in _MAGIC if head.startswith(magic)), None)


def kind_of(head: bytes) -> Kind:
    """What a file is that begins, uncompressed, with ``head``: CSV if nothing tells otherwise."""
    if head.startswith(b"PAR1"):
        return "Parquet"
    if head.startswith(b"PK\x03\x04"):
        return "XLSX"
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"["):
        return "WhatsApp chat" if CHAT_LINE.match(start.decode(errors="replace")) else "JSON"
    if start.startswith(b"{"):
        return "JSONL" if _is_json(start.partition(b"\n")[0]) else "JSON"
    return "WhatsApp chat" if CHAT_LINE.match(start.decode(errors="replace")) else "CSV"


def _is_json(line: bytes) -> bool:
    try:
        return bool(json.loads(line))
    except (ValueError, RecursionError):
        return False
