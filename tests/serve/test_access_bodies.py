"""Bodies that do not end, or hardly move."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from access_service import JSON, Body, ask, routes_of
from fake_service import FakeClassifier, FakeSource, running
from starlette.types import Message, Receive, Scope, Send

from saring_serve.app import create_app
from saring_serve.settings import Settings
from saring_serve.slow_bodies import RefuseSlowBodies

pytestmark = pytest.mark.anyio

SMALL = {"SARING_MAX_CHARACTERS": "100", "SARING_MAX_TEXTS": "2", "SARING_JOB_MEGABYTES": "1"}
FORM = {"content-type": "multipart/form-data; boundary=x"}
FORM_HEAD = b'--x\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'


async def test_no_route_reads_an_endless_body() -> None:
    app = create_app(Settings.from_environment(SMALL), FakeSource(FakeClassifier()))
    async with running(app) as client:
        for method, path in routes_of(app):
            body = Body(b"x" * 1000)
            async with asyncio.timeout(10):
                response = await ask(client, method, path, JSON, content=body)
            if method == "POST":
                assert body.sent <= 20_000, path
                assert 400 <= response.status_code < 500, path
            else:
                assert response.status_code in (200, 404), path


async def test_an_endless_file_is_cut_off_at_its_limit(tmp_path: Path) -> None:
    settings = Settings.from_environment(SMALL | {"SARING_DATA_DIR": str(tmp_path)})
    async with running(create_app(settings, FakeSource(FakeClassifier()))) as client:
        body = Body(b"x" * 10_000, head=FORM_HEAD)
        async with asyncio.timeout(20):
            response = await client.post("/jobs", content=body, headers=FORM)
        assert (response.status_code, response.json()["code"]) == (413, "body_too_large")
        assert body.sent <= 1_200_000
        assert not [file for file in tmp_path.rglob("*.csv") if file.stat().st_size]
        assert not [file for file in tmp_path.rglob("*") if file.stat().st_size > 500_000]


async def test_a_body_that_trickles_is_refused_and_a_slow_line_is_served(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("saring_serve.slow_bodies.PATIENCE", 0.3)
    monkeypatch.setattr("saring_serve.slow_bodies.BYTES_PER_SECOND", 1000)
    for body in (Body(b"x", seconds=60), Body(b"x", seconds=0.02)):
        async with asyncio.timeout(10):
            response = await client.post("/classify", content=body, headers=JSON)
        assert (response.status_code, response.json()["code"]) == (408, "slow_body")
        assert response.headers["connection"] == "close"
        assert body.sent < 30
    steady = Body(b" " * 100, times=30, seconds=0.02)
    response = await client.post("/classify", content=steady, headers=JSON)
    assert (response.status_code, response.json()["code"]) == (400, "invalid_json")
    assert steady.sent == 3000


async def test_only_the_client_s_time_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("saring_serve.slow_bodies.PATIENCE", 0.05)
    left = [b"satu", b"dua", b""]

    async def receive() -> Message:
        if not left:
            await asyncio.sleep(0.1)  # a client that waits for its answer, then goes
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        while (message := await receive())["type"] != "http.disconnect":
            await asyncio.sleep(0.04)  # a route that writes what it reads to a slow disk
            read.append(message["body"])

    read: list[Any] = []

    async def send(message: Message) -> None:
        raise AssertionError(message)

    await RefuseSlowBodies(route)({"type": "http"}, receive, send)
    assert read == [b"satu", b"dua", b""]
