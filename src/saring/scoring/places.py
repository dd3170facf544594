"""Where tables come from: files, folders, patterns, object storage, standard input."""

import fnmatch
import glob
import gzip
import io
import shutil
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any, BinaryIO, TextIO, cast
from urllib.parse import urlsplit

from saring.errors import InputError, MissingExtraError, said
from saring.scoring.formats import Compression, Format, compression_of, format_of, kind_of

STANDARD = "-"
_HEAD = 4096


@dataclass(frozen=True, slots=True)
class Place:
    """A file that can be read as often as needed; ``path`` is where it lies on this machine, if it does."""

    name: str
    format: Format
    opened: Callable[[], BinaryIO]
    path: Path | None = None

    @contextmanager
    def bytes(self) -> Iterator[BinaryIO]:
        """What it holds, uncompressed; what goes wrong while it is read is an ``InputError``."""
        try:
            with self.opened() as raw, _uncompressed(raw, self.format.compression) as stream:
                yield stream
        except UnicodeDecodeError as error:
            raise InputError(f"{self.name} has bytes that are not {error.encoding}") from error
        except (OSError, EOFError, zlib.error) as error:
            what = (isinstance(error, OSError) and error.strerror) or said(error)
            raise InputError(f"{self.name} cannot be read: {what}") from error

    @contextmanager
    def text(self, encoding: str, newline: str = "") -> Iterator[TextIO]:
        """What it holds, decoded; bytes that are not UTF-8 come as the half surrogates of PEP 383."""
        errors = "surrogateescape" if encoding.startswith("utf-8") else "strict"
        with self.bytes() as stream:
            yield io.TextIOWrapper(stream, encoding, errors=errors, newline=newline)

    @contextmanager
    def seekable(self) -> Iterator[BinaryIO]:
        """What it holds, for formats that are read from their end: compressed files are unpacked first."""
        with self.bytes() as stream:
            if not self.format.compression:
                yield stream
                return
            with TemporaryFile() as copy:
                shutil.copyfileobj(stream, copy)
                copy.seek(0)
                yield cast(BinaryIO, copy)


@contextmanager
def find_places(source: str) -> Iterator[list[Place]]:
    """The files that ``source`` names, in the order of their names.

    ``source`` is a file, a folder (all tables in it, at any depth), a pattern such as ``data/*.csv``, an
    address such as ``s3://bucket/folder``, or ``-`` for standard input, whose format is found from its
    first bytes.

    Raises:
        InputError: there is no such file, none is a table, or the storage refuses.
    """
    if source == STANDARD:
        with TemporaryDirectory() as folder:
            yield [_standard_input(Path(folder) / "stdin")]
    elif "://" in source:
        yield _remote(source)
    else:
        yield [_local(path) for path in _paths(source)]


def local_place(path: Path) -> Place:
    """The file ``path``, its format by its name; raises ``InputError`` when there is none."""
    place = _local(path)
    if not path.is_file():
        raise InputError(f"{path} is not a file")
    return place


def file_system(address: str) -> tuple[Any, str]:
    """The file system of pyarrow for ``address``, and the path in it.

    Raises:
        InputError: the address is not understood or cannot be reached.
    """
    try:
        from pyarrow import fs
    except ModuleNotFoundError as error:
        raise MissingExtraError("object storage", "pyarrow", "score") from error
    try:
        found: tuple[Any, str] = fs.FileSystem.from_uri(address)
    except (OSError, ValueError) as error:
        raise InputError(f"{shown(address)} cannot be used: {said(error)}") from error
    return found


def shown(address: str) -> str:
    """``address`` without the key and the settings that may stand in it."""
    if "://" not in address:
        return address
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _paths(source: str) -> list[Path]:
    path = Path(source)
    if path.is_file():
        return [path]
    if path.is_dir():
        found = [each for each in path.rglob("*") if each.is_file()]
        return [Path(name) for name in _tables(source, map(str, found), path)]
    if glob.has_magic(source):
        matched = (name for name in glob.glob(source, recursive=True) if Path(name).is_file())
        return [Path(name) for name in _tables(source, matched)]
    raise InputError(f"{source} is not a file")


def _tables(source: str, names: Iterator[str], root: PurePath | str = "") -> list[str]:
    """The tables among ``names``, sorted; hidden files and markers such as ``_SUCCESS`` are none."""

    def is_table(name: str) -> bool:
        parts = PurePath(name).relative_to(root).parts if root else (PurePath(name).name,)
        if any(part.startswith((".", "_")) for part in parts) or name.endswith(".rejected.jsonl"):
            return False
        try:
            return bool(format_of(name))
        except InputError:
            return False

    if tables := sorted(filter(is_table, names)):
        return tables
    raise InputError(f"there is no table in {shown(source)}")


def _local(path: Path) -> Place:
    return Place(str(path), format_of(path.name), lambda: path.open("rb"), path)


def _remote(source: str) -> list[Place]:
    address, question_mark, settings = source.partition("?")
    pattern = ""
    if marks := [at for at, letter in enumerate(address) if letter in "*["]:
        folder = address.rindex("/", 0, marks[0])
        address, pattern = address[:folder], address[folder + 1 :]
    system, path = file_system(address + question_mark + settings)
    from pyarrow import fs

    def place(name: str) -> Place:
        def opened() -> BinaryIO:
            return cast(BinaryIO, io.BufferedReader(system.open_input_file(name)))

        return Place(f"{urlsplit(source).scheme}://{name}", format_of(name), opened)

    try:
        if not pattern and system.get_file_info(path).type == fs.FileType.File:
            return [place(path)]
        listed = system.get_file_info(fs.FileSelector(path, recursive=True))
    except OSError as error:
        raise InputError(f"{shown(source)} cannot be read: {said(error)}") from error
    names = [info.path for info in listed if info.type == fs.FileType.File]
    if pattern:
        names = [name for name in names if fnmatch.fnmatchcase(name.removeprefix(f"{path}/"), pattern)]
    return [place(name) for name in _tables(source, iter(names), path)]


def _standard_input(path: Path) -> Place:
    with path.open("wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
    with path.open("rb") as file:
        compression = compression_of(file.read(_HEAD))
    packed = Place("standard input", Format("CSV", compression=compression), lambda: path.open("rb"), path)
    with packed.bytes() as stream:
        kind = kind_of(stream.read(_HEAD))
    return Place(packed.name, Format(kind, compression=compression), packed.opened, path)


@contextmanager
def _uncompressed(raw: BinaryIO, compression: Compression | None) -> Iterator[BinaryIO]:
    if compression == "gz":
        with gzip.GzipFile(fileobj=raw) as stream:
            yield cast(BinaryIO, stream)
    elif compression == "zst":
        try:
            from pyarrow import CompressedInputStream
        except ModuleNotFoundError as error:
            raise MissingExtraError("a .zst file", "pyarrow", "score") from error
        with CompressedInputStream(raw, "zstd") as stream:
            yield cast(BinaryIO, io.BufferedReader(stream))
    else:
        yield raw
