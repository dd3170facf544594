"""Keys: made, kept as digests, followed while the service runs, and what a broken database does to them."""

import asyncio
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest
from access_service import add_keys, app_with_keys, bearer, code, with_keys
from fake_service import FakeClassifier, FakeSource, eventually

from saring.errors import InputError
from saring_serve.access import ROLES, Role
from saring_serve.app import create_app
from saring_serve.database_thread import DatabaseThread
from saring_serve.keys import Keys, key_digest, new_key
from saring_serve.problems import Problem
from saring_serve.settings import AccessSettings, Settings, StoreSettings
from saring_serve.store.keys import KeyStore, opened
from saring_serve.store.tables import ApiKey

pytestmark = pytest.mark.anyio


@pytest.fixture
def keys(tmp_path: Path) -> dict[Role, str]:
    return add_keys(tmp_path)


async def test_a_new_key_works_and_a_revoked_one_stops_while_the_service_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("saring_serve.keys._READ_EVERY", 0.01)
    async with with_keys(tmp_path) as client:

        async def answers(key: str, status: int) -> None:
            while (await client.get("/metrics", headers=bearer(key))).status_code != status:
                await asyncio.sleep(0.01)

        with opened(StoreSettings(data=tmp_path)) as store:
            key = await asyncio.to_thread(store.add, "pantau", "admin")
            await asyncio.wait_for(answers(key, 200), 5)
            await asyncio.to_thread(store.revoke, "pantau")
            await asyncio.wait_for(answers(key, 401), 5)


def test_keys_are_random_and_only_their_digests_are_kept(tmp_path: Path, keys: dict[Role, str]) -> None:
    assert len({*keys.values(), new_key()}) == 4
    assert all(key.startswith("saring_") and len(key) == 50 for key in keys.values())
    with sqlite3.connect(tmp_path / "saring.sqlite") as connection:
        connection.execute("PRAGMA wal_checkpoint")
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    for key in keys.values():
        assert key_digest(key).encode() in kept
        assert key.encode() not in kept and key.removeprefix("saring_").encode() not in kept


@pytest.mark.parametrize(
    ("name", "role", "told"),
    [
        ("classify", "classify", "already"),
        ("dua kata", "classify", "letters, digits"),
        ("", "classify", "letters, digits"),
        ("x" * 65, "classify", "1 to 64"),
        ("a\x00", "classify", "letters, digits"),
        ("baru", "root", "classify, review, admin"),
    ],
)
def test_a_key_that_cannot_be_made_is_refused(
    name: str, role: str, told: str, tmp_path: Path, keys: dict[Role, str]
) -> None:
    with opened(StoreSettings(data=tmp_path)) as store:
        with pytest.raises(InputError, match=told):
            store.add(name, role)
        assert [(key.name, key.role) for key in store.all()] == sorted((role, role) for role in ROLES)


async def test_a_database_that_is_broken_opens_the_service_to_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "saring.sqlite").write_bytes(b"this is no database at all, " * 100)
    async with with_keys(tmp_path) as client:
        for headers in ({}, bearer(new_key())):
            response = await client.post("/classify", json={"text": "slot"}, headers=headers)
            assert code(response) == ((503, "keys_unavailable") if headers else (401, "missing_key"))
        assert int(response.headers["retry-after"]) >= 1
        assert code(await client.get("/access", headers=bearer(new_key()))) == (503, "keys_unavailable")
        assert (await client.get("/access")).json()["role"] is None
        assert (await client.get("/livez")).status_code == 200
    assert "file is not a database" in caplog.text


async def test_a_database_that_hangs_holds_up_no_request_and_its_keys_stand_for_a_while(
    tmp_path: Path, keys: dict[Role, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging, mended = threading.Event(), threading.Event()
    headers = bearer(keys["classify"])
    read = KeyStore.all

    def hang(store: KeyStore) -> Sequence[ApiKey]:
        hanging.set()
        assert mended.wait(60)
        return read(store)

    monkeypatch.setattr("saring_serve.keys._READ_EVERY", 0.01)
    async with with_keys(tmp_path) as client:

        async def classify() -> httpx.Response:
            return await client.post("/classify", json={"text": "a"}, headers=headers)

        try:
            monkeypatch.setattr(KeyStore, "all", hang)
            await eventually(hanging.is_set)
            assert (await classify()).status_code == 200
            monkeypatch.setattr("saring_serve.keys._TRUSTED", 0.0)
            assert code(await classify()) == (503, "keys_unavailable")
        finally:
            mended.set()
        monkeypatch.setattr("saring_serve.keys._TRUSTED", 15.0)

        async def answered() -> None:
            while (await classify()).status_code != 200:
                await asyncio.sleep(0.02)

        await asyncio.wait_for(answered(), 10)


async def test_keys_are_read_while_somebody_writes(tmp_path: Path, keys: dict[Role, str]) -> None:
    database = DatabaseThread(StoreSettings(data=tmp_path))
    held = Keys(AccessSettings(keys=True), database)
    try:
        await held.read()
        with sqlite3.connect(tmp_path / "saring.sqlite", isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            other.execute("DELETE FROM api_keys WHERE name = 'review'")
            await asyncio.wait_for(held.read(), 9)  # less than what a writer waits for another
            assert held.caller(keys["review"])
            other.execute("COMMIT")
            await held.read()
            assert held.caller(keys["review"]) is None and held.caller(keys["admin"])
    finally:
        database.close()


async def test_keys_that_were_read_long_ago_are_trusted_no_more(
    tmp_path: Path, keys: dict[Role, str]
) -> None:
    now = 0.0
    database = DatabaseThread(StoreSettings(data=tmp_path))
    held = Keys(AccessSettings(keys=True), database, lambda: now)
    try:
        with pytest.raises(Problem, match="keys_unavailable"):
            held.caller(keys["admin"])
        await held.read()
        now = 14.9
        caller = held.caller(keys["admin"])
        assert caller and (caller.name, caller.role) == ("admin", "admin")
        now = 15.1
        with pytest.raises(Problem, match="keys_unavailable"):
            held.caller(keys["admin"])
        await held.read()
        assert held.caller(keys["admin"]) == caller
    finally:
        database.close()


async def test_nothing_is_asked_of_the_database_where_no_keys_are_required(tmp_path: Path) -> None:
    settings = Settings.from_environment({"SARING_DATA_DIR": str(tmp_path / "data")})
    service = create_app(settings, FakeSource(FakeClassifier())).state.service
    await service.keys.read()
    await asyncio.wait_for(service.keys.run(), 1)
    service.close()
    assert not (tmp_path / "data").exists()


async def test_the_service_waits_for_its_keys_before_it_answers(
    tmp_path: Path, keys: dict[Role, str]
) -> None:
    app = app_with_keys(tmp_path)
    async with app.router.lifespan_context(app):
        assert app.state.service.keys.caller(keys["review"]) is not None
        await eventually(lambda: app.state.service.models.current is not None)
