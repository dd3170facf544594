"""The client against a real service."""

import json
import pickle
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from access_service import add_keys
from job_service import CSV, files_of
from service_process import serving

from saring.classifier import Classifier
from saring.client import Client, ClientError
from saring.errors import InputError
from saring.scoring.tables import score_table
from saring_serve.access import Role

CANARY = "kenari-rahasia-7f3a"
TEXTS = ["slot gacor", "kucing", "bukan slot", "goblok", "selamat pagi", "🎰 situs slot", "kadrun"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("client") / "data"


@pytest.fixture(scope="module")
def keys(data: Path) -> dict[Role, str]:
    return add_keys(data)


@pytest.fixture(scope="module")
def address(models_folder: Path, data: Path, keys: dict[Role, str]) -> Iterator[str]:
    """A service that requires keys, takes three texts in a batch and stores texts."""
    with serving(
        models_folder, data.parent, SARING_REQUIRE_KEYS="1", SARING_MAX_TEXTS="3", SARING_STORE_TEXT="1"
    ) as process:
        yield process.address


@pytest.fixture
def client(address: str, keys: dict[Role, str]) -> Iterator[Client]:
    with Client(address, keys["review"]) as client:
        yield client


@pytest.fixture
def table(tmp_path: Path) -> Path:
    (tmp_path / "unggahan.csv").write_bytes(CSV)
    return tmp_path / "unggahan.csv"


def test_a_verdict_is_the_one_that_the_classifier_gives_here(client: Client, model_folder: Path) -> None:
    there = client.classify("🎰 situs slot gacor")
    here = Classifier.open(model_folder).classify("🎰 situs slot gacor")
    assert there == replace(here, id=there.id)
    assert there.categories[5].evidence


def test_texts_go_in_batches_that_the_service_takes(client: Client, model_folder: Path) -> None:
    there = client.classify_many(iter(TEXTS))
    here = Classifier.open(model_folder).classify_many(TEXTS)
    assert [verdict.decision for verdict in there] == [verdict.decision for verdict in here]
    assert [verdict.read for verdict in there] == [verdict.read for verdict in here]
    assert client.classify_many([]) == []


def test_a_text_that_is_refused_is_named_by_its_place_among_all(client: Client) -> None:
    with pytest.raises(ClientError) as caught:
        client.classify_many([*TEXTS[:5], " ", *TEXTS])
    assert (caught.value.code, caught.value.status, caught.value.field) == ("empty_text", 422, "texts[5]")


def test_a_correction_by_text_and_by_id(client: Client) -> None:
    verdict = client.classify("situs kucing")
    by_id = client.correct({"perjudian": 0, "hoaks": None}, id=verdict.id, reviewer="sari")
    by_text = client.correct({"perjudian": 0}, text="situs kucing", note="hewan")
    assert by_id.key == by_text.key
    assert by_text.id > by_id.id
    assert {"labels", "reviewer", "verdict", "text"} <= set(by_id.kept)
    assert by_text.until is not None and by_text.until.tzinfo is not None


def test_the_model(client: Client) -> None:
    model = client.model()
    assert (model.name, model.version) == ("saring-id", "1")
    assert model.thresholds["hoaks"] == {"review": 0.3, "flag": 0.5}


def test_a_problem_is_an_error_with_all_that_the_service_says(client: Client) -> None:
    with pytest.raises(ClientError) as caught:
        client.correct({"judi": 1}, text=CANARY)
    error = caught.value
    assert (error.code, error.status, error.field) == ("unknown_category", 422, "labels")
    assert error.title == "A category is unknown"
    assert "perjudian" in error.hint and error.detail and error.request_id
    assert str(error).endswith(f"(unknown_category, status 422, field labels, request {error.request_id})")
    assert CANARY not in repr(error)
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error)


@pytest.mark.parametrize(
    ("role", "code"), [(None, "missing_key"), ("wrong", "unknown_key"), ("classify", "role_too_low")]
)
def test_a_key_is_needed(address: str, keys: dict[str, str], role: str | None, code: str) -> None:
    key = keys.get(role, "saring_wrong") if role else None
    with Client(address, key) as client, pytest.raises(ClientError) as caught:
        client.correct({"hoaks": 1}, text="kucing")
    assert caught.value.code == code


def test_a_file_is_scored_as_here_and_nothing_of_it_stays(
    client: Client, table: Path, model_folder: Path, data: Path
) -> None:
    told: list[tuple[int, int | None]] = []
    out = table.with_name("hasil.csv")
    there = client.score_file(table, out, progress=lambda done, total: told.append((done, total)))
    here = score_table(table, table.with_name("sini.csv"), Classifier.open(model_folder))
    assert out.read_bytes() == table.with_name("sini.csv").read_bytes()
    assert there.understood[0] in here.understood[0]
    rejections = str(table.with_name("hasil.rejected.jsonl"))
    assert there == replace(here, understood=there.understood, rejections=rejections)
    reason = "no text in column 'teks'"
    assert json.loads(Path(rejections).read_text()) == {"file": table.name, "line": 4, "reason": reason}
    assert told[-1] == (5, 5)
    assert files_of(data) == set()


def test_the_ending_of_the_output_says_its_format(client: Client, table: Path) -> None:
    table.write_bytes(b"id,pesan,teks\n1,slot gacor,a\n")
    out = table.with_name("hasil.xlsx")
    table.with_name("hasil.rejected.jsonl").write_text("of an earlier run")
    summary = client.score_file(str(table), str(out), "pesan")
    assert (summary.flagged, summary.categories["perjudian"], summary.rejections) == (1, 1, None)
    assert out.read_bytes().startswith(b"PK")
    assert {path.name for path in table.parent.iterdir()} == {"unggahan.csv", "hasil.xlsx"}


def test_a_column_that_is_not_clear_has_to_be_said(client: Client, table: Path, data: Path) -> None:
    table.write_bytes(b"pesan,teks\nslot,a\n")
    with pytest.raises(InputError, match="say text_column: it is one of 'pesan', 'teks'"):
        client.score_file(table, table.with_name("hasil.csv"))
    with pytest.raises(ClientError) as caught:
        client.score_file(table, table.with_name("hasil.csv"), "isi")
    assert caught.value.code == "unknown_column"
    assert files_of(data) == set()
    assert [path.name for path in table.parent.iterdir()] == ["unggahan.csv"]


def test_who_stops_waiting_stops_the_job(client: Client, table: Path, data: Path) -> None:
    def stop(done: int, total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        client.score_file(table, table.with_name("hasil.csv"), progress=stop)
    assert files_of(data) == set()
    assert not table.with_name("hasil.csv").exists()


def test_without_httpx_it_names_the_extra() -> None:
    code = "import sys; sys.modules['httpx'] = None; import saring.client"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "saring.client needs httpx, which is not installed: pip install 'saring[client]'" in ended.stderr


def test_it_opens_no_model() -> None:
    code = "import sys, saring.client; print({'onnxruntime', 'numpy', 'fastapi'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "set()\n"
