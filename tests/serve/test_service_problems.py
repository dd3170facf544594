"""What the service refuses, how it says so, and that it never repeats a text."""

import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import anyio
import httpx
import pytest
from fake_service import BROKEN, CANARY, UNREADABLE, FakeClassifier, FakeSource, running

from saring_serve.app import create_app
from saring_serve.settings import Settings

pytestmark = pytest.mark.anyio

JSON = {"content-type": "application/json"}


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


REFUSED: dict[str, tuple[str, str, dict[str, str], bytes, int, str, str | None]] = {
    "empty": ("POST", "/classify", JSON, body({"text": ""}), 422, "empty_text", "text"),
    "blank": ("POST", "/classify", JSON, body({"text": " \n\t\u3000"}), 422, "empty_text", "text"),
    "invisible": ("POST", "/classify", JSON, body({"text": "\u200b\x00\ufeff"}), 422, "empty_text", "text"),
    "unreadable": ("POST", "/classify", JSON, body({"text": UNREADABLE}), 422, "empty_text", "text"),
    "empty in batch": (
        "POST",
        "/classify/batch",
        JSON,
        body({"texts": [CANARY, " "]}),
        422,
        "empty_text",
        "texts[1]",
    ),
    "unreadable in batch": (
        "POST",
        "/classify/batch",
        JSON,
        body({"texts": [CANARY, CANARY, UNREADABLE]}),
        422,
        "empty_text",
        "texts[2]",
    ),
    "too long": ("POST", "/classify", JSON, body({"text": CANARY * 4}), 422, "text_too_long", "text"),
    "too long in batch": (
        "POST",
        "/classify/batch",
        JSON,
        body({"texts": ["a", CANARY * 4]}),
        422,
        "text_too_long",
        "texts[1]",
    ),
    "too many": (
        "POST",
        "/classify/batch",
        JSON,
        body({"texts": [CANARY] * 4}),
        422,
        "too_many_texts",
        "texts",
    ),
    "none": ("POST", "/classify/batch", JSON, body({"texts": []}), 422, "no_texts", "texts"),
    "number": ("POST", "/classify", JSON, b'{"text": 3}', 422, "wrong_type", "text"),
    "list": ("POST", "/classify", JSON, body({"text": [CANARY]}), 422, "wrong_type", "text"),
    "null": ("POST", "/classify", JSON, b'{"text": null}', 422, "wrong_type", "text"),
    "object in batch": (
        "POST",
        "/classify/batch",
        JSON,
        body({"texts": ["a", {CANARY: 1}]}),
        422,
        "wrong_type",
        "texts[1]",
    ),
    "string for batch": (
        "POST",
        "/classify/batch",
        JSON,
        body({"texts": CANARY}),
        422,
        "wrong_type",
        "texts",
    ),
    "bare string": ("POST", "/classify", JSON, body(CANARY), 422, "wrong_type", None),
    "missing": ("POST", "/classify", JSON, b"{}", 422, "missing_field", "text"),
    "unknown": ("POST", "/classify", JSON, body({"text": "a", CANARY: CANARY}), 422, "unknown_field", None),
    "no json": ("POST", "/classify", JSON, CANARY.encode(), 400, "invalid_json", None),
    "no body": ("POST", "/classify", JSON, b"", 400, "invalid_json", None),
    "cut json": ("POST", "/classify", JSON, body({"text": CANARY})[:-2], 400, "invalid_json", None),
    "deep json": ("POST", "/classify", JSON, b"[" * 1200, 400, "invalid_json", None),
    "nan": ("POST", "/classify", JSON, b'{"text": NaN}', 422, "wrong_type", "text"),
    "latin-1": ("POST", "/classify", JSON, b'{"text": "caf\xe9 kenari"}', 400, "invalid_utf8", None),
    "surrogate bytes": ("POST", "/classify", JSON, b'{"text": "\xed\xa0\x80"}', 400, "invalid_utf8", None),
    "half a pair": ("POST", "/classify", JSON, b'{"text": "a\\ud800"}', 400, "lone_surrogate", None),
    "half a pair inside": ("POST", "/classify", JSON, b'{"text": "\\ud800 a"}', 400, "lone_surrogate", None),
    "other half": ("POST", "/classify", JSON, b'{"text": "\\udc00 a"}', 400, "lone_surrogate", None),
    "wrong pair": ("POST", "/classify", JSON, b'{"text": "\\ud800\\u0041"}', 400, "lone_surrogate", None),
    "half a pair as key": ("POST", "/classify", JSON, b'{"\\udfff": 1}', 400, "lone_surrogate", None),
    "form": (
        "POST",
        "/classify",
        {"content-type": "application/x-www-form-urlencoded"},
        body({"text": CANARY}),
        415,
        "unsupported_media_type",
        None,
    ),
    "no media type": ("POST", "/classify", {}, body({"text": CANARY}), 415, "unsupported_media_type", None),
    "other charset": (
        "POST",
        "/classify",
        {"content-type": "application/json; charset=utf-16"},
        body({"text": CANARY}),
        415,
        "unsupported_media_type",
        None,
    ),
    "compressed": (
        "POST",
        "/classify",
        JSON | {"content-encoding": "gzip"},
        body({"text": CANARY}),
        415,
        "unsupported_media_type",
        None,
    ),
    "too large": ("POST", "/classify", JSON, CANARY.encode() * 200, 413, "body_too_large", None),
    "unknown path": ("GET", f"/{CANARY}?q={CANARY}", {}, b"", 404, "not_found", None),
    "trailing slash": ("POST", "/classify/", JSON, body({"text": CANARY}), 404, "not_found", None),
    "wrong method": ("GET", f"/classify?text={CANARY}", {}, b"", 405, "method_not_allowed", None),
    "odd method": (CANARY.upper(), "/classify", {}, b"", 405, "method_not_allowed", None),
    "broken model": ("POST", "/classify", JSON, body({"text": CANARY + BROKEN}), 500, "internal_error", None),
}


@pytest.fixture
async def client(classifier: FakeClassifier) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings.from_environment({"SARING_MAX_CHARACTERS": "64", "SARING_MAX_TEXTS": "3"})
    async with running(create_app(settings, FakeSource(classifier))) as client:
        yield client


@pytest.mark.parametrize("name", REFUSED)
async def test_a_refusal_says_what_and_how_to_go_on_and_repeats_no_text(
    name: str, client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    method, path, headers, content, status, code, field = REFUSED[name]
    with caplog.at_level(logging.DEBUG):
        response = await client.request(method, path, headers=headers, content=content)
    problem = assert_problem(response, status, code)
    assert problem.get("field") == field
    assert CANARY not in response.text.lower() and "kenari" not in response.text.lower()
    assert_silent(caplog)


async def test_a_body_without_declared_length_is_cut_off_at_the_limit(client: httpx.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 1_000_000:
            sent += 100
            yield b"x" * 100

    response = await client.post("/classify", headers=JSON, content=endless())
    assert_problem(response, 413, "body_too_large")
    assert sent < 5_000


async def test_a_body_that_breaks_off_is_refused(client: httpx.AsyncClient) -> None:
    app = client._transport.app  # type: ignore[attr-defined]
    messages = iter(
        [{"type": "http.request", "body": b'{"te', "more_body": True}, {"type": "http.disconnect"}]
    )
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return next(messages)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/classify", "headers": headers, "query_string": b""}
    await app(scope, receive, send)
    assert sent[0]["status"] == 400
    assert json.loads(sent[1]["body"])["code"] == "incomplete_body"


async def test_a_wrong_method_is_told_the_right_one(client: httpx.AsyncClient) -> None:
    response = await client.delete("/classify")
    assert response.headers["allow"] == "POST"
    assert "POST" in response.json()["hint"]


async def test_a_text_the_model_fails_on_fails_alone(
    client: httpx.AsyncClient, classifier: FakeClassifier
) -> None:
    statuses: dict[str, int] = {}

    async def ask(text: str) -> None:
        statuses[text] = (await client.post("/classify", json={"text": text})).status_code

    async with anyio.create_task_group() as tasks:
        for text in ("satu", BROKEN, "dua", UNREADABLE):
            tasks.start_soon(ask, text)
    assert statuses == {"satu": 200, "dua": 200, BROKEN: 500, UNREADABLE: 422}
    assert max(map(len, classifier.batches)) == 4, "they were to meet in one batch"


async def test_while_the_model_loads_requests_are_told_to_wait() -> None:
    async with running(create_app(Settings(), FakeSource()), until_ready=False) as client:
        for path in ("/readyz", "/model"):
            assert_problem(await client.get(path), 503, "model_loading")
        response = await client.post("/classify", json={"text": "a"})
        assert_problem(response, 503, "model_loading")
        assert int(response.headers["retry-after"]) >= 1
        assert (await client.get("/livez")).status_code == 200
        assert (await client.get("/taxonomy")).status_code == 200


async def test_failures_outside_the_model_are_problems_too(
    client: httpx.AsyncClient,
    classifier: FakeClassifier,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(CANARY)

    monkeypatch.setattr("saring_serve.routes.read_text", fail)
    with caplog.at_level(logging.DEBUG):
        response = await client.post("/classify", json={"text": CANARY})
    assert_problem(response, 500, "internal_error")
    assert "RuntimeError at " in caplog.text
    assert_silent(caplog)


def assert_problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert (response.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert problem["type"] == f"urn:saring:problem:{code}"
    assert problem["title"] and problem["detail"] and problem["hint"]
    return problem


def assert_silent(caplog: pytest.LogCaptureFixture) -> None:
    """The service logged something, and none of it holds the canary (httpx is the client's own log)."""
    lines = [line.getMessage() for line in caplog.records if not line.name.startswith("http")]
    assert lines
    for line in caplog.records:
        if not line.name.startswith("http"):
            assert "kenari" not in f"{line.getMessage()} {line.exc_info} {line.exc_text}".lower()
