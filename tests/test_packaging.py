"""What a stranger gets by ``pip install``: the wheel, the model in it, and what it pulls along."""

import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path
from typing import Any

import pytest

from saring.artefact.manifest import Manifest, open_model
from saring.artefact.registry import Registry

ROOT = Path(__file__).parents[1]
PARTS_OF_THE_WHEEL = ("LICENSE", "LICENSE-MODELS.md", "README.md", "hatch_build.py", "pyproject.toml", "src")
NOT_FOR_USERS = {
    "datasets",
    "matplotlib",
    "pandas",
    "pyarrow",
    "ray",
    "scikit-learn",
    "torch",
    "transformers",
}
HAS_MODEL = any(
    model["production"]
    for path in ROOT.glob("models/registry.json")
    for model in json.loads(path.read_bytes()).values()
)


def build_wheel(project: Path, into: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(into)]
    subprocess.run(command, cwd=project, check=True, capture_output=True)
    (wheel,) = into.glob("saring-*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment that holds the wheel and what it needs, nothing else."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-compile", wheel], check=True)
    return python


@pytest.fixture(scope="module")
def tiny_wheel(model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel whose production model is the tiny one, with retraining weights and an older version."""
    project = tmp_path_factory.mktemp("project")
    for part in PARTS_OF_THE_WHEEL:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, project / part)
    shutil.copytree(ROOT / "serve" / "saring_serve", project / "serve" / "saring_serve")
    registry = Registry(project / "models")
    for version in ("1", "2"):
        staged = project / "staged" / version
        shutil.copytree(model_folder, staged)
        (staged / "model.safetensors").write_bytes(b"weights")
        manifest = Manifest.from_dict(
            json.loads((staged / "manifest.json").read_bytes()) | {"version": version}
        )
        manifest.write(staged)
        registry.publish(staged, "saring-id", version)
        registry.promote("saring-id", version, who="tests", why="packaging")
    return build_wheel(project, tmp_path_factory.mktemp("tiny_wheel"))


def run(python: Path, code: str, cwd: Path) -> Any:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("SARING_", "PYTHON"))
    }
    output = subprocess.run(
        [python, "-c", code], cwd=cwd, env=environment, check=True, capture_output=True, text=True
    ).stdout
    return json.loads(output)


def test_the_wheel_holds_the_packages_and_their_data(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"saring/taxonomy.toml", "saring/py.typed", "saring_serve/static/index.html"} <= names
    templates = (ROOT / "src" / "saring" / "scoring" / "report" / "templates").iterdir()
    assert {f"saring/scoring/report/templates/{path.name}" for path in templates} <= names
    assert not [name for name in names if name.endswith((".safetensors", ".parquet", ".csv", ".tsv", ".zst"))]


def test_the_production_model_travels_without_the_weights_of_retraining(
    tiny_wheel: Path, tmp_path: Path
) -> None:
    zipfile.ZipFile(tiny_wheel).extractall(tmp_path)
    registry = Registry(tmp_path / "saring" / "_models")
    assert list(registry.versions()) == ["2"]
    folder = registry.production()
    assert {path.name for path in folder.iterdir()} == {"manifest.json", "model.onnx", "tokenizer.json"}
    assert set(open_model(folder).files) == {"model.onnx", "tokenizer.json"}


@pytest.mark.slow
def test_installing_pulls_neither_torch_nor_transformers(python: Path) -> None:
    listing = subprocess.check_output([python, "-m", "pip", "list", "--format", "json"])
    installed = {entry["name"].lower() for entry in json.loads(listing)}
    assert {"saring", "onnxruntime", "tokenizers"} <= installed
    assert not installed & NOT_FOR_USERS


@pytest.mark.slow
def test_the_installed_package_stands_on_its_own(python: Path, tmp_path: Path) -> None:
    code = """
import json, saring
from saring.taxonomy import taxonomy
from saring.text import normalise
print(json.dumps([saring.__file__, taxonomy().ids, normalise("Ã© SLOT").text]))
"""
    file, ids, text = run(python, code, tmp_path)
    assert str(python.parent.parent) in file
    assert len(ids) == 8
    assert text == "é slot"


@pytest.mark.slow
@pytest.mark.skipif(not HAS_MODEL, reason="models/registry.json names no production model yet")
def test_the_installed_package_judges_with_the_model_in_the_wheel(python: Path, tmp_path: Path) -> None:
    code = """
import json, saring
from saring.artefact.registry import models_root
text = "Situs slot gacor, deposit 10rb langsung maxwin!"
print(json.dumps([str(models_root()), saring.classify(text).to_dict()]))
"""
    root, verdict = run(python, code, tmp_path)
    assert root.endswith("saring/_models")
    assert verdict["flagged"] is True
    assert [category["id"] for category in verdict["categories"] if category["flagged"]] == ["perjudian"]
