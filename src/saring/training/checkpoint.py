"""The state of a run on disk, so that a killed run goes on where it was."""

import os
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from saring.errors import RecipeError

_FILE = "checkpoint.pt"


@dataclass
class Progress:
    """Where a run is: the next batch of ``epoch`` is ``batch``."""

    epoch: int = 0
    batch: int = 0
    step: int = 0
    best: float = -1.0
    looks_since_best: int = 0


def save(folder: Path, run: str, progress: Progress, states: dict[str, Any]) -> None:
    """Replace the checkpoint in one rename: a kill leaves the old one or the new one, never half."""
    staged = folder / f".{_FILE}.{os.getpid()}"
    torch.save(
        {
            "run": run,
            "progress": vars(progress),
            "states": states,
            "torch_rng": torch.get_rng_state(),
            "python_rng": random.getstate(),
        },
        staged,
    )
    staged.replace(folder / _FILE)


def load(folder: Path, run: str) -> tuple[Progress, dict[str, Any]] | None:
    """The checkpoint in ``folder``, or ``None``; refuses one of another run."""
    if not (folder / _FILE).exists():
        return None
    saved = torch.load(folder / _FILE, map_location="cpu", weights_only=False)
    if saved["run"] != run:
        raise RecipeError(
            f"{folder} holds a run of another recipe, other rows or other weights to start from; "
            "give --out another folder, or delete it to start anew"
        )
    torch.set_rng_state(saved["torch_rng"])
    random.setstate(saved["python_rng"])
    return Progress(**saved["progress"]), saved["states"]
