"""The client when the service is busy, gone, or something else: it waits, tries again, or says why not."""

import json
import logging
import socket
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from scripted_service import DROP, Answer, Clock, Scripted, scripted

from saring.client import Client, ClientError
from saring.errors import InputError
from saring_serve.schemas import verdict_example

HALF = "slot \ud83c gacor"
CANARY = "kenari-rahasia-7f3a"
TABLE = b"teks\nslot gacor\n"
VERDICT = Answer(200, verdict_example())


def busy(status: int = 503, **headers: str) -> Answer:
    body = {"code": "overloaded", "title": "Busy", "detail": "Much.", "hint": "Wait.", "request_id": "r1"}
    return Answer(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


@contextmanager
def asking(*script: Any) -> Iterator[tuple[Scripted, Client]]:
    """A service that answers by ``script``, and a client of it."""
    with scripted(*script) as service, Client(service.address) as client:
        yield service, client


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("saring.client.connection.time", clock)
    monkeypatch.setattr("saring.client.files.time", clock)
    return clock


@pytest.fixture
def table(tmp_path: Path) -> Path:
    (tmp_path / "unggahan.csv").write_bytes(TABLE)
    return tmp_path / "unggahan.csv"


def test_a_busy_service_is_asked_again_after_the_time_that_it_names(clock: Clock) -> None:
    in_20_s = formatdate(clock.time() + 20, usegmt=True)
    script = [busy(429, retry_after="7"), busy(retry_after=in_20_s), busy(retry_after="soon"), VERDICT]
    with asking(*script) as (service, client):
        assert client.classify("slot").flagged
    assert len(service.asked) == 4
    first, second, third = clock.slept
    assert 7 <= first <= 7.25
    assert 0 <= second - (20 - first) <= 0.5
    assert 0 <= third <= 1


def test_waits_grow_to_a_bound_and_end_with_the_deadline(clock: Clock) -> None:
    with (
        asking(busy()) as (service, client),
        pytest.raises(ClientError, match=r"^Busy\. Much\. Wait\. \(overloaded, status 503, request r1\)$"),
    ):
        client.classify("slot")
    assert sum(clock.slept) < 30
    assert len(service.asked) == len(clock.slept) + 1 > 5
    assert all(0 <= wait <= min(0.25 * 2**at, 8) for at, wait in enumerate(clock.slept))


def test_it_does_not_wait_for_what_comes_too_late(clock: Clock) -> None:
    with asking(busy(retry_after="40")) as (service, client), pytest.raises(ClientError) as caught:
        client.classify("slot")
    assert caught.value.code == "overloaded"
    assert (len(service.asked), clock.slept) == (1, [])


def test_a_judgement_is_asked_for_again_where_the_connection_broke(clock: Clock) -> None:
    with asking(DROP, VERDICT) as (service, client):
        client.classify("slot")
    assert len(service.asked) == 2


def test_what_may_have_been_done_is_not_sent_again(table: Path, clock: Clock) -> None:
    with asking(DROP) as (service, client):
        for ask in (
            lambda: client.correct({"hoaks": 1}, text="slot"),
            lambda: client.score_file(table, table.with_name("hasil.csv")),
        ):
            service.asked.clear()
            with pytest.raises(ClientError) as caught:
                ask()
            assert (caught.value.code, caught.value.status, len(service.asked)) == ("unreachable", None, 1)
    assert list(table.parent.iterdir()) == [table]


def test_what_was_refused_for_now_is_sent_again(clock: Clock) -> None:
    kept = Answer(201, {"id": 1, "key": "k", "kept": ["key"], "until": None})
    with asking(busy(), kept) as (service, client):
        assert client.correct({"hoaks": 1}, text="slot").id == 1
    assert len(service.asked) == 2
    assert service.asked[0] == service.asked[1]


def test_a_file_that_was_refused_for_now_is_sent_whole_again(table: Path, clock: Clock) -> None:
    with asking(busy(), Answer(400, "no")) as (service, client), pytest.raises(ClientError):
        client.score_file(table, table.with_name("hasil.csv"))
    assert [TABLE in body for _, _, body in service.asked] == [True, True]


def test_too_large_for_a_proxy_goes_in_smaller_batches() -> None:
    one = Answer(200, {"results": [verdict_example()]})
    with asking(Answer(413, "<h1>Too large</h1>"), one) as (service, client):
        assert len(client.classify_many(["satu", "dua", "tiga"])) == 3
    assert [json.loads(body)["texts"] for _, _, body in service.asked] == [
        ["satu", "dua", "tiga"],
        ["satu"],
        ["dua"],
        ["tiga"],
    ]
    with asking(Answer(413, "no")) as (service, client), pytest.raises(ClientError) as caught:
        client.classify_many(["satu", "dua"])
    assert (caught.value.code, len(service.asked)) == ("http_413", 2)


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (502, "<h1>Bad gateway</h1>", "http_502"),
        (404, {"message": "no route"}, "http_404"),
        (307, "", "http_307"),
        (200, f"<h1>{CANARY}</h1>", "unexpected_answer"),
        (200, {"text": CANARY}, "unexpected_answer"),
        (200, [CANARY], "unexpected_answer"),
        (200, {"results": []}, "unexpected_answer"),
    ],
)
def test_answers_of_something_else_are_errors(status: int, body: Any, code: str, many: bool) -> None:
    answer = Answer(status, body, {"x-request-id": "r2", "location": "/elsewhere"})
    with asking(answer) as (_, client), pytest.raises(ClientError) as caught:
        client.classify_many(["slot"]) if many else client.classify("slot")
    assert (caught.value.code, caught.value.status, caught.value.request_id) == (code, status, "r2")
    assert CANARY not in "".join(traceback.format_exception(caught.value))


def test_what_a_newer_service_says_besides_is_left_out() -> None:
    newer = verdict_example() | {"mood": "calm"}
    newer["categories"][5]["evidence"][0]["colour"] = "red"
    with asking(Answer(200, newer)) as (_, client):
        assert client.classify("slot").categories[5].evidence[0].weight == 4.82


def test_a_job_that_failed_says_why_and_is_deleted(table: Path, clock: Clock) -> None:
    job = {"id": "j", "state": "running", "rows": {"done": 1, "total": None}, "problem": None}
    problem = {"code": "unusable_table", "title": "No", "detail": "Line 9.", "hint": "Mend it."}
    failed = Answer(200, job | {"state": "failed", "problem": problem})
    with (
        asking(Answer(202, job), busy(retry_after="1"), failed, Answer(204)) as (service, client),
        pytest.raises(ClientError, match=r"^No\. Line 9\. Mend it\. \(unusable_table\)$"),
    ):
        client.score_file(table, table.with_name("hasil.csv"))
    asked = [f"{method} {path}" for method, path, _ in service.asked]
    assert asked == ["POST /jobs", "GET /jobs/j", "GET /jobs/j", "DELETE /jobs/j"]
    assert list(table.parent.iterdir()) == [table]


def test_nobody_listens(clock: Clock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with (
        Client(f"http://nama:sandi@127.0.0.1:{port}", key="saring_rahasia") as client,
        pytest.raises(ClientError, match=f"127.0.0.1:{port}") as caught,
    ):
        client.classify(CANARY)
    assert caught.value.code == "unreachable"
    assert not [secret for secret in ("sandi", "saring_rahasia", CANARY) if secret in str(caught.value)]
    assert len(clock.slept) > 5


def test_nobody_answers() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        Client(f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=0.2) as client,
        pytest.raises(ClientError, match=r"took more than 0\.2 s.*\(timed_out\)"),
    ):
        client.classify("slot")


@pytest.mark.parametrize(
    ("ask", "which"),
    [
        (lambda client: client.classify(HALF), r"the text holds half a character .* at 5: "),
        (lambda client: client.classify_many(["slot", HALF]), "text 2 of 2 holds half"),
        (lambda client: client.correct({"hoaks": 1}, text=HALF), "the text holds half"),
        (lambda client: client.correct({"hoaks": 1}, text="slot", note=HALF), "the note holds half"),
        (lambda client: client.score_file("a.csv", "b.csv", HALF), "the name of the column holds half"),
        (lambda client: client.score_file("a.csv", "b.txt"), r"b\.txt: .* one of \.csv, "),
        (lambda client: client.score_file(__file__, "/nowhere/b.csv"), "/nowhere/.*: No such file"),
    ],
)
def test_what_cannot_be_sent_is_refused_here(ask: Callable[[Client], object], which: str) -> None:
    with asking(VERDICT) as (service, client), pytest.raises(InputError, match=which) as caught:
        ask(client)
    assert service.asked == []
    assert "slot" not in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"url": "localhost:8000"}, "begins with http://"), ({"key": "saring_a\n"}, "copy it without blanks")],
)
def test_address_and_key_are_looked_at(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        Client(**arguments)
    assert "saring_a" not in str(caught.value)


def test_no_log_holds_a_text_or_a_key(caplog: pytest.LogCaptureFixture, clock: Clock) -> None:
    with (
        caplog.at_level(logging.DEBUG),
        scripted(busy(), VERDICT) as service,
        Client(service.address, "saring_rahasia") as client,
    ):
        client.classify(CANARY)
    assert "/classify" in caplog.text
    assert CANARY not in caplog.text and "saring_rahasia" not in caplog.text
