"""Fetch the originals from where they were published, and keep only what the catalogue's digests vouch for.

The originals hold a little more than the cleaned copies: names of authors, which nothing reads, and rows
that were kept back for independent evaluation.
"""

import contextlib
import http.client
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from saring.corpora.catalogue import RAW_HOST, Corpus, CorpusFile
from saring.corpora.check import digest_of, is_verified
from saring.errors import CorpusError

_TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_CHUNK_BYTES = 1 << 16


class _WrongDigestError(CorpusError):
    """What came is not what the catalogue names."""


_PASSING = (
    urllib.error.URLError,
    TimeoutError,
    ConnectionError,
    http.client.HTTPException,
    _WrongDigestError,
)


@dataclass(frozen=True, slots=True)
class Fetched:
    """How many files came, how many were here already, and one line for each that failed."""

    fetched: int
    present: int
    failures: tuple[str, ...]


def fetch_corpora(
    corpora: Sequence[Corpus],
    destination: Path,
    *,
    host: str = RAW_HOST,
    tries: int = 3,
    pause: float = 1.0,
    timeout: float = 30.0,
    tell: Callable[[str], None] = lambda line: None,
) -> Fetched:
    """Fetch every original into ``destination/<corpus>/<original>``; what is there and right is kept.

    A file appears under its name only when its digest holds, so an interrupted run is repeated safely.
    ``tell`` hears one line per file; ``pause`` and ``timeout`` are seconds, and the pause doubles
    after each failed try.
    """
    fetched, present, failures = 0, 0, []
    for corpus in corpora:
        for file in corpus.files:
            name = f"{corpus.id}/{file.original}"
            if is_verified(file, corpus, destination):
                present += 1
                tell(f"{name}: already here")
                continue
            url = f"{host.rstrip('/')}/{file.origin}"
            try:
                _fetch(file, url, destination / corpus.id, tries, pause, timeout)
            except (OSError, http.client.HTTPException, CorpusError) as error:
                failures.append(f"{name}: {_reason(error)} ({url})")
                tell(failures[-1])
            else:
                fetched += 1
                tell(f"{name}: fetched")
    return Fetched(fetched, present, tuple(failures))


def _fetch(file: CorpusFile, url: str, folder: Path, tries: int, pause: float, timeout: float) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{file.original}.{os.getpid()}.part"
    try:
        for attempt in range(1, tries + 1):
            try:
                _download(url, part, timeout)
                _verify(part, file)
                os.replace(part, folder / file.original)
                return
            except (OSError, http.client.HTTPException, _WrongDigestError) as error:
                if attempt == tries or not _may_pass(error):
                    raise
                time.sleep(pause * 2 ** (attempt - 1))
    finally:
        with contextlib.suppress(FileNotFoundError):
            part.unlink()


def _download(url: str, part: Path, timeout: float) -> None:
    request = urllib.request.Request(url, headers={"User-Agent": "saring"})
    with urllib.request.urlopen(request, timeout=timeout) as answer, part.open("wb") as stream:
        while chunk := answer.read(_CHUNK_BYTES):
            stream.write(chunk)
        stream.flush()
        os.fsync(stream.fileno())


def _verify(part: Path, file: CorpusFile) -> None:
    digest = digest_of(part)
    if digest != file.original_digest:
        raise _WrongDigestError(f"expected {file.original_digest}, found {digest}")


def _may_pass(error: Exception) -> bool:
    """Whether a later try may do better: a full disk or a missing page will not."""
    if isinstance(error, urllib.error.HTTPError):
        return error.code in _TRY_AGAIN
    return isinstance(error, _PASSING)


def _reason(error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"the server answered {error.code} {error.reason}"
    if isinstance(error, urllib.error.URLError):
        return f"cannot be reached: {error.reason}"
    return " ".join(str(error).split()) or type(error).__name__
