"""What is served at ``/``: built from the sources beside it, cached rightly, asking no other host."""

import json
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fake_service import FakeClassifier, FakeSource, running

from saring_serve.app import create_app
from saring_serve.settings import Settings, StoreSettings

SERVE = Path(__file__).parents[2] / "serve"
STATIC = SERVE / "saring_serve" / "static"
WEB = SERVE / "web"
NAMESPACE = "http://www.w3.org/2000/svg"
"""Not an address: it names the language of drawings."""

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(store=StoreSettings(data=tmp_path))
    async with running(create_app(settings, FakeSource(FakeClassifier()))) as client:
        yield client


async def test_the_page_is_asked_for_each_time_and_its_assets_never_again(client: httpx.AsyncClient) -> None:
    page = await client.get("/")
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["cache-control"] == "no-cache"
    assert "script-src 'self'" in page.headers["content-security-policy"]
    again = await client.get("/", headers={"if-none-match": page.headers["etag"]})
    assert (again.status_code, again.headers["cache-control"]) == (304, "no-cache")
    assets = re.findall(r'(?:src|href)="\./(assets/[^"]+)"', page.text)
    assert {Path(asset).suffix for asset in assets} == {".js", ".css", ".svg"}
    for asset in assets:
        response = await client.get(f"/{asset}")
        assert response.status_code == 200
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    "path", ["/assets/missing.js", "/assets/..%2findex.html", "/assets/%2e%2e/index.html"]
)
async def test_there_is_no_way_out_of_the_assets(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_nothing_is_inline_and_nothing_comes_from_elsewhere() -> None:
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    assert not re.findall(r"<style|<script(?![^>]*\bsrc=)|\bstyle=|\bon\w+=", page)
    files = [path for path in STATIC.rglob("*") if path.is_file()]
    assert len(files) >= 4
    for path in files:
        text = path.read_text(encoding="utf-8").replace(NAMESPACE, "")
        assert "://" not in text, path.name
        assert not re.search(r"\beval\(|new Function|innerHTML|insertAdjacentHTML", text), path.name


def test_the_page_is_small() -> None:
    main = next((STATIC / "assets").glob("index-*.js"))
    assert main.stat().st_size < 60_000


def test_the_committed_page_is_what_its_sources_build(tmp_path: Path) -> None:
    if shutil.which("node") is None or not (WEB / "node_modules").is_dir():
        pytest.skip("needs Node and its packages (cd serve/web && npm ci)")
    subprocess.run(["npm", "run", "check"], cwd=WEB, check=True, capture_output=True)
    build = ["npx", "--no-install", "vite", "build", "--outDir", str(tmp_path / "static")]
    subprocess.run(build, cwd=WEB, check=True, capture_output=True)

    def content(folder: Path) -> dict[str, bytes]:
        return {
            str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()
        }

    assert content(tmp_path / "static") == content(STATIC), "build it again: cd serve/web && npm run build"


INTERFACE = re.compile(r"^export interface (\w+) \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
FIELD = re.compile(r"^  (\w+): (.*);$", re.MULTILINE)


def declared() -> dict[str, dict[str, str]]:
    """The interfaces that the page expects, each with the types of its fields."""
    source = (WEB / "src" / "api-types.ts").read_text(encoding="utf-8")
    aliases = dict(re.findall(r"^export type (\w+) = (.*);$", source, re.MULTILINE))

    def spelt_out(written: str) -> str:
        for alias, meaning in aliases.items():
            written = re.sub(rf"\b{alias}\b", meaning, written)
        return written

    return {
        name: {field: spelt_out(written) for field, written in FIELD.findall(body)}
        for name, body in INTERFACE.findall(source)
    }


def typescript(schema: dict[str, Any]) -> str:
    """A schema of the OpenAPI document as TypeScript would say it."""
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[1])
    if "anyOf" in schema:
        return " | ".join(typescript(each) for each in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    if schema["type"] == "array":
        inner = typescript(schema["items"])
        return f"({inner})[]" if "|" in inner else f"{inner}[]"
    if schema["type"] == "object":
        values = schema.get("additionalProperties", True)
        return f"Record<string, {'unknown' if values is True else typescript(values)}>"
    return {"integer": "number", "null": "null"}.get(schema["type"], str(schema["type"]))


def test_the_page_expects_what_the_service_says_it_answers() -> None:
    schemas = json.loads((SERVE / "openapi.json").read_bytes())["components"]["schemas"]
    interfaces = declared()
    assert {"Verdict", "JobResponse", "ReviewResponse", "AccessResponse"} <= set(interfaces)
    for name, fields in interfaces.items():
        answered = {field: typescript(schema) for field, schema in schemas[name]["properties"].items()}
        assert fields == answered, name
