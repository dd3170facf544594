"""The examples of docs/clients.md do what stands below them, against a real service."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from service_process import serving

PAGE = (Path(__file__).parents[1] / "docs" / "clients.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = BLOCK.findall(PAGE)
EXAMPLES = [
    pytest.param(language, code, BLOCKS[at + 1], id=f"{language}-{at}")
    for at, (language, code) in enumerate(BLOCKS)
    if language in ("sh", "python", "js")
]
TABLE = dict(BLOCKS)["csv"]
ADDRESS = "http://127.0.0.1:8000"
PROGRAMS = {
    "sh": (["bash", "-eu", "-o", "pipefail"], ["bash", "curl"]),
    "python": ([sys.executable, "-"], []),
    "js": (["node", "--input-type=module", "-"], ["node"]),
}


@pytest.fixture(scope="module")
def address(models_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(models_folder, tmp_path_factory.mktemp("examples")) as process:
        yield process.address


def test_the_page_has_examples_for_all() -> None:
    assert {example.values[0] for example in EXAMPLES} == set(PROGRAMS)
    assert len(EXAMPLES) == PAGE.count("```text")


@pytest.mark.parametrize(("language", "code", "shown"), EXAMPLES)
def test_an_example(language: str, code: str, shown: tuple[str, str], address: str, tmp_path: Path) -> None:
    command, needed = PROGRAMS[language]
    if missing := [program for program in needed if not shutil.which(program)]:
        pytest.skip(f"needs {missing[0]}")
    assert ADDRESS in code
    assert shown[0] == "text"
    (tmp_path / "unggahan.csv").write_text(TABLE)
    ended = subprocess.run(
        command,
        input=code.replace(ADDRESS, address),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=180,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    pattern = ".*".join(map(re.escape, shown[1].strip().split("…")))
    assert re.fullmatch(pattern, ended.stdout.strip()), ended.stdout
