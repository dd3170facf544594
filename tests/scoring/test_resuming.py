"""A run that is killed and run again ends as one that was left alone."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from saring.classifier import Classifier
from saring.errors import InputError
from saring.scoring import tables
from saring.scoring.tables import score_table

TEXTS = ["slot gacor", "kucing", "bukan slot", "", "goblok ya", "vcs", "Slot gacor"]
KILLED = """
import os, signal, sys
from pathlib import Path
from saring.classifier import Classifier
from saring.scoring import runner, tables
tables.PART = 3
left = int(sys.argv[4])
replace = os.replace

def replaced(*paths):
    global left
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1
    replace(*paths)

os.replace = replaced
tables.score_table(sys.argv[1], sys.argv[2], Classifier.open(Path(sys.argv[3])))
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in.jsonl"
    rows = ({"teks": f"{TEXTS[at % len(TEXTS)]} {at // 5}".strip() if at % 4 else ""} for at in range(20))
    path.write_text("\n".join(map(json.dumps, rows)) + "\n{")
    return path


@pytest.mark.parametrize("renamed", [0, 2, 6, 7, 8])
def test_killed_and_run_again_it_ends_the_same(
    tmp_path: Path, model_folder: Path, source: Path, monkeypatch: pytest.MonkeyPatch, renamed: int
) -> None:
    monkeypatch.setattr(tables, "PART", 3)
    classifier = Classifier.open(model_folder)
    whole = score_table(source, tmp_path / "whole.csv", classifier)
    target = tmp_path / "out.csv"
    command = [sys.executable, "-c", KILLED, source, target, model_folder, str(renamed)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert not target.exists()
    parts = len(list(tmp_path.glob(".out.csv.parts/*.npz")))
    assert parts == min(renamed, 7)

    asked = []
    scored = classifier.score_normalised
    monkeypatch.setattr(classifier, "score_normalised", lambda texts: asked.append(1) or scored(texts))
    again = score_table(source, target, classifier)
    assert len(asked) == 7 - parts
    assert target.read_bytes() == (tmp_path / "whole.csv").read_bytes()
    named = [(tmp_path / f"{name}.rejected.jsonl").read_bytes() for name in ("out", "whole")]
    assert named[0] == named[1]
    assert (again.read, again.scored, again.repeated) == (whole.read, whole.scored, whole.repeated)
    assert again.read == again.scored + again.rejected == 21
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"in.jsonl", "out.csv", "out.rejected.jsonl", "whole.csv", "whole.rejected.jsonl"}


def test_only_parts_of_the_same_texts_and_model_are_taken(
    tmp_path: Path, model_folder: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "PART", 3)
    classifier = Classifier.open(model_folder)

    def stopped(done: int, total: int) -> None:
        if done == 9:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score_table(source, tmp_path / "out.csv", classifier, progress=stopped)
    kept = sorted((tmp_path / ".out.csv.parts").iterdir())
    assert len(kept) == 2  # the third was scored, but not kept
    kept[0].write_bytes(kept[0].read_bytes()[:-30])
    source.write_text(source.read_text().replace("slot", "kucing"))
    score_table(source, tmp_path / "fresh.csv", classifier)
    score_table(source, tmp_path / "out.csv", classifier)
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "fresh.csv").read_bytes()


def test_a_folder_that_cannot_be_written_is_an_error(
    tmp_path: Path, model_folder: Path, source: Path
) -> None:
    (tmp_path / ".out.csv.parts").write_text("in the way")
    with pytest.raises(InputError, match="parts"):
        score_table(source, tmp_path / "out.csv", Classifier.open(model_folder))
    assert os.listdir(tmp_path).count("out.csv") == 0
