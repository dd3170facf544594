"""A service around a classifier that answers from a table, in the test's own event loop."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from fake_service import FakeClassifier, FakeSource, running
from service_process import Process, Start

from saring_serve.app import create_app
from saring_serve.settings import Settings


@pytest.fixture(scope="session", autouse=True)
def nobodys_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test touches the corrections of the person who runs it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield


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


@pytest.fixture
def start(models_folder: Path, tmp_path: Path) -> Iterator[Start]:
    """Starts a server process and waits until it is ready; all are killed in the end."""
    processes: list[Process] = []

    def start_one(**environment: str) -> Process:
        process = Process(models_folder, tmp_path / "log", **environment)
        processes.append(process)
        process.wait_until_ready()
        return process

    yield start_one
    for process in processes:
        process.running.kill()
        process.running.wait()
