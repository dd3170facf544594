"""A service around a classifier that answers from a table, in the test's own event loop."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fake_service import FakeClassifier, FakeSource, running

from saring_serve.app import create_app
from saring_serve.settings import Settings


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def classifier() -> FakeClassifier:
    return FakeClassifier()


@pytest.fixture
async def client(classifier: FakeClassifier) -> AsyncIterator[httpx.AsyncClient]:
    async with running(create_app(Settings(), FakeSource(classifier))) as client:
        yield client
