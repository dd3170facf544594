"""The rows of a scored table that the model left to a person, the most uncertain first."""

import heapq
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from saring.artefact.manifest import Manifest
from saring.scoring.sources import Table

MOST = 1_000
"""Rows that are kept of a job."""


def doubt(categories: Sequence[Any]) -> float:
    """How far the nearest category under review is from being flagged, as a probability; 1 without one."""
    gaps = (one["threshold"] - one["probability"] for one in categories if one["decision"] == "review")
    return min(gaps, default=1.0)


def write_uncertain(table: Table, column: str, manifest: Manifest, path: Path) -> None:
    """Write the rows of the scored ``table`` whose decision is ``review`` to ``path``, ``MOST`` at most.

    A text that stands there more than once is written once.
    """
    kept = heapq.nsmallest(MOST, _under_review(table, column, manifest), key=lambda row: row[0])
    with path.open("w", encoding="utf-8", errors="backslashreplace") as file:
        for _, text, categories in kept:
            print(json.dumps({"text": text, "categories": categories}, ensure_ascii=False), file=file)


def read_uncertain(path: Path) -> Iterator[dict[str, Any]]:
    """The rows that ``write_uncertain`` wrote, each with ``text`` and ``categories``."""
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def _under_review(
    table: Table, column: str, manifest: Manifest
) -> Iterator[tuple[float, str, list[dict[str, Any]]]]:
    thresholds = manifest.thresholds
    rule = list(zip(manifest.categories, thresholds.review, thresholds.flag, strict=True))
    seen: set[int] = set()
    for row in table.rows():
        text = row.cells.get(column)
        if row.cells["decision"] != "review" or not isinstance(text, str) or hash(text.strip()) in seen:
            continue
        seen.add(hash(text.strip()))
        categories = [
            {
                "id": category,
                "probability": row.cells[f"{category}_probability"],
                "review": review,
                "threshold": flag,
                "decision": row.cells[f"{category}_decision"],
            }
            for category, review, flag in rule
        ]
        yield doubt(categories), text, categories
