"""The functional suite: one ability a case, in the manner of HateCheck (Röttger et al. 2021)."""

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from saring.errors import EvaluationError
from saring.evaluation.frozen import Scorer, probabilities_of
from saring.taxonomy import taxonomy

ANY = "all"
_COLUMNS = ["text", "category", "expected", "function", "note"]
_CHECKOUT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True)
class FunctionalCase:
    """``category`` (or ``all``: any of them) must be flagged in ``text`` if ``expected``, else must not."""

    text: str
    category: str
    expected: bool
    function: str


def load_functional(path: Path | None = None) -> list[FunctionalCase]:
    """Read the suite, by default ``data/checks/functional.tsv`` of the checkout.

    Raises:
        EvaluationError: the file is not there, or a line (named) is not of its form.
    """
    path = path or _CHECKOUT / "data" / "checks" / "functional.tsv"
    if not path.is_file():
        raise EvaluationError(f"no functional suite at {path}; it is in data/checks of a checkout")
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        if lines.fieldnames != _COLUMNS:
            raise EvaluationError(f"{path}: the header must be {' '.join(_COLUMNS)}, tab-separated")
        cases = []
        for number, line in enumerate(lines, start=2):
            if line["category"] not in (*taxonomy().ids, ANY) or line["expected"] not in ("0", "1"):
                raise EvaluationError(f"{path}:{number}: a category of the policy, then 0 or 1, belong here")
            expected = line["expected"] == "1"
            cases.append(FunctionalCase(line["text"], line["category"], expected, line["function"]))
    return cases


def check_functional(
    model: Scorer, cases: list[FunctionalCase], thresholds: NDArray[np.float32]
) -> dict[str, Any]:
    """How many cases pass, each count ``{cases, passed}``; ``thresholds`` has shape ``(categories,)``.

    ``positive`` and ``clean`` count by side, ``categories`` and ``functions`` by ``<name>/<side>``.
    """
    flagged = probabilities_of(model, [case.text for case in cases]) >= thresholds
    counts: dict[str, dict[str, list[int]]] = {
        group: defaultdict(lambda: [0, 0]) for group in ("sides", "categories", "functions")
    }
    for case, row in zip(cases, flagged, strict=True):
        found = row.any() if case.category == ANY else row[taxonomy().index(case.category)]
        side = "positive" if case.expected else "clean"
        for group, name in (
            ("sides", side),
            ("categories", f"{case.category}/{side}"),
            ("functions", f"{case.function}/{side}"),
        ):
            counts[group][name][0] += 1
            counts[group][name][1] += int(found == case.expected)
    tallies = {
        group: {name: {"cases": cases, "passed": passed} for name, (cases, passed) in sorted(counted.items())}
        for group, counted in counts.items()
    }
    return {**tallies.pop("sides"), **tallies}
