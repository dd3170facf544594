"""A service that requires keys, and one key of each role."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from fake_service import FakeClassifier, FakeSource, running
from fastapi import FastAPI

from saring_serve.access import ROLES, Role
from saring_serve.app import create_app
from saring_serve.settings import Settings, StoreSettings
from saring_serve.store.keys import opened

JSON = {"content-type": "application/json"}


def add_keys(data: Path) -> dict[Role, str]:
    """A key of each role, named as the role, in the database of the folder ``data``."""
    with opened(StoreSettings(data=data)) as store:
        return {role: store.add(role, role) for role in ROLES}


def app_with_keys(data: Path, classifier: FakeClassifier | None = None, **environment: str) -> FastAPI:
    """The service on that database."""
    variables = {"SARING_REQUIRE_KEYS": "1", "SARING_DATA_DIR": str(data), **environment}
    return create_app(Settings.from_environment(variables), FakeSource(classifier or FakeClassifier()))


@asynccontextmanager
async def with_keys(data: Path, classifier: FakeClassifier | None = None, **environment: str) -> Any:
    """A client of that service while it runs."""
    async with running(app_with_keys(data, classifier, **environment)) as client:
        yield client


def bearer(key: str) -> dict[str, str]:
    """The header that brings ``key``."""
    return {"authorization": f"Bearer {key}"}


def routes_of(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Method and path of everything that ``app`` answers, those of its mounts as ``("MOUNT", path)``."""

    def walk(routes: Any) -> Iterator[tuple[str, str]]:
        for route in routes:
            if hasattr(route, "original_router"):
                yield from walk(route.original_router.routes)
            elif hasattr(route, "methods"):
                yield from ((method, route.path) for method in route.methods or ())
            else:
                yield "MOUNT", route.path

    yield from walk(app.routes)


async def ask(
    client: httpx.AsyncClient, method: str, path: str, headers: Mapping[str, str], **rest: Any
) -> httpx.Response:
    """Send a request to the route with this ``method`` and ``path``, as ``routes_of`` names it."""
    sent = "GET" if method == "MOUNT" else method
    return await client.request(sent, path.replace("{id}", "0" * 32), headers=headers, **rest)


class Body:
    """A body without declared length: ``times`` chunks, and ``seconds`` before each."""

    def __init__(self, chunk: bytes, times: int = 1_000_000, seconds: float = 0, head: bytes = b"") -> None:
        self._head, self._chunk, self._times, self._seconds = head, chunk, times, seconds
        self.sent = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._head
        for _ in range(self._times):
            await asyncio.sleep(self._seconds)
            self.sent += len(self._chunk)
            yield self._chunk


def code(response: httpx.Response) -> tuple[int, str | None]:
    """Status and problem code."""
    problem = response.headers.get("content-type") == "application/problem+json"
    return response.status_code, response.json()["code"] if problem else None
