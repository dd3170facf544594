"""What many tests share: a tiny model, and a registry where it is in production."""

from pathlib import Path

import pytest
from tiny_model import tiny_model

from saring.artefact.registry import Registry


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model folder, to be read only: copy it, or call ``tiny_model``, to change it."""
    return tiny_model(tmp_path_factory.mktemp("model") / "saring-id" / "1")


@pytest.fixture(scope="session")
def models_folder(model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models root whose production version is the tiny model, to be read only."""
    root = tmp_path_factory.mktemp("models")
    registry = Registry(root)
    registry.publish(model_folder, "saring-id", "1")
    registry.promote("saring-id", "1", who="tests", why="the only one")
    return root


@pytest.fixture
def production(models_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny model is what ``Classifier.open()`` opens; returns the models root."""
    monkeypatch.setenv("SARING_MODELS", str(models_folder))
    return models_folder
