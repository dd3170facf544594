"""Batches, bounds, turns and cancelling."""

import asyncio
import os
import signal
from types import SimpleNamespace

import anyio
import httpx
import pytest
from fake_service import FakeClassifier, FakeSource, eventually, running

from saring_serve.app import create_app
from saring_serve.metrics import Metrics
from saring_serve.problems import Problem
from saring_serve.queue import Queue, _Lane, cost
from saring_serve.settings import QueueLimits, Settings

pytestmark = pytest.mark.anyio


class Running:
    """A queue that runs, and its classifier behind a closed gate until ``open`` is called."""

    def __init__(self, **limits: float) -> None:
        self.classifier = FakeClassifier()
        self.queue = Queue(QueueLimits(**{"wait": 0.0, **limits}), Metrics())  # type: ignore[arg-type]

    async def __aenter__(self) -> "Running":
        self._task = asyncio.create_task(self.queue.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        self.classifier.gate.set()
        self._task.cancel()
        await asyncio.wait([self._task])
        self.queue.close()

    async def hold(self) -> asyncio.Task[object]:
        """Occupy the worker with one text until the gate opens."""
        self.classifier.gate.clear()
        holding = asyncio.create_task(self.queue.judge(["penahan"], self.classifier, "single"))
        await eventually(lambda: self.classifier.judged("penahan"))
        return holding


async def test_texts_that_wait_are_judged_together() -> None:
    async with Running() as running_queue:
        await running_queue.hold()
        waiting = [
            asyncio.create_task(running_queue.queue.judge([f"teks {at}"], running_queue.classifier, "single"))
            for at in range(20)
        ]
        await anyio.sleep(0.01)
        running_queue.classifier.gate.set()
        verdicts = [(await each)[0] for each in waiting]
        assert [verdict.read.of for verdict in verdicts] == [len(f"teks {at}") for at in range(20)]
        assert [len(batch) for batch in running_queue.classifier.batches] == [1, 20]


async def test_an_idle_model_waits_a_moment_for_company() -> None:
    async with Running(wait=0.2) as running_queue:
        first = asyncio.create_task(running_queue.queue.judge(["satu"], running_queue.classifier, "single"))
        await anyio.sleep(0.02)
        await running_queue.queue.judge(["dua"], running_queue.classifier, "single")
        await first
        assert running_queue.classifier.batches == [["satu", "dua"]]


async def test_a_batch_is_no_larger_than_its_budget() -> None:
    text = "a" * 68
    assert cost(text) == 100
    async with Running(batch=400) as running_queue:
        await running_queue.queue.judge([text] * 10, running_queue.classifier, "bulk")
        assert [len(batch) for batch in running_queue.classifier.batches] == [4, 4, 2]


async def test_a_large_batch_lets_single_texts_through() -> None:
    async with Running(batch=400) as running_queue:
        holding = await running_queue.hold()
        bulk = asyncio.create_task(
            running_queue.queue.judge(["b" * 68] * 256, running_queue.classifier, "bulk")
        )
        await anyio.sleep(0.01)
        single = asyncio.create_task(
            running_queue.queue.judge(["sendiri"], running_queue.classifier, "single")
        )
        await anyio.sleep(0.01)
        running_queue.classifier.gate.set()
        await holding
        await single
        assert "sendiri" in running_queue.classifier.batches[1], "the next batch was to hold it"
        assert not bulk.done()
        assert len(await bulk) == 256


async def test_single_texts_leave_half_of_every_batch_to_bulk() -> None:
    async with Running(batch=400) as running_queue:
        await running_queue.hold()
        judge, classifier = running_queue.queue.judge, running_queue.classifier
        waiting = [asyncio.create_task(judge(["s" * 68], classifier, "single")) for _ in range(50)]
        waiting.append(asyncio.create_task(judge(["b" * 68] * 4, classifier, "bulk")))
        await anyio.sleep(0.01)
        classifier.gate.set()
        await asyncio.gather(*waiting)
        assert [text[0] for text in classifier.batches[1]] == ["s", "s", "b", "b"]


async def test_batches_take_turns() -> None:
    async with Running(batch=400) as running_queue:
        await running_queue.hold()
        judge, classifier = running_queue.queue.judge, running_queue.classifier
        long = asyncio.create_task(judge(["p" * 68] * 100, classifier, "bulk"))
        await anyio.sleep(0.01)
        short = asyncio.create_task(judge(["q" * 68] * 2, classifier, "bulk"))
        await anyio.sleep(0.01)
        classifier.gate.set()
        await short
        assert not long.done()
        assert len(await long) == 100


async def test_past_its_bound_a_lane_refuses_and_the_other_does_not() -> None:
    async with Running(single=100, bulk=100) as running_queue:
        holding = await running_queue.hold()
        judge, classifier = running_queue.queue.judge, running_queue.classifier
        waiting = asyncio.create_task(judge(["a" * 20], classifier, "single"))
        await anyio.sleep(0.01)
        with pytest.raises(Problem) as refused:
            await judge(["ditolak"], classifier, "single")
        assert refused.value.kind.code == "overloaded"
        assert int(refused.value.headers["retry-after"]) >= 1
        bulk = asyncio.create_task(
            judge(["b" * 5_000] * 3, classifier, "bulk")
        )  # an empty lane takes anything
        await anyio.sleep(0.01)
        with pytest.raises(Problem):
            await judge(["ditolak"], classifier, "bulk")
        classifier.gate.set()
        await asyncio.gather(holding, waiting, bulk)
        assert not classifier.judged("ditolak")
        await judge(["lagi"], classifier, "single")  # there is room again


def test_a_crowded_lane_lets_few_in_until_nobody_was_refused_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = 1000.0
    monkeypatch.setattr("saring_serve.queue.time", SimpleNamespace(monotonic=lambda: clock))
    lane = _Lane("single", 1_000, Metrics(), crowded=100)
    lane.grow(900)
    assert lane.admits(100), "a burst may wait"
    assert not lane.admits(101)
    lane.grow(-800)
    assert not lane.admits(50), "100 wait, and somebody was refused just now"
    lane.grow(-1)
    assert lane.admits(800), "a long text has its turn as well"
    clock += 0.9
    lane.grow(1)
    assert not lane.admits(50)
    clock += 0.9
    assert not lane.admits(50), "each refusal counts anew"
    clock += 1.0
    assert lane.admits(900)


async def test_who_leaves_gives_the_place_up() -> None:
    async with Running(single=100) as running_queue:
        holding = await running_queue.hold()
        judge, classifier = running_queue.queue.judge, running_queue.classifier
        gone = asyncio.create_task(judge(["pergi"], classifier, "single"))
        await anyio.sleep(0.01)
        gone.cancel()
        await asyncio.wait([gone])
        staying = asyncio.create_task(judge(["tinggal"], classifier, "single"))
        await anyio.sleep(0.01)
        classifier.gate.set()
        await asyncio.gather(holding, staying)
        assert classifier.judged("tinggal") and not classifier.judged("pergi")
        assert all(lane.pending == 0 for lane in running_queue.queue._lanes.values())


async def test_nothing_stays_counted_after_failures_and_leavers() -> None:
    async with Running(batch=200) as running_queue:
        judge, classifier = running_queue.queue.judge, running_queue.classifier
        work = [asyncio.create_task(judge(["rusak"] + ["b" * 68] * 9, classifier, "bulk")) for _ in range(5)]
        work += [asyncio.create_task(judge(["b" * 68] * 9, classifier, "bulk")) for _ in range(5)]
        await eventually(lambda: len(classifier.batches) > 2)
        for each in work[7:]:
            each.cancel()
        outcomes = await asyncio.gather(*work, return_exceptions=True)
        assert [type(outcome).__name__ for outcome in outcomes] == (
            ["Problem"] * 5 + ["list"] * 2 + ["CancelledError"] * 3
        )
        await judge(["akhir"], classifier, "single")
        assert all(lane.pending == 0 and not lane for lane in running_queue.queue._lanes.values())


async def test_a_request_keeps_the_model_it_began_with() -> None:
    async with Running(batch=400) as running_queue:
        await running_queue.hold()
        old, new = running_queue.classifier, FakeClassifier("2")
        began = asyncio.create_task(running_queue.queue.judge(["b" * 68] * 20, old, "bulk"))
        await anyio.sleep(0.01)
        later = asyncio.create_task(running_queue.queue.judge(["b" * 68] * 20, new, "bulk"))
        old.gate.set()
        assert {verdict.model.version for verdict in await began} == {"1"}
        assert {verdict.model.version for verdict in await later} == {"2"}


async def test_draining_refuses_the_new_and_finishes_the_old(classifier: FakeClassifier) -> None:
    app = create_app(Settings(), FakeSource(classifier))
    async with running(app) as client:
        classifier.gate.clear()
        begun = asyncio.create_task(client.post("/classify", json={"text": "sudah masuk"}))
        await eventually(lambda: classifier.judged("sudah masuk"))
        app.state.service.drain()
        for refused in (
            await client.post("/classify", json={"text": "terlambat"}),
            await client.post("/classify/batch", json={"texts": ["terlambat"]}),
            await client.get("/readyz"),
        ):
            assert (refused.status_code, refused.json()["code"]) == (503, "shutting_down")
            assert refused.headers["retry-after"]
        assert (await client.get("/livez")).status_code == 200
        classifier.gate.set()
        assert (await begun).status_code == 200
        assert not classifier.judged("terlambat")


async def test_overload_reaches_the_client_as_503(classifier: FakeClassifier) -> None:
    settings = Settings(queue=QueueLimits(single=100))
    async with running(create_app(settings, FakeSource(classifier))) as client:
        classifier.gate.clear()
        statuses: list[int] = []

        async def ask() -> None:
            response = await client.post("/classify", json={"text": "antre"})
            statuses.append(response.status_code)
            if response.status_code == 503:
                assert response.json()["code"] == "overloaded"
                assert response.headers["retry-after"]

        async with anyio.create_task_group() as tasks:
            for _ in range(10):
                tasks.start_soon(ask)
            await eventually(lambda: len(statuses) == 8)  # 37 characters each: two fit into 100
            classifier.gate.set()
        assert sorted(statuses) == [200] * 2 + [503] * 8


async def test_a_client_that_disconnects_is_not_judged_for(classifier: FakeClassifier) -> None:
    app = create_app(Settings(), FakeSource(classifier))
    async with running(app) as client:
        classifier.gate.clear()
        holding = asyncio.create_task(client.post("/classify", json={"text": "penahan"}))
        await eventually(lambda: classifier.judged("penahan"))
        messages = iter([{"type": "http.request", "body": b'{"text": "pergi"}'}, {"type": "http.disconnect"}])
        sent: list[object] = []

        async def receive() -> dict[str, object]:
            return next(messages)

        async def send(message: object) -> None:
            sent.append(message)

        headers = [(b"content-type", b"application/json")]
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/classify",
            "headers": headers,
            "query_string": b"",
        }
        with anyio.fail_after(5):
            await app(scope, receive, send)  # type: ignore[arg-type]
        classifier.gate.set()
        assert (await holding).status_code == 200
        assert (await client.post("/classify", json={"text": "berikutnya"})).status_code == 200
        metrics = (await client.get("/metrics")).text
        assert 'saring_request_seconds_count{method="POST",path="/classify",status="499"} 1.0' in metrics
        assert not classifier.judged("pergi") and not sent


async def test_requests_share_one_batch_over_http(
    client: httpx.AsyncClient, classifier: FakeClassifier
) -> None:
    async with anyio.create_task_group() as tasks:
        for at in range(16):
            tasks.start_soon(lambda at=at: client.post("/classify", json={"text": f"teks {at}"}))
    warm_up, *batches = classifier.batches
    assert len(warm_up) == 1
    assert sum(map(len, batches)) == 16 and len(batches) <= 4


async def test_the_signal_to_stop_refuses_new_work_before_the_server_closes(
    classifier: FakeClassifier,
) -> None:
    told: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: told.append(number))
    try:
        async with running(create_app(Settings(), FakeSource(classifier))) as client:
            assert (await client.get("/readyz")).status_code == 200
            os.kill(os.getpid(), signal.SIGTERM)
            await eventually(lambda: told == [signal.SIGTERM])  # the server's own handler ran as well
            assert (await client.get("/readyz")).json()["code"] == "shutting_down"
        os.kill(os.getpid(), signal.SIGTERM)
        await eventually(lambda: len(told) == 2)
    finally:
        signal.signal(signal.SIGTERM, before)
