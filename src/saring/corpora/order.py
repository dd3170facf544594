"""The fixed order of sources, in which near-duplicate groups grow."""

from collections.abc import Sequence
from pathlib import Path

_ORDER = Path(__file__).resolve().parents[3] / "data" / "order.txt"


def source_order(path: Path | None = None) -> list[str]:
    """The sources of ``data/order.txt``, oldest first."""
    lines = (path or _ORDER).read_text(encoding="utf-8").split("\n")
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def ordered(sources: Sequence[str], order: Sequence[str]) -> list[str]:
    """``sources`` in their fixed order; those not in ``order`` come last, as they were given."""
    positions = {source: position for position, source in enumerate(order)}
    return sorted(sources, key=lambda source: positions.get(source, len(positions)))
