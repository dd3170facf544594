"""A PostgreSQL of the tests' own: a new cluster in a folder, on a socket there, gone afterwards."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """The URL of an empty database; skips where PostgreSQL or its driver is not installed."""
    pytest.importorskip("psycopg", reason="pip install 'saring[postgres]'")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    which = found[-1] if found else shutil.which("initdb")
    if which is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    programs = Path(which).parent
    folder = Path(tempfile.mkdtemp(prefix="saring-pg-"))  # a socket's path must be short
    owner = "postgres" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    if owner:
        shutil.chown(folder, owner)
    cluster = folder / "cluster"

    def call(program: str, *arguments: str | Path) -> None:
        subprocess.run(
            [programs / program, *arguments], check=True, user=owner, cwd=folder, stdout=subprocess.DEVNULL
        )

    try:
        call("initdb", "-D", cluster, "-U", "saring", "-A", "trust", "-E", "UTF8", "--no-sync")
        call("pg_ctl", "start", "-w", "-D", cluster, "-l", folder / "log", "-o", f"-k {folder} -h ''")
        try:
            yield f"postgresql://saring@/postgres?host={folder}"
        finally:
            call("pg_ctl", "stop", "-m", "immediate", "-D", cluster)
    finally:
        shutil.rmtree(folder)
