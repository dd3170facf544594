"""Whom the model's false alarms strike: what its own figures say of it."""

from collections.abc import Mapping
from typing import Any

FEWEST_CLEAN = 20
_TIMES = 2
_MOST = 6


def struck_identities(evaluation: Mapping[str, Any]) -> dict[str, Any] | None:
    """Identities whose clean rows in the frozen test were flagged at least twice as often as all clean rows.

    The worst first, of those that ``FEWEST_CLEAN`` clean rows name; ``None`` where it was not measured.
    """
    fairness = evaluation.get("fairness")
    if not fairness or fairness.get("clean_flagged") is None:
        return None
    usual = float(fairness["clean_flagged"])
    found = [
        {"name": name, "share": each["clean_flagged"], "clean": each["clean_rows"]}
        for name, each in fairness["identities"].items()
        if each["protected"]
        and each["clean_rows"] >= FEWEST_CLEAN
        and each["clean_flagged"] >= _TIMES * usual
    ]
    found.sort(key=lambda each: (-each["share"], each["name"]))
    return {"usual": usual, "identities": found[:_MOST]}
