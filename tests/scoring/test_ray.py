"""A Ray cluster scores to the same bytes, whatever becomes of its workers."""

import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from saring.classifier import Classifier
from saring.cli.app import app
from saring.errors import InputError
from saring.scoring import ray as on_ray
from saring.scoring import tables
from saring.scoring.ray import ray_engine
from saring.scoring.runner import Engine, Pending
from saring.scoring.tables import score_table

TEXTS = ["slot gacor", "kucing", "bukan slot", "", "goblok ya \udc80", "vcs", "Slot gacor"]


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tables, "PART", 30)
    path = tmp_path / "in.jsonl"
    path.write_text("".join(f"{json.dumps({'teks': f'{TEXTS[at % 7]} {at // 9}'})}\n" for at in range(200)))
    return path


@pytest.fixture(scope="module")
def engine(model_folder: Path) -> Iterator[Engine]:
    pytest.importorskip("ray")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(on_ray, "cores", lambda: 2)
        with ray_engine(model_folder) as engine:
            yield engine


def test_it_scores_to_the_same_bytes(
    tmp_path: Path, model_folder: Path, source: Path, engine: Engine
) -> None:
    classifier = Classifier.open(model_folder)
    here = score_table(source, tmp_path / "here.csv", classifier)
    told: list[tuple[int, int]] = []
    there = score_table(
        source,
        tmp_path / "there.csv",
        classifier,
        engine=engine,
        progress=lambda done, total: told.append((done, total)),
    )
    assert (tmp_path / "there.csv").read_bytes() == (tmp_path / "here.csv").read_bytes()
    assert there == here
    assert told == sorted(told) and told[-1] == (200, 200)


class Killing:
    """An engine that kills the workers that are scoring when the third part starts."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.started = 0

    def at_once(self) -> int:
        return self._engine.at_once()

    def start(self, texts: Sequence[str]) -> Pending:
        self.started += 1
        if self.started == 3:
            ends = time.monotonic() + 60
            while not (scoring := scoring_workers()):
                assert time.monotonic() < ends, "no worker was seen to score"
            for worker in scoring:
                os.kill(worker, signal.SIGKILL)
        return self._engine.start(texts)


def scoring_workers() -> list[int]:
    """Process ids; a worker says in its title which task it runs."""
    titles = {int(path.parent.name): path for path in Path("/proc").glob("[0-9]*/cmdline")}
    found = []
    for worker, path in titles.items():
        try:
            found += [worker] * path.read_bytes().startswith(b"ray::_scored")
        except OSError:
            continue  # it has ended
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="processes are listed in /proc")
def test_killed_workers_change_nothing(
    tmp_path: Path, model_folder: Path, source: Path, engine: Engine
) -> None:
    classifier = Classifier.open(model_folder)
    source.write_text(source.read_text().replace("slot", "slot kucing " * 300))
    score_table(source, tmp_path / "here.jsonl", classifier)
    killing = Killing(engine)
    score_table(source, tmp_path / "there.jsonl", classifier, engine=killing)
    assert killing.started == 7
    assert (tmp_path / "there.jsonl").read_bytes() == (tmp_path / "here.jsonl").read_bytes()


def test_what_was_scored_before_is_kept(
    tmp_path: Path, model_folder: Path, source: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    classifier = Classifier.open(model_folder)

    def stopped(done: int, total: int) -> None:
        if done == 90:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score_table(source, tmp_path / "out.csv", classifier, progress=stopped)
    started: list[int] = []
    start = engine.start
    monkeypatch.setattr(engine, "start", lambda texts: started.append(1) or start(texts))
    score_table(source, tmp_path / "out.csv", classifier, engine=engine)
    assert len(started) == 5  # of seven parts, two were kept


def test_what_goes_wrong_at_a_worker_is_said(
    tmp_path: Path, model_folder: Path, source: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    classifier = Classifier.open(model_folder)
    monkeypatch.setattr(on_ray, "__version__", "0.0.0")
    with pytest.raises(InputError, match=r"this is 0\.0\.0: install the same"):
        score_table(source, tmp_path / "out.csv", classifier, engine=engine)
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.usefixtures("production")
class TestCommand:
    @staticmethod
    def said(tmp_path: Path, *options: str) -> str:
        (tmp_path / "in.csv").write_text("teks\nslot\n")
        result = CliRunner().invoke(
            app, ["score", str(tmp_path / "in.csv"), "-o", str(tmp_path / "out.csv"), *options]
        )
        assert result.exit_code == 2
        return result.stderr

    def test_no_cluster(self, tmp_path: Path) -> None:
        said = self.said(tmp_path, "--engine", "ray", "--ray-address", "127.0.0.1:1")
        assert "no Ray cluster answers at 127.0.0.1:1: Connection refused" in said

    def test_an_address_without_ray(self, tmp_path: Path) -> None:
        assert "--ray-address goes with --engine ray" in self.said(tmp_path, "--ray-address", "auto")

    def test_without_the_extra(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "ray", None)
        assert "pip install 'saring[ray]'" in self.said(tmp_path, "--engine", "ray")
