"""What the service answers when all is well."""

import json
import re
from pathlib import Path

import httpx
import pytest
from fake_service import FakeClassifier, FakeSource, running
from fastapi import FastAPI

from saring.taxonomy import taxonomy
from saring.text import RULES_VERSION
from saring_serve.app import create_app
from saring_serve.openapi import document
from saring_serve.settings import Settings

pytestmark = pytest.mark.anyio


async def test_one_text_is_judged_in_every_category(client: httpx.AsyncClient) -> None:
    text = "😀 situs slot gacor"
    response = await client.post("/classify", json={"text": text})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    verdict = response.json()
    assert verdict["model"] == {"name": "saring-id", "version": "1"}
    assert verdict["flagged"] is True
    assert [category["id"] for category in verdict["categories"]] == list(taxonomy().ids)
    assert [category["id"] for category in verdict["categories"] if category["flagged"]] == ["perjudian"]
    [evidence] = verdict["categories"][5]["evidence"]
    assert text[evidence["start"] : evidence["end"]] == evidence["text"] == "slot"
    assert verdict["read"] == {"characters": len(text), "of": len(text), "windows": 1}


async def test_a_batch_keeps_the_order_of_its_texts(client: httpx.AsyncClient) -> None:
    texts = [f"teks {at}" + " slot" * (at % 3 == 0) + "." * at for at in range(200)]
    response = await client.post("/classify/batch", json={"texts": texts})
    assert response.status_code == 200
    results = response.json()["results"]
    assert [result["read"]["of"] for result in results] == [len(text) for text in texts]
    assert [result["flagged"] for result in results] == [at % 3 == 0 for at in range(200)]


@pytest.mark.parametrize(
    "text",
    [
        "a\x00b",
        "\x00\x01 x",
        "\u202eterbalik\u202c",
        "مرحبا",
        "👩‍👩‍👧‍👦",
        "\\ud800",
        "a" * 10_000,
        "\ufffe\uffff x",
    ],
)
async def test_unusual_texts_are_judged(client: httpx.AsyncClient, text: str) -> None:
    for body in (json.dumps({"text": text}), json.dumps({"text": text}, ensure_ascii=False)):
        response = await client.post(
            "/classify", content=body.encode(), headers={"content-type": "application/json; charset=UTF-8"}
        )
        assert response.status_code == 200
        assert response.json()["read"]["of"] == len(text)


async def test_the_largest_batch_that_is_allowed_fits_its_own_body_limit() -> None:
    settings = Settings.from_environment({"SARING_MAX_CHARACTERS": "200", "SARING_MAX_TEXTS": "4"})
    body = json.dumps({"texts": ["😀" * 200] * 4}).encode()  # escaped as pairs: twelve bytes each
    async with running(create_app(settings, _source())) as client:
        response = await client.post(
            "/classify/batch", content=body, headers={"content-type": "application/json"}
        )
    assert len(response.json()["results"]) == 4


async def test_taxonomy_is_the_package_s_own(client: httpx.AsyncClient) -> None:
    answered = (await client.get("/taxonomy")).json()
    assert [category["id"] for category in answered["categories"]] == list(taxonomy().ids)
    assert answered["categories"][5]["name"] == {"id": "Perjudian", "en": taxonomy().categories[5].name.en}
    assert len(answered["points"]) == len(taxonomy().points)


async def test_model_shows_version_thresholds_and_figures(client: httpx.AsyncClient) -> None:
    model = (await client.get("/model")).json()
    assert (model["name"], model["version"], model["text_rules"]) == ("saring-id", "1", RULES_VERSION)
    assert model["thresholds"]["sara"] == {"review": 0.3, "flag": 0.5}
    assert list(model["thresholds"]) == list(taxonomy().ids)
    assert model["evaluation"]["test"]["macro"]["f1"]["value"] == 0.8


async def test_health(client: httpx.AsyncClient) -> None:
    assert (await client.get("/livez")).json() == {"status": "alive"}
    assert (await client.get("/readyz")).json() == {"status": "ready", "name": "saring-id", "version": "1"}


async def test_metrics_count_what_happened(client: httpx.AsyncClient) -> None:
    await client.post("/classify", json={"text": "slot gacor"})
    await client.post("/classify/batch", json={"texts": ["slot", "kucing"]})
    await client.post("/classify", json={"text": ""})
    await client.get("/rahasia-sekali")
    response = await client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain")
    samples = dict(re.findall(r"^(\S+?(?:\{[^}]*\})?) (\S+)$", response.text, re.M))
    assert samples['saring_flagged_total{category="perjudian"}'] == "2.0"
    assert samples['saring_flagged_total{category="sara"}'] == "0.0"
    assert samples['saring_verdicts_total{flagged="false"}'] == "1.0"
    assert samples['saring_rejected_total{code="empty_text"}'] == "1.0"
    assert samples['saring_request_seconds_count{method="POST",path="/classify",status="200"}'] == "1.0"
    assert samples['saring_request_seconds_count{method="POST",path="/classify",status="422"}'] == "1.0"
    assert samples['saring_request_seconds_count{method="GET",path="(none)",status="404"}'] == "1.0"
    assert samples['saring_model_info{name="saring-id",version="1"}'] == "1.0"
    assert samples["saring_batch_texts_sum"] == "3.0"
    assert samples['saring_text_characters_bucket{le="50.0"}'] == "3.0"
    assert samples['saring_queue_characters{lane="single"}'] == "0.0"
    assert "rahasia" not in response.text and "gacor" not in response.text


async def test_documentation_pages_that_load_from_elsewhere_are_off(client: httpx.AsyncClient) -> None:
    assert (await client.get("/docs")).status_code == (await client.get("/redoc")).status_code == 404


def test_the_document_is_the_one_that_is_checked_in() -> None:
    checked_in = Path(__file__).parents[2] / "serve" / "openapi.json"
    assert checked_in.read_text(encoding="utf-8") == document(), (
        "regenerate it: python -m saring_serve.openapi > serve/openapi.json"
    )


def test_the_document_shows_the_limits_in_force() -> None:
    settings = Settings.from_environment({"SARING_MAX_CHARACTERS": "7", "SARING_MAX_TEXTS": "3"})
    paths = _app(settings).openapi()["paths"]
    text = paths["/classify"]["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"]
    assert text["text"]["maxLength"] == 7
    batch = paths["/classify/batch"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert batch["properties"]["texts"]["maxItems"] == 3


def test_every_reference_in_the_document_leads_somewhere() -> None:
    text = document()
    schemas = json.loads(text)["components"]["schemas"]
    names = set(re.findall(r'"#/components/schemas/(\w+)"', text))
    assert {"ProblemBody", "Verdict"} <= names <= set(schemas)


def _app(settings: Settings) -> FastAPI:
    return create_app(settings, _source())


def _source() -> FakeSource:
    return FakeSource(FakeClassifier())
