"""What browsers are told, and which pages may call the service."""

import httpx
import pytest
from access_service import JSON
from fake_service import BROKEN, FakeClassifier, FakeSource, running

from saring_serve.app import create_app
from saring_serve.settings import Settings, SettingsError

pytestmark = pytest.mark.anyio

SITE = "https://cms.example.go.id"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@pytest.mark.parametrize(
    ("method", "path", "content", "status"),
    [
        ("GET", "/", b"", 200),
        ("GET", "/openapi.json", b"", 200),
        ("POST", "/classify", b'{"text": "a"}', 200),
        ("GET", "/tidak-ada", b"", 404),
        ("DELETE", "/classify", b"", 405),
        ("POST", "/classify", b'{"text": ""}', 422),
        ("POST", "/classify", b"x" * 1_000_000, 413),
        ("POST", "/classify", b'{"text": "%b"}' % BROKEN.encode(), 500),
    ],
)
async def test_every_response_tells_browsers_to_be_careful(
    method: str, path: str, content: bytes, status: int, client: httpx.AsyncClient
) -> None:
    response = await client.request(method, path, content=content, headers=JSON)
    assert response.status_code == status
    headers = response.headers
    assert headers["content-security-policy"] == POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert not [name for name in headers if name.startswith("access-control-")]


PREFLIGHT = {"origin": SITE, "access-control-request-method": "POST"}


async def test_pages_of_other_sites_may_not_call_the_service(client: httpx.AsyncClient) -> None:
    response = await client.options("/classify", headers=PREFLIGHT)
    assert response.status_code == 405
    assert not [name for name in response.headers if name.startswith("access-control-")]


async def test_pages_of_a_site_that_is_named_may_call_the_service() -> None:
    settings = Settings.from_environment({"SARING_CORS_ORIGINS": f"{SITE}, http://localhost:3000"})
    async with running(create_app(settings, FakeSource(FakeClassifier()))) as client:
        asked = PREFLIGHT | {"access-control-request-headers": "authorization, content-type"}
        preflight = await client.options("/classify", headers=asked)
        assert preflight.status_code == 200
        assert preflight.headers["access-control-allow-origin"] == SITE
        assert preflight.headers["x-frame-options"] == "DENY"
        for text, status in (("a", 200), ("", 422), (BROKEN, 500)):
            response = await client.post("/classify", json={"text": text}, headers={"origin": SITE})
            assert response.status_code == status
            assert response.headers["access-control-allow-origin"] == SITE
            assert "access-control-allow-credentials" not in response.headers
        other = {"origin": "https://cms.example.go.id.example.com"}
        response = await client.post("/classify", json={"text": "a"}, headers=other)
        assert "access-control-allow-origin" not in response.headers
        refused = await client.options("/classify", headers=PREFLIGHT | other)
        assert "access-control-allow-origin" not in refused.headers


@pytest.mark.parametrize(
    ("site", "origin", "status"),
    [
        ("cross-site", "https://lain.example", 403),
        ("cross-site", "null", 403),
        ("same-site", "https://lain.example.go.id", 403),
        ("cross-site", SITE, 200),
        ("same-origin", "http://saring", 200),
        ("none", None, 200),
    ],
)
async def test_a_form_of_another_site_is_refused(site: str, origin: str | None, status: int) -> None:
    settings = Settings.from_environment({"SARING_CORS_ORIGINS": SITE})
    headers = {"sec-fetch-site": site} | ({} if origin is None else {"origin": origin})
    async with running(create_app(settings, FakeSource(FakeClassifier()))) as client:
        response = await client.post("/classify", json={"text": "a"}, headers=headers)
        assert response.status_code == status
        assert status == 200 or response.json()["code"] == "other_site"
        assert (await client.get("/feedback/summary", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    "origins", ["*", "cms.example.go.id", f"{SITE}/", f"{SITE}/cms", "null", f"{SITE};{SITE}", "ftp://a", ","]
)
def test_a_site_that_is_not_written_as_browsers_write_it_is_refused(origins: str) -> None:
    with pytest.raises(SettingsError, match="SARING_CORS_ORIGINS must be sites like"):
        Settings.from_environment({"SARING_CORS_ORIGINS": origins})
