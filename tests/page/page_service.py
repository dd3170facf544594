"""A real service with a tiny model that is sometimes in doubt."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service_process import Process
from tiny_model import tiny_model

from saring.artefact.manifest import Manifest
from saring.artefact.registry import Registry

REVIEW = 0.2
"""So low a threshold that ``DOUBTFUL`` is left to a person."""

DOUBTFUL = "kucing bukan slot"


def doubtful_models(root: Path) -> Path:
    """A models root whose production version is the tiny model with that threshold."""
    folder = tiny_model(root / "made")
    raw = json.loads((folder / "manifest.json").read_bytes())
    for thresholds in raw["thresholds"].values():
        thresholds["review"] = REVIEW
    Manifest.from_dict(raw).write(folder)
    registry = Registry(root / "models")
    registry.publish(folder, "saring-id", "1")
    registry.promote("saring-id", "1", who="tests", why="the only one")
    return root / "models"


@contextmanager
def page_service(models: Path, folder: Path, **environment: str) -> Iterator[Process]:
    """A process with a store of its own in ``folder``."""
    process = Process(models, folder / "log", SARING_DATA_DIR=str(folder / "data"), **environment)
    try:
        process.wait_until_ready()
        yield process
    finally:
        process.running.kill()
        process.running.wait()
