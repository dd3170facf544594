"""The notebooks' script is imported from its folder; small data comes from the tests that made it."""

import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(_ROOT / "notebooks"), *(str(_ROOT / "tests" / name) for name in ("corpora", "training"))]
