"""A service that scores files with the tiny model, and what tests of jobs say to it."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import anyio
import httpx
from fake_service import running

from saring_serve.app import create_app
from saring_serve.settings import Settings

CSV = b"id,teks\n1,slot gacor\n2,kucing\n3,\n4,bukan slot\n5,slot gacor\n"


def job_service(
    models: Path, data: Path, **environment: str
) -> AbstractAsyncContextManager[httpx.AsyncClient]:
    """A client of the service on ``data`` while it runs, judged by what is in production under ``models``."""
    variables = {"SARING_MODELS": str(models), "SARING_DATA_DIR": str(data), **environment}
    return running(create_app(Settings.from_environment(variables)))


async def send(
    client: httpx.AsyncClient, name: str = "unggahan.csv", table: bytes = CSV, **fields: str
) -> dict[str, Any]:
    """The job of a table that is taken."""
    response = await client.post("/jobs", files={"file": (name, table)}, data=fields)
    assert response.status_code == 202, response.text
    job: dict[str, Any] = response.json()
    assert response.headers["location"] == f"/jobs/{job['id']}"
    return job


async def ended(client: httpx.AsyncClient, job: dict[str, Any], seconds: float = 60) -> dict[str, Any]:
    """The job when it is done or has failed."""
    with anyio.fail_after(seconds):
        while (now := (await client.get(f"/jobs/{job['id']}")).json())["state"] not in ("done", "failed"):
            await anyio.sleep(0.1)
    result: dict[str, Any] = now
    return result


def files_of(data: Path) -> set[str]:
    """What lies in the folders of jobs, besides the lock."""
    return {str(path.relative_to(data / "jobs")) for path in (data / "jobs").rglob("*")} - {".turn"}
