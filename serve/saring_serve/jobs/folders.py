"""Where the files of jobs lie: one folder each, only for the owner of the service, gone with the job."""

import json
import os
import re
import shutil
import time
import unicodedata
from collections.abc import Container, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from saring.scoring.formats import base_of, format_of

TableFormat = Literal["csv", "xlsx", "jsonl", "parquet"]
"""A format in which a scored table can be had."""

ReportFormat = Literal["html", "json"]
"""The report as a page, and its figures."""

_NAME_BYTES = 120  # with all that is added to a name, it stays below the 255 of common file systems
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]')


def safe_name(sent: str) -> str:
    """The last part of the file name ``sent``, without what no file system or header takes, and not too long.

    Raises:
        InputError: its ending is that of no table.
    """
    name = unicodedata.normalize("NFC", sent.encode(errors="replace").decode()).replace("\\", "/")
    name = _UNSAFE.sub("_", name.rpartition("/")[2]).strip(" .")
    format_of(name)
    base = base_of(name).strip(" .")
    ending = name[len(base) :] if name.startswith(base) else name
    return (base.encode()[:_NAME_BYTES].decode(errors="ignore") or "tabel") + ending.lower().strip(" ")


def own_format(name: str) -> TableFormat:
    """The format in which a table of this name comes back: chats as CSV, JSON as JSON lines."""
    kind = format_of(name).kind
    formats: dict[str, TableFormat] = {
        "XLSX": "xlsx",
        "Parquet": "parquet",
        "JSON": "jsonl",
        "JSONL": "jsonl",
    }
    return formats.get(kind, "csv")


@dataclass(frozen=True, slots=True)
class JobFolder:
    """The folder of one job, of which the file is called ``name``.

    ``files`` holds the file as it was sent and what scoring writes; it is where the worker runs, so that
    messages about a file name it as it was sent.
    """

    path: Path
    name: str

    @property
    def files(self) -> Path:
        """What was sent, and what scoring writes."""
        return self.path / "files"

    @property
    def sent(self) -> Path:
        """The file as it was sent."""
        return self.files / self.name

    @property
    def temporary(self) -> Path:
        """Where the worker keeps what it needs for a moment."""
        return self.path / "tmp"

    @property
    def result_base(self) -> str:
        """The name of what comes back, without its ending."""
        return f"{base_of(self.name)}-saring"

    @property
    def scored(self) -> Path:
        """The scored table in the file's own format, as ``score_table`` writes it."""
        return self.files / f"{self.result_base}.{own_format(self.name)}"

    @property
    def rejections(self) -> Path:
        """The rows without a verdict, where there are any."""
        return self.files / f"{self.result_base}.rejected.jsonl"

    def report(self, form: ReportFormat) -> Path:
        """The report on what was found."""
        return self.files / f"{self.result_base}.{form}"

    def converted(self, form: TableFormat) -> Path:
        """The scored table as it is downloaded in ``form``."""
        return self.path / f"table.{form}"

    @property
    def uncertain(self) -> Path:
        """The rows to be reviewed."""
        return self.path / "uncertain.jsonl"

    def make(self) -> None:
        """Make it, and the places in it."""
        self.files.mkdir(parents=True)
        self.temporary.mkdir()

    def write(self, what: Literal["table", "progress"], value: Any) -> None:
        """Keep a small JSON value; others see it whole or not yet."""
        partial = self.path / f".{what}.part"
        partial.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8", errors="replace")
        partial.replace(self.path / f"{what}.json")

    def read(self, what: Literal["table", "progress"]) -> Any:
        """The value that was kept, ``None`` where there is none."""
        try:
            return json.loads((self.path / f"{what}.json").read_bytes())
        except FileNotFoundError:
            return None

    def drop_results(self) -> None:
        """Delete what scoring has written."""
        for path in [*self.files.iterdir(), *self.temporary.iterdir()]:
            if path != self.sent:
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    def drop_files(self) -> None:
        """Delete all but what was read in the file when it came."""
        shutil.rmtree(self.files, ignore_errors=True)
        shutil.rmtree(self.temporary, ignore_errors=True)

    def delete(self) -> None:
        """Delete all of it."""
        shutil.rmtree(self.path, ignore_errors=True)


class JobFolders:
    """The folders of all jobs, under ``root``."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()

    def of(self, id_: str, name: str) -> JobFolder:
        """The folder of the job ``id_``."""
        return JobFolder(self._root / id_, name)

    @property
    def in_use(self) -> bool:
        """Whether a job was ever sent."""
        return self._root.is_dir()

    def prepare(self) -> None:
        """Make the root."""
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)

    def delete(self, ids: Iterable[str]) -> None:
        """Delete the folders of the jobs ``ids``."""
        for id_ in ids:
            shutil.rmtree(self._root / id_, ignore_errors=True)

    def delete_abandoned(self, known: Container[str], hours: int) -> None:
        """Delete folders of no known job that are older than ``hours``: a crash broke their upload off."""
        before = time.time() - 3600 * hours
        self.delete(
            path.name
            for path in self._root.iterdir()
            if path.is_dir() and path.name not in known and path.stat().st_mtime < before
        )

    @contextmanager
    def turn(self) -> Iterator[int | None]:
        """The right to run jobs here, as a file descriptor; ``None`` where another process has it.

        It is held as long as any process has the descriptor open: a worker that inherits it keeps others
        out until it has ended itself, however its parent ended.
        """
        import fcntl

        descriptor = os.open(self._root / ".turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield None
            else:
                yield descriptor
        finally:
            os.close(descriptor)
