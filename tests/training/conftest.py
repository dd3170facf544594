"""A tiny encoder and a model trained on it, made once."""

from pathlib import Path

import pytest
from small_training import recipe, rows, tiny_encoder

from saring.training.run import train


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny IndoBERT-shaped encoder, to be read only."""
    return tiny_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="session")
def trained(encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The candidate of a short run, to be read only."""
    return train(recipe(encoder), rows(600), "1", tmp_path_factory.mktemp("run"))
