"""A small corpus of our own, as a catalogue entry and as files."""

import csv
import hashlib
import io
from pathlib import Path

import zstandard

from saring.corpora.catalogue import Catalogue, Corpus, load_catalogue

COMMIT = "c" * 40


def entry(corpus_id: str = "contoh", *, body: str = "", role: str = "train") -> str:
    """The TOML of a corpus; ``body`` holds its labels and files."""
    return f'''
[[corpus]]
id = "{corpus_id}"
title = "A small corpus"
about = "Sentences that we wrote."
repository = "https://github.com/owner/{corpus_id}"
commit = "{COMMIT}"
licence = "MIT"
permissive = true
citation = "Us."
role = "{role}"
{body}
'''


def file_entry(
    name: str, original: str, *, copy: bytes = b"", source: bytes = b"", text: str = '"teks"', more: str = ""
) -> str:
    """The TOML of a file whose digests are those of ``copy`` and ``source``."""
    return f'''
[[corpus.file]]
name = "{name}"
digest = "{hashlib.sha256(copy).hexdigest()}"
original = "{original}"
original_digest = "{hashlib.sha256(source).hexdigest()}"
path = "data/{original}"
text = {text}
{more}
'''


def catalogue(folder: Path, *entries: str) -> Catalogue:
    """The catalogue of ``entries``, written to and read from ``folder``."""
    path = folder / "catalogue.toml"
    path.write_text("\n".join(entries), encoding="utf-8")
    return load_catalogue(path)


def one_corpus(folder: Path, body: str) -> Corpus:
    """The only corpus of a catalogue with ``body``."""
    return catalogue(folder, entry(body=body)).corpora[0]


def copy_of(*rows: list[str]) -> bytes:
    """A cleaned copy: UTF-8 CSV, zstd."""
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows(rows)
    return zstandard.ZstdCompressor().compress(stream.getvalue().encode("utf-8"))


def put(root: Path, name: str, content: bytes, corpus_id: str = "contoh") -> Path:
    """Write a file of the corpus under ``root``."""
    path = root / corpus_id / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
