import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from small_corpus import COMMIT, catalogue, entry, file_entry, put

from saring.corpora.catalogue import Catalogue
from saring.corpora.fetch import Fetched, fetch_corpora

SOURCE = b"teks\nhalo\n"
PATH = f"/owner/contoh/{COMMIT}/data/data%20latih.csv"


@dataclass
class Origin:
    """A server that answers each path from a list, the last answer again and again."""

    url: str = ""
    answers: dict[str, list[tuple[int, bytes]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str) -> tuple[int, bytes]:
        self.asked.append(path)
        answers = self.answers.get(path, [(404, b"")])
        return answers.pop(0) if len(answers) > 1 else answers[0]


@pytest.fixture
def origin(monkeypatch: pytest.MonkeyPatch) -> Iterator[Origin]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    state = Origin()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = state.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(SOURCE) if status == 200 else len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    state.url = f"http://127.0.0.1:{server.server_port}"
    yield state
    server.shutdown()
    server.server_close()


@pytest.fixture
def corpora(tmp_path: Path) -> Catalogue:
    return catalogue(tmp_path, entry(body=file_entry("a.csv.zst", "data latih.csv", source=SOURCE)))


def fetch(corpora: Catalogue, destination: Path, origin: Origin, tries: int = 3) -> Fetched:
    return fetch_corpora(corpora.corpora, destination, host=origin.url, tries=tries, pause=0.0, timeout=5.0)


def test_original_comes_to_its_place_and_is_not_asked_for_again(
    corpora: Catalogue, origin: Origin, tmp_path: Path
) -> None:
    origin.answers[PATH] = [(200, SOURCE)]
    assert fetch(corpora, tmp_path, origin) == Fetched(1, 0, ())
    assert (tmp_path / "contoh" / "data latih.csv").read_bytes() == SOURCE
    assert fetch(corpora, tmp_path, origin) == Fetched(0, 1, ())
    assert origin.asked == [PATH]


def test_damaged_file_is_fetched_anew(corpora: Catalogue, origin: Origin, tmp_path: Path) -> None:
    path = put(tmp_path, "data latih.csv", b"teks\nha")
    origin.answers[PATH] = [(200, SOURCE)]
    assert fetch(corpora, tmp_path, origin).fetched == 1
    assert path.read_bytes() == SOURCE


def test_passing_failures_are_tried_again(corpora: Catalogue, origin: Origin, tmp_path: Path) -> None:
    origin.answers[PATH] = [(503, b""), (200, SOURCE[:3]), (200, SOURCE)]
    assert fetch(corpora, tmp_path, origin) == Fetched(1, 0, ())
    assert len(origin.asked) == 3


def test_wrong_content_never_appears_under_the_name(
    corpora: Catalogue, origin: Origin, tmp_path: Path
) -> None:
    before = put(tmp_path, "data latih.csv", b"yang lama")
    origin.answers[PATH] = [(200, b"teks\nlain\n")]
    outcome = fetch(corpora, tmp_path, origin, tries=2)
    assert outcome.fetched == 0
    assert len(outcome.failures) == 1
    assert "contoh/data latih.csv: expected" in outcome.failures[0]
    assert "found" in outcome.failures[0]
    assert before.read_bytes() == b"yang lama"
    assert [path.name for path in before.parent.iterdir()] == ["data latih.csv"]


def test_missing_page_is_told_once_and_the_others_still_come(origin: Origin, tmp_path: Path) -> None:
    file = file_entry("a.csv.zst", "a.csv", source=SOURCE)
    corpora = catalogue(tmp_path, entry("hilang", body=file), entry("ada", body=file))
    origin.answers[f"/owner/ada/{COMMIT}/data/a.csv"] = [(200, SOURCE)]
    told: list[str] = []
    outcome = fetch_corpora(corpora.corpora, tmp_path, host=origin.url, pause=0.0, tell=told.append)
    assert outcome.fetched == 1
    assert len(outcome.failures) == 1
    assert "hilang/a.csv: the server answered 404" in outcome.failures[0]
    assert origin.asked.count(f"/owner/hilang/{COMMIT}/data/a.csv") == 1
    assert told == [outcome.failures[0], "ada/a.csv: fetched"]


def test_unreachable_host_is_one_line(corpora: Catalogue, tmp_path: Path) -> None:
    outcome = fetch_corpora(corpora.corpora, tmp_path, host="http://127.0.0.1:1", tries=2, pause=0.0)
    assert len(outcome.failures) == 1
    assert "cannot be reached" in outcome.failures[0]
    assert "\n" not in outcome.failures[0]
