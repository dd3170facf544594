"""Where results go: a file appears when it is whole, or never."""

import glob
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from saring.errors import InputError, said
from saring.scoring.formats import base_of
from saring.scoring.places import STANDARD, file_system, shown


def is_local(address: str) -> bool:
    """Whether ``address`` is a path on this machine: neither standard output nor object storage."""
    return address != STANDARD and "://" not in address


@contextmanager
def published(address: str) -> Iterator[BinaryIO]:
    """A file to write; it goes to ``address`` at the end, unless something fails before.

    Raises:
        InputError: the folder or the storage will not do.
    """
    try:
        if is_local(address):
            with _renamed(Path(address)) as file:
                yield file
        else:
            with TemporaryDirectory() as folder:
                copy = Path(folder) / "output"
                with copy.open("wb") as file:
                    yield file
                _send(copy, address)
    except OSError as error:
        raise InputError(f"{error.filename or shown(address)}: {error.strerror or said(error)}") from error


def rejections_of(address: str) -> str:
    """Where the rows are named that got no verdict, beside the table at ``address``."""
    stem, question_mark, settings = ("rejected", "", "")
    if address != STANDARD:
        path, question_mark, settings = address.partition("?") if "://" in address else (address, "", "")
        stem = f"{base_of(path)}.rejected"
    return f"{stem}.jsonl{question_mark}{settings}"


def parts_of(address: str) -> Path:
    """The folder of what is scored so far: beside a local output, else in the user's cache."""
    if is_local(address):
        path = Path(address)
        return path.with_name(f".{path.name}.parts")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "saring" / f"{blake2b(address.encode(), digest_size=8).hexdigest()}.parts"


@contextmanager
def _renamed(path: Path) -> Iterator[BinaryIO]:
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with partial.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        for abandoned in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
            abandoned.unlink(missing_ok=True)  # by a run that was killed
    finally:
        partial.unlink(missing_ok=True)


def _send(copy: Path, address: str) -> None:
    with copy.open("rb") as file:
        if address == STANDARD:
            shutil.copyfileobj(file, sys.stdout.buffer)
            sys.stdout.buffer.flush()
            return
        system, path = file_system(address)
        with system.open_output_stream(path, compression=None) as stream:
            shutil.copyfileobj(file, stream)
