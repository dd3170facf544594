"""onnxruntime's own telemetry stays off: it leaves an identifier and its events in the home directory."""

import os
import subprocess
import sys
from pathlib import Path


def test_judging_leaves_nothing_in_the_home_directory(production: Path, tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if name not in ("CI", "ORT_DISABLE_TELEMETRY")}
    subprocess.run(
        [sys.executable, "-c", "import saring; saring.classify('slot')"],
        env=kept | {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")},
        check=True,
    )
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
