"""``/feedback``: what is kept of a correction, what is refused, and that nothing acknowledged is lost."""

import logging
import os
import subprocess
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fake_service import CANARY, FakeClassifier, FakeSource, running
from service_process import Start

from saring.corpora.keys import row_key
from saring.taxonomy import taxonomy
from saring_serve.app import create_app
from saring_serve.settings import Settings, StoreSettings
from saring_serve.store.corrections import Store
from saring_serve.store.tables import Correction

pytestmark = pytest.mark.anyio

TEXT = f"{CANARY} slot"
LABELS = {"perjudian": 1, "hoaks": 0, "sara": None}


def service(data: Path, **environment: str) -> Any:
    settings = Settings.from_environment({"SARING_DATA_DIR": str(data), **environment})
    return running(create_app(settings, FakeSource(FakeClassifier())))


def rows(data: Path) -> list[Correction]:
    store = Store.open(StoreSettings(data=data))
    try:
        return list(store.all())
    finally:
        store.close()


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with service(tmp_path) as client:
        yield client


async def test_of_a_text_only_its_key_is_kept(
    client: httpx.AsyncClient, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sent = {"text": f" {TEXT}\n", "labels": LABELS, "note": CANARY, "reviewer": "sari"}
    with caplog.at_level(logging.DEBUG):
        response = await client.post("/feedback", json=sent)
    assert response.status_code == 201
    kept = {"id": 1, "key": row_key(TEXT), "kept": ["key", "labels", "reviewer"], "until": None}
    assert response.json() == kept
    [row] = rows(tmp_path)
    assert (row.text, row.note, row.reviewer, row.verdict) == (None, None, "sari", None)
    assert row.labels == {"perjudian": 1, "hoaks": 0}
    assert not any(CANARY.encode() in file.read_bytes() for file in tmp_path.iterdir())
    assert not any(CANARY in line.getMessage() for line in caplog.records if not line.name.startswith("http"))


async def test_where_it_is_switched_on_the_text_is_kept_for_a_time(tmp_path: Path) -> None:
    async with service(tmp_path, SARING_STORE_TEXT="1", SARING_RETENTION_DAYS="7") as client:
        verdict = (await client.post("/classify", json={"text": TEXT})).json()
        sent = {"id": verdict["id"], "labels": LABELS, "note": "iklan\x00"}
        response = (await client.post("/feedback", json=sent)).json()
    [row] = rows(tmp_path)
    assert (row.text, row.note) == (TEXT, "iklan\x00")
    assert response["kept"] == ["key", "labels", "verdict", "text", "note"]
    assert datetime.fromisoformat(response["until"]) == row.created + timedelta(days=7)


async def test_a_text_against_the_minor_safety_rule_is_never_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("saring_serve.feedback.violates_minor_safety", lambda text: CANARY in text)
    async with service(tmp_path, SARING_STORE_TEXT="1") as client:
        sent = {"text": TEXT, "labels": LABELS, "note": "catatan"}
        assert (await client.post("/feedback", json=sent)).json()["kept"] == ["key", "labels"]
    [row] = rows(tmp_path)
    assert (row.text, row.note) == (None, None)


async def test_the_summary_holds_labels_against_the_verdicts(client: httpx.AsyncClient) -> None:
    empty = (await client.get("/feedback/summary")).json()
    assert (empty["corrections"], empty["agreement"]["share"]) == (0, None)
    verdict = (await client.post("/classify", json={"text": "slot"})).json()
    await client.post("/classify/batch", json={"texts": ["kucing"]})
    for sent in (
        {"id": verdict["id"], "labels": {"perjudian": 1, "sara": 0}},
        {"text": "kucing", "labels": {"sara": 1}},
        {"text": "tidak diingat", "labels": {"sara": 1}},
        {"text": "tidak diingat", "labels": {"sara": 0}},
    ):
        assert (await client.post("/feedback", json=sent)).status_code == 201
    summary = (await client.get("/feedback/summary")).json()
    assert (summary["corrections"], summary["texts"]) == (4, 3)
    assert summary["agreement"] == {"agreed": 2, "disagreed": 1, "undecided": 0, "share": 2 / 3}
    assert [category["id"] for category in summary["categories"]] == list(taxonomy().ids)
    sara = summary["categories"][1]
    assert (sara["yes"], sara["no"], sara["agreement"]["share"]) == (2, 2, 0.5)
    assert summary["waiting"] == {"ready": 0, "without_text": 2, "conflicting": 1}


REFUSED: dict[str, tuple[dict[str, Any], str, str | None]] = {
    "neither": ({"labels": LABELS}, "id_or_text", None),
    "both": ({"id": "x", "text": TEXT, "labels": LABELS}, "id_or_text", None),
    "unknown id": ({"id": CANARY, "labels": LABELS}, "unknown_verdict", "id"),
    "empty text": ({"text": " ", "labels": LABELS}, "empty_text", "text"),
    "long text": ({"text": CANARY * 1000, "labels": LABELS}, "text_too_long", "text"),
    "no labels": ({"text": TEXT}, "missing_field", "labels"),
    "nothing known": ({"text": TEXT, "labels": {"sara": None}}, "no_labels", "labels"),
    "other category": ({"text": TEXT, "labels": {CANARY: 1}}, "unknown_category", "labels"),
    "other category, wrong value": ({"text": TEXT, "labels": {CANARY: CANARY}}, "wrong_type", "labels"),
    "two": ({"text": TEXT, "labels": {"sara": 2}}, "wrong_type", "labels.sara"),
    "true": ({"text": TEXT, "labels": {"sara": True}}, "wrong_type", "labels.sara"),
    "list": ({"text": TEXT, "labels": ["sara"]}, "wrong_type", "labels"),
    "long note": ({"text": TEXT, "labels": LABELS, "note": CANARY * 60}, "wrong_type", "note"),
    "odd reviewer": ({"text": TEXT, "labels": LABELS, "reviewer": f"{CANARY}\x00"}, "wrong_type", "reviewer"),
    "more": ({"text": TEXT, "labels": LABELS, CANARY: 1}, "unknown_field", None),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_refusal_says_what_is_wrong_and_repeats_nothing(
    name: str, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    sent, code, field = REFUSED[name]
    response = await client.post("/feedback", json=sent)
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert (response.status_code, problem["code"], problem.get("field")) == (422, code, field)
    assert "kenari" not in response.text
    assert rows(tmp_path) == []


async def test_texts_are_deleted_on_start_when_their_time_is_over(tmp_path: Path) -> None:
    store = Store.open(StoreSettings(data=tmp_path))
    for days, text in ((31, CANARY), (29, "belum lama")):
        created = datetime.now(UTC) - timedelta(days=days)
        store.add(Correction(created=created, key=row_key(text), labels={"sara": 1}, text=text, note=text))
    store.close()
    async with service(tmp_path, SARING_RETENTION_DAYS="30") as client:
        assert (await client.get("/feedback/summary")).json()["corrections"] == 2
        assert not any(CANARY.encode() in file.read_bytes() for file in tmp_path.iterdir())
    assert [(row.text, row.note) for row in rows(tmp_path)] == [(None, None), ("belum lama",) * 2]
    assert [row.key for row in rows(tmp_path)] == [row_key(CANARY), row_key("belum lama")]


async def test_without_a_correction_no_file_is_made(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    async with running(create_app(Settings(), FakeSource(FakeClassifier()))) as usual:
        await usual.post("/classify", json={"text": "slot"})
        assert not (tmp_path / "home").exists()
        await usual.post("/feedback", json={"text": "slot", "labels": {"perjudian": 1}})
    [file] = (tmp_path / "home" / "saring").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


async def test_a_corrupt_database_stops_corrections_and_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "saring.sqlite"
    file.write_bytes(b"no database " * 1000)
    async with service(tmp_path) as client:
        refused = await client.post("/feedback", json={"text": "slot", "labels": {"sara": 0}})
        assert (refused.status_code, refused.json()["code"]) == (503, "store_unavailable")
        assert refused.headers["retry-after"]
        assert "file is not a database" in caplog.text
        assert (await client.post("/classify", json={"text": "slot"})).status_code == 200
        assert (await client.get("/readyz")).status_code == 200
        file.unlink()
        again = await client.post("/feedback", json={"text": "slot", "labels": {"sara": 0}})
        assert again.status_code == 201


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root may mount a file system of one megabyte")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"a file system of one megabyte cannot be mounted here: {mounted.stderr.decode()}")
    yield place
    subprocess.run(["umount", place], check=True)


async def test_a_full_disk_stops_corrections_and_loses_none(
    tiny_disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ballast = tiny_disk / "ballast"
    ballast.write_bytes(b"x" * 600_000)
    async with service(tiny_disk, SARING_STORE_TEXT="1") as client:

        async def correct(number: int) -> int:
            sent = {"text": f"{CANARY} {number} ".ljust(10_000, "x"), "labels": {"sara": 0}}
            return (await client.post("/feedback", json=sent)).status_code

        statuses = [await correct(number) for number in range(60)]
        assert statuses.count(201) > 1 and statuses[-1] == 503
        assert "database or disk is full" in caplog.text and CANARY not in caplog.text
        assert (await client.post("/classify", json={"text": "slot"})).status_code == 200
        ballast.unlink()
        assert await correct(60) == 201
    kept = {row.text.split()[1] for row in rows(tiny_disk) if row.text}
    assert {str(number) for number, status in enumerate(statuses) if status == 201} | {"60"} <= kept


def test_what_was_acknowledged_survives_a_kill(start: Start, tmp_path: Path) -> None:
    process = start(SARING_DATA_DIR=str(tmp_path / "data"))
    acknowledged: list[int] = []
    some = threading.Event()

    def correct() -> None:
        with httpx.Client(base_url=process.address, timeout=60) as client:
            while True:
                try:
                    response = client.post("/feedback", json={"text": CANARY, "labels": {"sara": 0}})
                except httpx.TransportError:
                    return
                assert response.status_code == 201
                acknowledged.append(response.json()["id"])
                if len(acknowledged) == 20:
                    some.set()

    thread = threading.Thread(target=correct)
    thread.start()
    assert some.wait(60)
    process.running.kill()
    thread.join(20)
    assert set(acknowledged) <= {row.id for row in rows(tmp_path / "data")}
    assert CANARY not in process.log()
    again = start(SARING_DATA_DIR=str(tmp_path / "data"))
    summary = httpx.get(f"{again.address}/feedback/summary", timeout=60).json()
    assert summary["corrections"] >= len(acknowledged)
