"""The log of a run: ``log.jsonl`` in its folder, one JSON a line, appended to when a run goes on."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def enter(folder: Path, entry: Mapping[str, Any]) -> None:
    """Append ``entry`` to the log of the run in ``folder``."""
    with (folder / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(entry) + "\n")
