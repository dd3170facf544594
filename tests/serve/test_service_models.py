"""Promotion reaches a running service, and a version that cannot be trusted does not."""

import asyncio
import logging
from pathlib import Path

import anyio
import httpx
import pytest
from fake_service import CANARY, FakeClassifier, FakeSource, eventually, running
from tiny_model import tiny_model

from saring.artefact.registry import Registry
from saring.errors import ArtefactError
from saring_serve.app import create_app
from saring_serve.settings import QueueLimits, Settings

pytestmark = pytest.mark.anyio

POLLING = Settings(model_poll=0.01)


async def test_ten_promotions_under_load_lose_no_request() -> None:
    source = FakeSource(FakeClassifier("1", seconds_per_text=0.0005))
    app = create_app(POLLING, source)
    async with running(app) as client:
        versions: list[str] = []
        promoted = asyncio.Event()

        async def load(path: str, body: dict[str, object]) -> None:
            while not promoted.is_set():
                response = await client.post(path, json=body)
                assert response.status_code == 200
                results = response.json().get("results") or [response.json()]
                own = {result["model"]["version"] for result in results}
                assert len(own) == 1, "one request, one model"
                versions.extend(own)

        async with anyio.create_task_group() as tasks:
            for _ in range(8):
                tasks.start_soon(load, "/classify", {"text": "slot gacor"})
            for _ in range(2):
                tasks.start_soon(load, "/classify/batch", {"texts": ["teks biasa " * 20] * 40})
            for version in range(2, 12):
                source.promote(FakeClassifier(str(version), seconds_per_text=0.0005))
                await eventually(
                    lambda version=version: app.state.service.models.current.manifest.version == str(version)
                )
                await eventually(lambda version=version: str(version) in versions)
            promoted.set()
        assert set(versions) == {str(version) for version in range(1, 12)}
        assert (await client.get("/model")).json()["version"] == "11"
        assert 'saring_model_info{name="saring-id",version="11"} 1.0' in (await client.get("/metrics")).text


@pytest.mark.parametrize(
    "broken", [ArtefactError("the file model.onnx is not the one that was published"), OSError(CANARY)]
)
async def test_a_version_that_does_not_open_is_refused_and_the_old_one_stays(
    broken: Exception, classifier: FakeClassifier, caplog: pytest.LogCaptureFixture
) -> None:
    source = FakeSource(classifier)
    with caplog.at_level(logging.INFO):
        async with running(create_app(POLLING, source)) as client:
            source.promote(broken)
            await eventually(lambda: "was refused" in caplog.text)
            assert "saring-id 1 stays" in caplog.text
            assert (str(broken) in caplog.text) is isinstance(broken, ArtefactError)
            assert (await client.get("/model")).json()["version"] == "1"
            assert (await client.post("/classify", json={"text": "slot"})).json()["flagged"]
            assert 'loads_total{outcome="refused"} 1.0' in (await client.get("/metrics")).text
            source.promote(FakeClassifier("3"))
            await eventually(lambda: "model saring-id 3 judges" in caplog.text)
            assert (await client.get("/readyz")).json()["version"] == "3"


async def test_a_version_that_opens_but_cannot_judge_is_refused(
    classifier: FakeClassifier, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = FakeSource(classifier)
    broken = FakeClassifier("2")
    monkeypatch.setattr(broken, "classify_many", lambda texts: 1 / 0)
    async with running(create_app(POLLING, source)) as client:
        source.promote(broken)
        await eventually(lambda: "ZeroDivisionError" in caplog.text)
        assert (await client.get("/model")).json()["version"] == "1"


async def test_a_service_without_a_model_takes_the_first_that_is_promoted() -> None:
    source = FakeSource()
    app = create_app(POLLING, source)
    async with running(app, until_ready=False) as client:
        assert (await client.get("/readyz")).status_code == 503
        source.promote(FakeClassifier("1"))
        await eventually(lambda: app.state.service.models.current is not None)
        assert (await client.get("/readyz")).status_code == 200


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """A registry with the real tiny model as versions 1 (in production) and 2."""
    registry = Registry(tmp_path / "models")
    for version in ("1", "2"):
        registry.publish(tiny_model(tmp_path / version, version=version), "saring-id", version)
    registry.promote("saring-id", "1", "tests", "the first")
    return registry


async def test_the_real_registry_is_followed_under_load(registry: Registry) -> None:
    app = create_app(Settings(models=registry.root, model_poll=0.02))
    async with running(app) as client:
        assert await _flagged(client, "Situs slot gacor, langsung maxwin!") == ["perjudian"]
        statuses: list[int] = []
        done = asyncio.Event()

        async def load() -> None:
            while not done.is_set():
                statuses.append((await client.post("/classify", json={"text": "slot gacor"})).status_code)

        async with anyio.create_task_group() as tasks:
            for _ in range(4):
                tasks.start_soon(load)
            for at in range(6):
                version = "21"[at % 2]
                await asyncio.to_thread(registry.promote, "saring-id", version, "tests", "to and fro")
                await eventually(
                    lambda version=version: app.state.service.models.current.manifest.version == version
                )
            done.set()
        assert set(statuses) == {200} and len(statuses) > 20
        assert (await client.get("/model")).json()["version"] == "1"


async def test_a_tampered_version_is_refused_by_its_digest(
    registry: Registry, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(Settings(models=registry.root, model_poll=0.02))
    async with running(app) as client:
        registry.promote("saring-id", "2", "tests", "before the other is tampered with")
        await eventually(lambda: app.state.service.models.current.manifest.version == "2")
        graph = registry.path("saring-id", "1") / "model.onnx"
        graph.write_bytes(graph.read_bytes()[:-1] + b"\xff")
        text = (registry.root / "registry.json").read_text()
        (registry.root / "registry.json").write_text(text.replace('"production": "2"', '"production": "1"'))
        await eventually(lambda: "is not the one that was published" in caplog.text)
        assert (await client.get("/model")).json()["version"] == "2"
        assert await _flagged(client, "ganyang!") == ["provokasi"]


async def test_a_registry_that_is_not_there_is_said_and_waited_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(models=tmp_path / "nothing", model_poll=0.01)
    async with running(create_app(settings), until_ready=False) as client:
        await eventually(lambda: "no model to judge with: no models under" in caplog.text)
        await anyio.sleep(0.1)
        assert caplog.text.count("no model to judge with") == 1, "said once, not at every look"
        assert (await client.get("/readyz")).status_code == 503


async def test_the_real_classifier_takes_whatever_text_comes(registry: Registry) -> None:
    async with running(create_app(Settings(models=registry.root, queue=QueueLimits(wait=0)))) as client:
        for text in (
            "\x00\x01",
            "a\x00b",
            "\u202e\u200b.",
            "\ufffe",
            "😀" * 500,
            "a" * 10_000,
            "&#8203;",
            "\ufe0f",
        ):
            response = await client.post("/classify", json={"text": text})
            assert response.status_code in (200, 422), response.text
            if response.status_code == 422:
                assert response.json()["code"] == "empty_text"
        response = await client.post("/classify/batch", json={"texts": ["slot", "&#8203;", "kucing"]})
        assert response.json()["field"] == "texts[1]"


async def _flagged(client: httpx.AsyncClient, text: str) -> list[str]:
    verdict = (await client.post("/classify", json={"text": text})).json()
    return [category["id"] for category in verdict["categories"] if category["flagged"]]
