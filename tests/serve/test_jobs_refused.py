"""``/jobs`` when something is wrong: forms, files, limits, other callers, time, memory, the disk."""

import gzip
import io
import os
import struct
import subprocess
import zipfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from access_service import add_keys, bearer
from fake_service import CANARY
from job_service import CSV, ended, files_of, job_service, send
from sqlalchemy import update
from sqlalchemy.orm import Session

from saring.errors import InputError
from saring_serve.jobs.folders import safe_name
from saring_serve.settings import StoreSettings
from saring_serve.store.database import open_database
from saring_serve.store.tables import Job

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client(models_folder: Path, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with job_service(models_folder, tmp_path, SARING_JOB_MEGABYTES="1") as client:
        yield client


def bomb(*, declared: bool) -> bytes:
    """A workbook of 200 KB that unpacks to 96 MB; its directory may say that it is smaller."""
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/worksheets/sheet1.xml", b" " * (96 << 20))
        packed = bytearray(file.getvalue())
    if not declared:
        at = packed.rfind(b"PK\x01\x02") + 24
        packed[at : at + 4] = struct.pack("<I", 1000)
    return bytes(packed)


REFUSED: dict[str, tuple[dict[str, Any], int, str]] = {
    "no form": ({"json": {"text_column": CANARY}}, 415, "unsupported_media_type"),
    "no boundary": (
        {"content": b"x", "headers": {"content-type": "multipart/form-data"}},
        415,
        "unsupported_media_type",
    ),
    "broken": (
        {"content": CANARY, "headers": {"content-type": "multipart/form-data; boundary=a"}},
        400,
        "invalid_form",
    ),
    "broken off": (
        {"content": b"--a\r\n", "headers": {"content-type": "multipart/form-data; boundary=a"}},
        400,
        "incomplete_body",
    ),
    "no file": ({"files": {"text_column": (None, b"teks")}}, 422, "missing_field"),
    "no name": ({"files": {"file": (None, CSV)}}, 422, "missing_field"),
    "two files": ({"files": [("file", ("a.csv", CSV)), ("file", ("b.csv", CSV))]}, 422, "wrong_type"),
    "more": ({"files": {"file": ("a.csv", CSV), CANARY: (None, b"1")}}, 422, "unknown_field"),
    "odd hold": ({"files": {"file": ("a.csv", CSV)}, "data": {"hold": "ya"}}, 422, "wrong_type"),
    "long column": (
        {"files": {"file": ("a.csv", CSV)}, "data": {"text_column": "x" * 5000}},
        422,
        "wrong_type",
    ),
    "no table": ({"files": {"file": ("a.pdf", CSV)}}, 422, "unknown_format"),
    "unknown column": (
        {"files": {"file": ("a.csv", CSV)}, "data": {"text_column": "isi"}},
        422,
        "unknown_column",
    ),
    "empty": ({"files": {"file": ("a.csv", b"")}}, 422, "unusable_table"),
    "no csv": ({"files": {"file": ("a.csv", b'teks\n"slot')}}, 422, "unusable_table"),
    "no sheet": ({"files": {"file": ("a.xlsx", CSV)}}, 422, "unusable_table"),
    "bomb": ({"files": {"file": ("a.xlsx", bomb(declared=True))}}, 422, "unusable_table"),
    "bomb that lies": ({"files": {"file": ("a.xlsx", bomb(declared=False))}}, 422, "unusable_table"),
    "packed bomb": (
        {"files": {"file": ("a.csv.gz", gzip.compress(b"a" * (21 << 20)))}},
        422,
        "unusable_table",
    ),
    "large": ({"files": {"file": ("a.csv", b"a" * (2 << 20))}}, 413, "body_too_large"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_is_refused_leaves_nothing(name: str, client: httpx.AsyncClient, tmp_path: Path) -> None:
    sent, status, code = REFUSED[name]
    response = await client.post("/jobs", **sent)
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert (response.status_code, problem["code"]) == (status, code)
    assert problem["hint"] and CANARY not in response.text
    assert files_of(tmp_path) == set()


async def test_bombs_say_what_they_would_unpack_to(client: httpx.AsyncClient) -> None:
    for name in ("bomb", "bomb that lies", "packed bomb"):
        detail = (await client.post("/jobs", **REFUSED[name][0])).json()["detail"]
        assert detail.startswith("a.") and "unpacks to more than" in detail


async def test_a_large_file_of_no_declared_length_is_refused_while_it_is_read(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    pulled = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal pulled
        yield b'--a\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\nteks\n'
        while True:
            pulled += 1
            yield b"a" * (1 << 16)

    headers = {"content-type": "multipart/form-data; boundary=a"}
    response = await client.post("/jobs", content=body(), headers=headers)
    assert (response.status_code, response.json()["code"]) == (413, "body_too_large")
    assert pulled <= 20
    assert files_of(tmp_path) == set()


@pytest.mark.parametrize(
    ("sent", "safe"),
    [
        ("../../etc/unggahan.csv", "unggahan.csv"),
        ("C:\\data\\unggahan.CSV", "unggahan.csv"),
        (".csv.csv", "csv.csv"),
        ("a\x00\n\u202eb*?.jsonl.GZ", "a___b__.jsonl.gz"),
        ("data é.xlsx", "data é.xlsx"),
        ("-.csv", "-.csv"),
        (" .. .csv", None),
        ("unggahan.exe", None),
    ],
)
def test_names_are_made_safe(sent: str, safe: str | None) -> None:
    if safe is None:
        with pytest.raises(InputError):
            safe_name(sent)
    else:
        assert safe_name(sent) == safe


def test_a_long_name_is_cut_before_its_ending() -> None:
    assert safe_name("é" * 200 + ".csv.gz") == "é" * 60 + ".csv.gz"


async def test_a_job_is_its_owner_s_and_the_administrator_s(models_folder: Path, tmp_path: Path) -> None:
    keys = {role: bearer(key) for role, key in add_keys(tmp_path).items()}
    async with job_service(models_folder, tmp_path, SARING_REQUIRE_KEYS="1") as client:
        client.headers = keys["classify"]
        job = await ended(client, await send(client))
        paths = [f"/jobs/{job['id']}{end}" for end in ("", "/events", "/result", "/report", "/rejections")]
        for path in paths:
            owner, other, admin = [
                await client.get(path, headers=keys[role]) for role in ("classify", "review", "admin")
            ]
            assert (owner.status_code, other.status_code, admin.status_code) == (200, 404, 200), path
            assert other.json()["code"] == "unknown_job"
        started = {"text_column": "teks"}
        foreign = await client.post(f"/jobs/{job['id']}/start", json=started, headers=keys["review"])
        assert foreign.json()["code"] == "unknown_job"
        assert (await client.delete(f"/jobs/{job['id']}", headers=keys["review"])).status_code == 404
        assert (await client.get(f"/jobs/{job['id']}/review")).json()["code"] == "role_too_low"
        assert (await client.get(f"/jobs/{job['id']}/review", headers=keys["admin"])).status_code == 200


async def test_a_job_whose_time_is_over_is_gone(models_folder: Path, tmp_path: Path) -> None:
    async with job_service(models_folder, tmp_path, SARING_JOB_HOURS="2") as client:
        job = await ended(client, await send(client))
        left = datetime.fromisoformat(job["expires"]) - datetime.now(UTC)
        assert timedelta(hours=1.9) < left <= timedelta(hours=2)
        held = await send(client, hold="1")
        engine = open_database(StoreSettings(data=tmp_path))
        with Session(engine) as session, session.begin():
            session.execute(update(Job).values(expires=datetime.now(UTC)))
        engine.dispose()
        for one in (job, held):
            assert (await client.get(f"/jobs/{one['id']}")).json()["code"] == "unknown_job"
    stray = tmp_path / "jobs" / ("f" * 32)  # an upload that a crash broke off
    stray.mkdir()
    os.utime(stray, (0, 0))
    assert len(files_of(tmp_path)) > 2
    async with job_service(models_folder, tmp_path, SARING_JOB_HOURS="2"):
        with anyio.fail_after(20):
            while files_of(tmp_path):
                await anyio.sleep(0.02)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", place], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"a small file system cannot be mounted here: {mounted.stderr.decode()}")
    yield place
    subprocess.run(["umount", place], check=True)


async def test_a_full_disk_is_said_and_leaves_nothing_half_done(
    models_folder: Path, small_disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with job_service(models_folder, small_disk) as client:
        large = b"teks\n" + os.urandom(1 << 21).hex().encode()
        refused = await client.post("/jobs", files={"file": ("besar.csv", large)})
        assert (refused.status_code, refused.json()["code"]) == (507, "disk_full")
        assert files_of(small_disk) == set()

        rows = b"teks\n" + b"".join(b"slot %d\n" % at for at in range(20_000))  # its results take megabytes
        job = await ended(client, await send(client, "sedang.csv", rows))
        assert (job["state"], job["problem"]["code"]) == ("failed", "disk_full")
        assert job["problem"]["hint"] and job["results"] == []
        assert files_of(small_disk) == {job["id"], f"{job['id']}/table.json", f"{job['id']}/progress.json"}

        job = await ended(client, await send(client))
        assert job["state"] == "done"
        assert (await client.get(f"/jobs/{job['id']}/result")).status_code == 200
    assert "slot" not in caplog.text
