"""Figures in Markdown."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Figures = Mapping[str, Any]


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose cells may hold ``|``."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def figure(interval: Figures, share: bool = False) -> str:
    """A figure, to three digits or as a share of 100, with its interval; a dash where it is undefined."""
    if interval["value"] is None:
        return "-"
    show = percent if share else plain
    if interval["low"] is None:
        return show(interval["value"])
    return f"{show(interval['value'])} ({show(interval['low'])} to {show(interval['high'])})"


def percent(value: float | None) -> str:
    """A share of 100, or a dash."""
    return "-" if value is None else f"{100 * value:.1f} %"


def plain(value: float | None) -> str:
    """Three digits, or a dash."""
    return "-" if value is None else f"{value:.3f}"
