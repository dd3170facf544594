"""``/review`` and ``/jobs/{id}/review``: what a person is asked to look at, and when no longer."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from job_service import ended, job_service, send
from tiny_model import tiny_model

from saring.artefact.manifest import Thresholds, open_model
from saring.artefact.registry import Registry
from saring.taxonomy import taxonomy

pytestmark = pytest.mark.anyio

NEAR, FAR, CERTAIN = "goblok", "bukan slot", "kubunuh"
"""With the thresholds below: 0.02 and 0.23 from being flagged, and flagged."""


@pytest.fixture(scope="module")
def unsure(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models root whose model leaves some texts to a person."""
    folder = tiny_model(tmp_path_factory.mktemp("unsure") / "1")
    flag = tuple(0.9 if id_ == "penghinaan" else 0.5 for id_ in taxonomy().ids)
    replace(open_model(folder), thresholds=Thresholds(review=(0.2,) * 8, flag=flag)).write(folder)
    root = tmp_path_factory.mktemp("models")
    Registry(root).publish(folder, "saring-id", "1")
    Registry(root).promote("saring-id", "1", who="tests", why="the only one")
    return root


@pytest.fixture
async def client(unsure: Path, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with job_service(unsure, tmp_path, SARING_STORE_TEXT="1") as client:
        yield client


async def correct(client: httpx.AsyncClient, text: str, **labels: int) -> None:
    assert (await client.post("/feedback", json={"text": text, "labels": labels})).status_code == 201


async def asked(client: httpx.AsyncClient, path: str = "/review") -> list[tuple[str, str]]:
    items = (await client.get(path)).json()["items"]
    return [(item["text"], item["source"]) for item in items]


def in_doubt(item: dict[str, Any]) -> list[str]:
    return [one["id"] for one in item["categories"] if one["decision"] == "review"]


async def test_recent_texts_are_asked_for_until_somebody_corrects_them(client: httpx.AsyncClient) -> None:
    assert (await client.get("/review")).json() == {"items": [], "left": 0}
    for text in (FAR, CERTAIN, NEAR, "kucing", FAR):
        await client.post("/classify", json={"text": text})
    first = (await client.get("/review?limit=1")).json()
    assert first["left"] == 2
    [item] = first["items"]
    assert (item["text"], item["why"], item["source"], item["job"]) == (NEAR, "review", "recent", None)
    assert (item["corrected"], item["labels"], in_doubt(item)) == (False, [], ["penghinaan"])
    penghinaan = item["categories"][6]
    assert (penghinaan["review"], penghinaan["threshold"]) == (0.2, 0.9)
    assert 0.2 <= penghinaan["probability"] < 0.9
    assert await asked(client) == [(NEAR, "recent"), (FAR, "recent")]
    await correct(client, NEAR, penghinaan=0)
    assert await asked(client) == [(FAR, "recent")]


async def test_texts_on_which_people_differ_come_first(client: httpx.AsyncClient) -> None:
    await client.post("/classify", json={"text": FAR})
    for label in (1, 0, 1):
        await correct(client, NEAR, penghinaan=label)
    await correct(client, "kucing", sara=0)
    answer = (await client.get("/review")).json()
    disputed, recent = answer["items"]
    assert answer["left"] == 2 and recent["text"] == FAR
    assert (disputed["text"], disputed["why"], disputed["source"]) == (NEAR, "disputed", "feedback")
    assert disputed["labels"] == [{"penghinaan": 1}, {"penghinaan": 0}] and disputed["corrected"]
    assert in_doubt(disputed) == ["penghinaan"]
    assert [item["text"] for item in (await client.get("/review?limit=1")).json()["items"]] == [NEAR]
    assert (await client.get("/review?limit=0")).json()["field"] == "limit"


async def test_without_stored_texts_only_jobs_are_reviewed(unsure: Path, tmp_path: Path) -> None:
    rows = "".join(f"{text}\n" for text in (FAR, "kucing", NEAR, CERTAIN, f" {FAR}", "goblok " * 2_000))
    async with job_service(unsure, tmp_path, SARING_STORE_TEXT="0") as client:
        job = await ended(client, await send(client, "u.csv", f"teks\n{rows}".encode()))
        path = f"/jobs/{job['id']}/review"
        found = (await client.get(path)).json()
        assert [(item["text"], item["source"]) for item in found["items"]] == [(NEAR, "job"), (FAR, "job")]
        assert found["left"] == 2 and {item["job"] for item in found["items"]} == {job["id"]}
        assert [in_doubt(item) for item in found["items"]] == [["penghinaan"], ["perjudian"]]
        assert len((await client.get(f"{path}?limit=1")).json()["items"]) == 1
        await client.post("/classify", json={"text": FAR})
        assert await asked(client) == []
        await correct(client, NEAR, penghinaan=1)
        assert await asked(client, path) == [(FAR, "job")]
