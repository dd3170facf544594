"""Are the corpora here the ones that the catalogue names, byte for byte?"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from saring.corpora.catalogue import Catalogue, Corpus, CorpusFile
from saring.corpora.readers import find_file
from saring.errors import CorpusError


@dataclass(frozen=True, slots=True)
class Check:
    """Ids of the corpora whose files are all here and right, and of those that lack a file."""

    verified: tuple[str, ...]
    missing: tuple[str, ...]


def check_corpora(catalogue: Catalogue, root: Path) -> Check:
    """Compare every file under ``root`` with its digest.

    Raises ``CorpusError`` that names each wrong file, what was expected and what was found.
    """
    verified: list[str] = []
    missing: list[str] = []
    wrong: list[str] = []
    for corpus in catalogue.corpora:
        complete = True
        for file in corpus.files:
            found = find_file(file, root / corpus.id)
            if found is None:
                complete = False
                continue
            path, is_copy = found
            expected = file.digest if is_copy else file.original_digest
            digest = digest_of(path)
            if digest != expected:
                wrong.append(f"{path}: expected {expected}, found {digest}")
        (verified if complete else missing).append(corpus.id)
    if wrong:
        advice = "these files are not the catalogue's; remove them and run `saring data fetch`:"
        raise CorpusError("\n".join([advice, *wrong]))
    return Check(tuple(verified), tuple(missing))


def is_verified(file: CorpusFile, corpus: Corpus, root: Path) -> bool:
    """Whether the original of ``file`` lies under ``root`` with its digest."""
    path = root / corpus.id / file.original
    return path.is_file() and digest_of(path) == file.original_digest


def digest_of(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
