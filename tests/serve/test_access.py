"""Who may do what: every route with every role, and how those are refused who may not."""

import logging
from pathlib import Path

import httpx
import pytest
from access_service import add_keys, app_with_keys, ask, bearer, code, routes_of, with_keys
from fake_service import FakeSource

from saring_serve.access import ROLES, Role
from saring_serve.app import create_app
from saring_serve.keys import new_key
from saring_serve.settings import Settings

pytestmark = pytest.mark.anyio

NEEDED: dict[tuple[str, str], Role | None] = {
    ("GET", "/"): None,
    ("GET", "/access"): None,
    ("GET", "/assets/{name}"): None,
    ("GET", "/livez"): None,
    ("GET", "/model"): None,
    ("GET", "/openapi.json"): None,
    ("GET", "/readyz"): None,
    ("GET", "/taxonomy"): None,
    ("HEAD", "/openapi.json"): None,
    ("POST", "/classify"): "classify",
    ("POST", "/classify/batch"): "classify",
    ("DELETE", "/jobs/{id}"): "classify",
    ("GET", "/jobs/{id}"): "classify",
    ("GET", "/jobs/{id}/events"): "classify",
    ("GET", "/jobs/{id}/rejections"): "classify",
    ("GET", "/jobs/{id}/report"): "classify",
    ("GET", "/jobs/{id}/result"): "classify",
    ("POST", "/jobs"): "classify",
    ("POST", "/jobs/{id}/start"): "classify",
    ("GET", "/feedback/summary"): "review",
    ("GET", "/jobs/{id}/review"): "review",
    ("GET", "/review"): "review",
    ("POST", "/feedback"): "review",
    ("GET", "/metrics"): "admin",
}
"""The lowest role that each route answers; ``None``: it answers everyone."""


@pytest.fixture
def keys(tmp_path: Path) -> dict[Role, str]:
    return add_keys(tmp_path)


async def test_every_route_answers_the_roles_that_were_decided_for_it(
    tmp_path: Path, keys: dict[Role, str]
) -> None:
    app = app_with_keys(tmp_path)
    assert set(routes_of(app)) == NEEDED.keys(), "decide in NEEDED who may use a new route"
    async with with_keys(tmp_path) as client:
        for (method, path), needed in NEEDED.items():
            seen = {role: (await ask(client, method, path, bearer(keys[role]))).status_code for role in ROLES}
            nobody = await ask(client, method, path, {})
            stranger = await ask(client, method, path, bearer(new_key()))
            refused = ROLES[: ROLES.index(needed)] if needed else ()
            assert {role for role, status in seen.items() if status == 403} == set(refused), path
            assert 401 not in seen.values(), path
            if needed:
                assert (code(nobody), code(stranger)) == ((401, "missing_key"), (401, "unknown_key")), path
            else:
                assert {nobody.status_code, stranger.status_code}.isdisjoint({401, 403}), path


async def test_without_keys_everyone_may_do_everything(client: httpx.AsyncClient) -> None:
    for method, path in NEEDED:
        for headers in ({}, bearer("apa saja")):
            assert (await ask(client, method, path, headers)).status_code not in (401, 403, 429), path


async def test_a_refusal_says_how_to_go_on(tmp_path: Path, keys: dict[Role, str]) -> None:
    async with with_keys(tmp_path) as client:
        missing = await client.get("/metrics")
        assert missing.headers["www-authenticate"] == "Bearer"
        assert "authorization: Bearer" in missing.json()["hint"]
        low = await client.get("/metrics", headers=bearer(keys["review"]))
        assert code(low) == (403, "role_too_low")
        assert low.json()["detail"] == "The key has the role review; this takes admin."


@pytest.mark.parametrize(
    "sent",
    [
        "Bearer",
        "Bearer ",
        "Basic c2FyaW5nOnNhcmluZw==",
        "saring_kunci",
        "Bearer {key}x",
        "Bearer {key} x",
        "Bearer {upper}",
        "Bearer \xe9",
    ],
)
async def test_a_wrong_header_is_refused_and_never_logged(
    sent: str, tmp_path: Path, keys: dict[Role, str], caplog: pytest.LogCaptureFixture
) -> None:
    key = keys["admin"]
    header = sent.format(key=key, upper=key.upper()).encode("latin-1")
    with caplog.at_level(logging.DEBUG):
        async with with_keys(tmp_path) as client:
            response = await client.post("/classify", json={"text": "a"}, headers={b"authorization": header})
    assert response.status_code == 401
    assert key.lower() not in f"{response.text}{caplog.text}".lower()


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer  "])
async def test_the_scheme_may_be_written_in_any_case(
    scheme: str, tmp_path: Path, keys: dict[Role, str]
) -> None:
    async with with_keys(tmp_path) as client:
        headers = {"authorization": f"{scheme} {keys['classify']}"}
        assert (await client.post("/classify", json={"text": "a"}, headers=headers)).status_code == 200


async def test_access_tells_a_page_what_it_may_do(
    tmp_path: Path, keys: dict[Role, str], client: httpx.AsyncClient
) -> None:
    assert (await client.get("/access")).json() == {"keys": False, "role": "admin", "name": None}
    async with with_keys(tmp_path) as guarded:
        for headers in ({}, bearer(new_key())):
            told = (await guarded.get("/access", headers=headers)).json()
            assert told == {"keys": True, "role": None, "name": None}
        told = (await guarded.get("/access", headers=bearer(keys["review"]))).json()
        assert told == {"keys": True, "role": "review", "name": "review"}


def test_the_document_says_where_a_key_is_needed(tmp_path: Path) -> None:
    documents = {
        required: create_app(
            Settings.from_environment({"SARING_REQUIRE_KEYS": required}), FakeSource()
        ).openapi()
        for required in "01"
    }
    for required, document in documents.items():
        assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
        for (method, path), needed in NEEDED.items():
            operation = document["paths"].get(path, {}).get(method.lower())
            if operation is None:
                continue
            if needed is None and path != "/access":
                assert "security" not in operation, path
            else:
                optional = required == "0" or path == "/access"
                assert operation["security"] == [{"key": []}, *([{}] if optional else [])], path
            if needed is not None:
                assert {"401", "403", "429", "503"} <= operation["responses"].keys(), path
