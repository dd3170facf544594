"""What goes wrong around the service: its disk, its database, its models, and clients that stop half-way."""

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import anyio
import httpx
import pytest
import uvicorn
from fake_service import CANARY, FakeClassifier, FakeSource, eventually, running
from job_service import ended, files_of, job_service, send
from service_process import Start
from tiny_model import tiny_model

from saring.artefact.registry import Registry
from saring_serve.app import create_app
from saring_serve.connections import HEAD_BYTES, LimitHeads
from saring_serve.settings import Settings

HEAD = b"POST /classify HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
CORRECTION = {"text": CANARY, "labels": {"sara": 0}}


@pytest.fixture
def models(tmp_path: Path) -> Registry:
    """The tiny model as versions 1 (in production) and 2, to be damaged."""
    registry = Registry(tmp_path / "models")
    for version in ("1", "2"):
        registry.publish(tiny_model(tmp_path / version, version=version), "saring-id", version)
    registry.promote("saring-id", "1", "tests", "the first")
    return registry


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    """Host and port of a real server, in a thread, that waits half a second for a head."""
    monkeypatch.setattr("saring_serve.connections.PATIENCE", 0.5)
    app = create_app(Settings(), FakeSource(FakeClassifier()))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, http=LimitHeads))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        deadline = time.monotonic() + 10
        while not (server.started and app.state.service.models.current):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        yield server.servers[0].sockets[0].getsockname()[:2]
    finally:
        server.should_exit = True
        thread.join(10)
    assert not thread.is_alive()


def read_to_the_end(connection: socket.socket) -> bytes:
    connection.settimeout(10)
    received = b""
    try:
        while part := connection.recv(65_536):
            received += part
    except ConnectionResetError:
        pass
    return received


def good(text: str = "slot", *, close: bool = False) -> bytes:
    body = b'{"text":"%b"}' % text.encode()
    ending = b"connection: close\r\n" if close else b""
    return HEAD + ending + b"content-length: %d\r\n\r\n" % len(body) + body


async def judged_by(client: httpx.AsyncClient, version: str) -> None:
    """Wait until ``version`` judges."""
    with anyio.fail_after(10):
        while (await client.get("/model")).json()["version"] != version:
            await anyio.sleep(0.02)


@pytest.mark.parametrize(
    "sent", [b"", b"\r\n" * 9, HEAD, good() + HEAD], ids=["none", "blank", "half", "second"]
)
def test_a_connection_on_which_no_request_comes_is_closed(address: tuple[str, int], sent: bytes) -> None:
    with closing(socket.create_connection(address)) as connection:
        connection.sendall(sent)
        began = time.monotonic()
        answered = read_to_the_end(connection)
        assert 0.3 < time.monotonic() - began < 5
    assert answered.count(b"HTTP/1.1 200") == sent.count(b"slot")


def test_headers_that_drip_do_not_hold_a_connection(address: tuple[str, int]) -> None:
    with closing(socket.create_connection(address)) as connection:
        connection.sendall(HEAD)
        began = time.monotonic()
        with pytest.raises(OSError):
            while time.monotonic() - began < 10:
                connection.sendall(b"x")
                time.sleep(0.05)
        assert time.monotonic() - began < 5


def test_a_head_without_end_is_refused(address: tuple[str, int]) -> None:
    with closing(socket.create_connection(address)) as connection:
        connection.sendall(HEAD + b"x: " + b"y" * HEAD_BYTES)
        assert read_to_the_end(connection).startswith(b"HTTP/1.1 431 ")


def test_a_large_body_is_no_head_and_a_slow_answer_no_silence(address: tuple[str, int]) -> None:
    with closing(socket.create_connection(address)) as connection:
        connection.sendall(good("slot " + "a" * 9_000 + "\\ud83d\\ude00" * 900, close=True))
        assert read_to_the_end(connection).startswith(b"HTTP/1.1 200 ")
    body = b'{"text":"slot"}'
    with closing(socket.create_connection(address)) as connection:
        connection.sendall(HEAD + b"connection: close\r\ncontent-length: %d\r\n\r\n" % len(body))
        for byte in body:  # a slow client, whose head came at once
            connection.sendall(bytes([byte]))
            time.sleep(0.08)
        assert read_to_the_end(connection).startswith(b"HTTP/1.1 200 ")


def test_what_follows_a_request_and_is_none_fails_nothing(
    address: tuple[str, int], caplog: pytest.LogCaptureFixture
) -> None:
    with closing(socket.create_connection(address)) as connection:
        connection.sendall(good() + b"\x16\x03\x01\x02\r\n\r\n")
        assert b"HTTP/1.1 400 " in read_to_the_end(connection)
    url = f"http://{address[0]}:{address[1]}"
    assert httpx.post(f"{url}/classify", json={"text": "slot"}, timeout=10).status_code == 200
    assert "a request failed" not in caplog.text


def test_clients_that_vanish_hold_up_nobody(address: tuple[str, int]) -> None:
    half_open = [socket.create_connection(address) for _ in range(50)]
    for at, connection in enumerate(half_open):
        connection.sendall(
            (
                HEAD,
                good(),
                HEAD + b"content-length: 99\r\n\r\n{",
                b"GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n",
            )[at % 4]
        )
    url = f"http://{address[0]}:{address[1]}"
    assert httpx.post(f"{url}/classify", json={"text": "slot"}, timeout=10).status_code == 200
    for connection in half_open:
        connection.close()  # with an answer unread: the server is told by a reset
    deadline = time.monotonic() + 10
    while 'saring_queue_characters{lane="single"} 0.0' not in httpx.get(f"{url}/metrics", timeout=10).text:
        assert time.monotonic() < deadline
    assert httpx.post(f"{url}/classify", json={"text": "slot"}, timeout=10).status_code == 200


@pytest.mark.anyio
async def test_a_model_that_is_damaged_while_it_judges_judges_on(models: Registry) -> None:
    async with running(create_app(Settings(models=models.root, model_poll=0.02))) as client:

        async def flagged() -> bool:
            return bool((await client.post("/classify", json={"text": "slot gacor"})).json()["flagged"])

        assert await flagged()
        for file in models.path("saring-id", "1").iterdir():
            file.write_bytes(b"rusak")
        assert await flagged()
        shutil.rmtree(models.path("saring-id", "1"))
        assert await flagged()
        models.promote("saring-id", "2", "tests", "the one before is gone")
        await judged_by(client, "2")
        assert await flagged()


@pytest.mark.anyio
@pytest.mark.parametrize(
    "registry", [b"", b'{"saring-id": ', b'{"saring-id": {"production": "9", "versions": {}}}']
)
async def test_a_registry_that_breaks_or_vanishes_changes_nothing_until_it_is_whole(
    models: Registry, registry: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    file = models.root / "registry.json"
    whole = file.read_bytes()
    async with running(create_app(Settings(models=models.root, model_poll=0.02))) as client:
        file.write_bytes(registry)
        await eventually(lambda: "saring-id 1 stays" in caplog.text)
        assert (await client.post("/classify", json={"text": "slot"})).json()["flagged"]
        file.unlink()
        await anyio.sleep(0.1)
        assert (await client.get("/readyz")).status_code == 200
        file.write_bytes(whole.replace(b'"production": "1"', b'"production": "2"'))
        await judged_by(client, "2")


@pytest.mark.anyio
async def test_a_model_that_vanishes_fails_its_job_and_the_next_one_is_judged_by_another(
    models: Registry, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with job_service(models.root, tmp_path / "data", SARING_MODEL_POLL="0.02") as client:
        (models.path("saring-id", "1") / "model.onnx").write_bytes(b"rusak")
        failed = await ended(client, await send(client))
        assert (failed["state"], failed["problem"]["code"]) == ("failed", "internal_error")
        assert "a job failed" in caplog.text
        models.promote("saring-id", "2", "tests", "mend")
        await judged_by(client, "2")
        done = await ended(client, await send(client))
        assert (done["state"], done["model"]["version"]) == ("done", "2")


@pytest.mark.anyio
async def test_a_corrupt_database_stops_jobs_and_loses_none(
    models_folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database = tmp_path / "saring.sqlite"
    async with job_service(models_folder, tmp_path) as client:
        first = await ended(client, await send(client))
    whole = database.read_bytes()
    database.write_bytes(b"rusak " * 1000)
    for log in tmp_path.glob("saring.sqlite-*"):
        log.unlink()
    before = files_of(tmp_path)
    async with job_service(models_folder, tmp_path) as client:
        refused = await client.post("/jobs", files={"file": ("a.csv", b"teks\nslot\n")})
        asked = await client.get(f"/jobs/{first['id']}")
        assert [(each.status_code, each.json()["code"]) for each in (refused, asked)] == [
            (503, "store_unavailable")
        ] * 2
        assert files_of(tmp_path) == before, "nothing of the refused file, all of the one that was taken"
        assert (await client.post("/classify", json={"text": "slot"})).status_code == 200
        assert "file is not a database" in caplog.text
        database.write_bytes(whole)  # from a backup
        assert (await client.get(f"/jobs/{first['id']}/result")).status_code == 200
        assert (await ended(client, await send(client)))["state"] == "done"


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of four megabytes, nearly full of ``ballast``."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", place], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"a small file system cannot be mounted here: {mounted.stderr.decode()}")
    yield place
    subprocess.run(["umount", place], check=True)


def test_on_a_full_disk_a_process_judges_on_and_starts_again(full_disk: Path, start: Start) -> None:
    process = start(SARING_DATA_DIR=str(full_disk))
    with httpx.Client(base_url=process.address, timeout=60) as client:
        kept = client.post("/feedback", json=CORRECTION)
        assert kept.status_code == 201
        with (full_disk / "ballast").open("wb", buffering=0) as ballast, pytest.raises(OSError):
            while True:
                ballast.write(b"x" * 4096)
        statuses = [client.post("/feedback", json=CORRECTION).status_code for _ in range(40)]
        assert statuses[-1] == 503 and set(statuses) <= {201, 503}
        assert client.post("/jobs", files={"file": ("a.csv", b"teks\nslot\n")}).status_code in (503, 507)
        assert client.post("/classify", json={"text": "slot"}).json()["flagged"]
        process.running.kill()
        process.running.wait()
    again = start(SARING_DATA_DIR=str(full_disk))
    with httpx.Client(base_url=again.address, timeout=60) as client:
        assert client.post("/classify", json={"text": "slot"}).json()["flagged"]
        assert client.post("/feedback", json=CORRECTION).status_code == 503
        (full_disk / "ballast").unlink()
        assert client.post("/feedback", json=CORRECTION).status_code == 201
        corrections = client.get("/feedback/summary").json()["corrections"]
        assert corrections >= 2 + statuses.count(201)
    assert CANARY not in again.log()


def test_a_kill_during_an_upload_leaves_nothing_half_taken(start: Start, tmp_path: Path) -> None:
    data = tmp_path / "data"
    process = start(SARING_DATA_DIR=str(data))
    url = httpx.URL(process.address)
    with closing(socket.create_connection((url.host, url.port or 0))) as connection:
        head = b"POST /jobs HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n"
        head += b"content-type: multipart/form-data; boundary=b\r\n\r\n"
        part = b'--b\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\nteks\n'
        connection.sendall(head + part + b"slot\n" * 1000)
        deadline = time.monotonic() + 10
        while not list(data.glob("jobs/*/files/a.csv")):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.running.kill()
    process.running.wait()
    [folder] = [path for path in (data / "jobs").iterdir() if path.is_dir()]
    os.utime(folder, (0, 0))  # as if it had lain there for a day
    again = start(SARING_DATA_DIR=str(data))
    assert httpx.get(f"{again.address}/jobs/{folder.name}", timeout=60).status_code == 404
    deadline = time.monotonic() + 20
    while folder.exists():
        assert time.monotonic() < deadline, "what the upload left is not deleted"
        time.sleep(0.05)
