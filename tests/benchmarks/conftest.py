"""Benchmarks are scripts: they are imported from their folder, as they import each other."""

import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(_ROOT / "benchmarks"), str(_ROOT / "tests" / "training")]
