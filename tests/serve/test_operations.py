"""What the person who runs the service sees of it: request ids, log lines, metrics of decisions and drift."""

import asyncio
import io
import json
import logging
import logging.config
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from fake_service import BROKEN, CANARY, FakeClassifier, FakeSource, running

from saring.evaluation.frozen import FrozenScores
from saring.taxonomy import taxonomy
from saring.verdict import Decision, Verdict
from saring_serve.app import create_app
from saring_serve.correlation import REQUEST_ID
from saring_serve.drift import LEAST, WINDOW, Drift, Reference
from saring_serve.logs import ACCESS, SERVICE, log_config, log_loop_failure
from saring_serve.metrics import Metrics
from saring_serve.settings import Settings, SettingsError

pytestmark = pytest.mark.anyio


class TestRequestIds:
    async def test_one_is_made(self, client: httpx.AsyncClient) -> None:
        first, second = [(await client.get("/livez")).headers["x-request-id"] for _ in range(2)]
        assert first != second

    @pytest.mark.parametrize("sent", ["a", "Root=1-67891233-abcdef012345678912345678", "x" * 64])
    async def test_one_that_was_sent_is_kept(self, client: httpx.AsyncClient, sent: str) -> None:
        for path in ("/livez", "/nowhere"):
            assert (await client.get(path, headers={"x-request-id": sent})).headers["x-request-id"] == sent

    @pytest.mark.parametrize("sent", ["", "a b", "x" * 65, '"', "<b>", "a\tb", "é".encode()])
    async def test_one_that_could_spoil_a_log_is_not(
        self, client: httpx.AsyncClient, sent: str | bytes
    ) -> None:
        answer = await client.get("/livez", headers={"x-request-id": sent})  # type: ignore[dict-item]
        assert len(answer.headers["x-request-id"]) == 32

    async def test_a_problem_names_it(self, client: httpx.AsyncClient) -> None:
        for answer in (await client.get("/nowhere"), await client.post("/classify", json={"text": BROKEN})):
            assert answer.json()["request_id"] == answer.headers["x-request-id"]

    async def test_requests_at_the_same_time_keep_theirs(self, client: httpx.AsyncClient) -> None:
        names = [f"request-{at}" for at in range(20)]
        answers = await asyncio.gather(
            *(client.post("/classify", json={"text": ""}, headers={"x-request-id": name}) for name in names)
        )
        assert [answer.json()["request_id"] for answer in answers] == names


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Configures logging to a buffer; gives what has been written to it since."""
    kept = {
        name: (list((at := logging.getLogger(name)).handlers), at.level, at.propagate)
        for name in (None, "uvicorn", SERVICE)
    }
    buffer = io.StringIO()

    def configure(form: Any) -> Callable[[], list[str]]:
        config = log_config("DEBUG", form)
        config["handlers"]["stderr"]["stream"] = buffer
        logging.config.dictConfig(config)
        return lambda: buffer.getvalue().splitlines()

    yield configure
    for name, (handlers, level, propagate) in kept.items():
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)


class TestLogs:
    async def test_json_is_an_object_a_line_with_the_request(
        self, lines: Any, client: httpx.AsyncClient
    ) -> None:
        written = lines("json")
        await client.post("/classify", json={"text": "halo"}, headers={"x-request-id": "abc"})
        [line] = [json.loads(line) for line in written()]
        assert (
            line.items()
            >= {
                "level": "INFO",
                "logger": ACCESS,
                "request_id": "abc",
                "method": "POST",
                "path": "/classify",
                "status": 200,
            }.items()
        )
        assert line["milliseconds"] >= 0 and line["time"].endswith("+00:00")

    async def test_text_ends_with_the_request(self, lines: Any, client: httpx.AsyncClient) -> None:
        written = lines("text")
        await client.get("/livez", headers={"x-request-id": "abc"})
        [line] = written()
        assert f"INFO {ACCESS}: GET /livez 200 " in line and line.endswith(" [abc]")

    @pytest.mark.parametrize("form", ["json", "text"])
    async def test_no_failure_shows_its_message(self, lines: Any, form: str) -> None:
        written = lines(form)
        try:
            raise ValueError(CANARY)
        except ValueError as error:
            logging.getLogger("a.library").warning("it failed", exc_info=True)
            log_loop_failure(asyncio.get_running_loop(), {"message": CANARY, "exception": error})
        assert len(written()) >= 2
        assert CANARY not in "".join(written())
        assert "".join(written()).count("builtins.ValueError at ") == 2
        if form == "json":
            assert [json.loads(line)["level"] for line in written()] == ["WARNING", "ERROR"]

    async def test_a_failure_outside_of_requests_shows_no_message(
        self, lines: Any, client: httpx.AsyncClient
    ) -> None:
        written = lines("json")

        async def fail() -> None:
            raise ValueError(CANARY)

        task = asyncio.create_task(fail())
        await asyncio.sleep(0)
        del task
        await asyncio.sleep(0)
        assert any("outside of any request" in line for line in written())
        assert CANARY not in "".join(written())

    def test_a_person_reads_text_and_a_machine_json(self, monkeypatch: pytest.MonkeyPatch) -> None:
        formatters = []
        for terminal in (True, False):
            monkeypatch.setattr("sys.stderr.isatty", lambda terminal=terminal: terminal)
            formatters.append(log_config()["formatters"]["line"]["()"].rpartition(".")[2])
        assert formatters == ["TextLines", "JsonLines"]

    def test_an_unknown_format_is_refused(self) -> None:
        assert Settings.from_environment({"SARING_LOG_FORMAT": "json"}).log_format == "json"
        with pytest.raises(SettingsError, match="SARING_LOG_FORMAT must be json or text"):
            Settings.from_environment({"SARING_LOG_FORMAT": "xml"})

    def test_outside_of_requests_there_is_no_id(self) -> None:
        assert REQUEST_ID.get() is None


def samples(exposition: str) -> dict[str, float]:
    return {
        name: float(value)
        for name, _, value in (line.rpartition(" ") for line in exposition.splitlines() if line[:1] != "#")
    }


def of(metrics: Metrics) -> dict[str, float]:
    return samples(metrics.exposition().decode())


def verdict(decision: Decision, probability: float = 0.1) -> Verdict:
    """A verdict whose first category has ``decision``, and all of them ``probability``."""
    [plain] = FakeClassifier().classify_many(["halo"])
    first, *others = [replace(category, probability=probability) for category in plain.categories]
    first = replace(first, decision=decision, flagged=decision == "flag")
    return replace(plain, decision=decision, flagged=first.flagged, categories=(first, *others))


class TestDecisions:
    def test_each_category_is_counted_by_decision(self) -> None:
        metrics = Metrics()
        metrics.verdicts([verdict("clear"), verdict("review"), verdict("review"), verdict("flag")])
        counted = of(metrics)
        first, second, *_ = taxonomy().ids
        expected = {"clear": 1, "review": 2, "flag": 1}
        for decision, count in expected.items():
            assert counted[f'saring_decisions_total{{category="{first}",decision="{decision}"}}'] == count
        assert counted[f'saring_decisions_total{{category="{second}",decision="clear"}}'] == 4
        assert counted[f'saring_decisions_total{{category="{second}",decision="flag"}}'] == 0
        assert counted["saring_review_total"] == 2
        assert counted['saring_verdicts_total{flagged="true"}'] == 1

    async def test_a_wait_is_measured_once_a_request(self, client: httpx.AsyncClient) -> None:
        await client.post("/classify", json={"text": "halo"})
        await client.post("/classify/batch", json={"texts": ["halo"] * 200})
        counted = samples((await client.get("/metrics")).text)
        for lane in ("single", "bulk"):
            assert counted[f'saring_queue_wait_seconds_count{{lane="{lane}"}}'] == 1
            assert counted[f'saring_queue_characters{{lane="{lane}"}}'] == 0


def scores(number: int, mean: float, seed: int = 0) -> np.ndarray[Any, np.dtype[np.float64]]:
    logits = np.random.default_rng(seed).normal(mean, 1, (number, len(taxonomy().ids)))
    return 1 / (1 + np.exp(-logits))


def frozen(folder: Path, clean: int, positive: int = 500) -> None:
    """Scores of a frozen test whose positive rows score unlike the clean ones."""
    labels = np.zeros((clean + positive, len(taxonomy().ids)), np.float32)
    labels[clean:, 0] = 1
    probabilities = np.concatenate([scores(clean, -4), scores(positive, 3)]).astype(np.float32)
    keys = tuple(str(row) for row in range(len(labels)))
    FrozenScores(keys, keys, labels, probabilities).save(folder)


class TestDrift:
    @pytest.fixture
    def reference(self, tmp_path: Path) -> Reference:
        frozen(tmp_path, clean=3000)
        found = Reference.of(tmp_path)
        assert found is not None
        return found

    def test_the_same_distribution_is_near_0_another_is_not(self, reference: Reference) -> None:
        same, other = Drift(reference), Drift(reference)
        same.add(scores(LEAST, -4, seed=1))
        other.add(scores(LEAST, -3, seed=1))
        for drift, low, high in ((same, 0, 0.06), (other, 0.5, 2)):
            index = drift.index()
            assert index is not None and ((index > low) & (index < high)).all()

    def test_it_is_the_index_of_the_textbook(self) -> None:
        tenths = np.repeat(np.linspace(0.05, 0.95, 10), 1000)[:, None]
        drift = Drift(Reference.from_scores(tenths))
        drift.add(np.array([[0.05]] * 550 + [[0.95]] * 450))
        index = drift.index()
        expected, seen = np.full(10, 0.1), np.array([550.5, *[0.5] * 8, 450.5]) / 1005
        assert index == pytest.approx([((seen - expected) * np.log(seen / expected)).sum()], rel=1e-3)

    def test_only_the_latest_texts_count(self, reference: Reference) -> None:
        drift = Drift(reference)
        for at in range(4):
            drift.add(scores(WINDOW // 4, 3, seed=at))
        for at in range(50):
            drift.add(scores(WINDOW // 50, -4, seed=at))
        index = drift.index()
        assert index is not None and (index < 0.06).all()

    def test_too_few_texts_say_nothing(self, reference: Reference) -> None:
        drift = Drift(reference)
        drift.add(scores(LEAST - 1, -4))
        assert drift.index() is None

    def test_a_model_without_enough_clean_rows_has_no_reference(self, tmp_path: Path) -> None:
        assert Reference.of(tmp_path) is None
        frozen(tmp_path, clean=LEAST - 1)
        assert Reference.of(tmp_path) is None

    def test_it_is_told_when_enough_texts_came_and_forgotten_with_the_model(
        self, reference: Reference
    ) -> None:
        metrics = Metrics()
        judged = verdict("clear")
        name = f'saring_drift_psi{{category="{taxonomy().ids[0]}"}}'
        metrics.model_opened(judged.model, reference)
        metrics.verdicts([judged] * (LEAST - 1))
        assert name not in of(metrics)
        metrics.verdicts([replace(judged, model=replace(judged.model, version="0"))])
        assert name not in of(metrics), "a verdict of another model counts"
        metrics.verdicts([judged])
        assert of(metrics)[name] > 1
        metrics.model_opened(replace(judged.model, version="2"), reference)
        assert np.isnan(of(metrics)[name])
        assert 'saring_model_info{name="saring-id",version="1"}' not in of(metrics)
        assert of(metrics)['saring_model_info{name="saring-id",version="2"}'] == 1

    async def test_the_reference_travels_with_the_model(self, tmp_path: Path) -> None:
        class Folder(FakeSource):
            def production(self) -> Path:
                return tmp_path / "1"

        (tmp_path / "1").mkdir()
        frozen(tmp_path / "1", clean=LEAST)
        app = create_app(Settings(), Folder(FakeClassifier()))
        async with running(app) as client:
            for _ in range(LEAST // 250):
                await client.post("/classify/batch", json={"texts": ["halo"] * 250})
            counted = samples((await client.get("/metrics")).text)
        assert all(counted[f'saring_drift_psi{{category="{each}"}}'] > 1 for each in taxonomy().ids)
