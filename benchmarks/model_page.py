"""Write what was measured of a model into docs/model.md: nothing there is typed by hand.

    python benchmarks/model_page.py [MODEL] [--page docs/model.md] [--runs runs]

MODEL is a version, ``production`` (the default) or a folder. The figures are those of its manifest, and of
the runs of hs1.py, brands.py, renamed_brands.py and quantisation.py under ``runs``; what was not run stands
as not measured.
"""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brands
import hs1
import numpy as np
import renamed_brands
from quantisation import figures_file

from saring.artefact.manifest import Manifest
from saring.artefact.markdown import figure, percent, plain, table
from saring.artefact.registry import Registry

BEGIN, END = "<!-- figures -->", "<!-- /figures -->"
NOT_MEASURED = "not measured"
EVALUATE = "`saring evaluate VERSION`"
ROBUSTNESS = "`saring evaluate VERSION --robustness`"
LEAST_F1, MOST_ECE = 0.70, 0.03
MOST_LOST, MOST_GAINED = 0.05, 0.01

Figures = Mapping[str, Any]


@dataclass(frozen=True)
class Measure:
    """A line of the table; ``least`` or ``most`` is what ``value`` should reach."""

    name: str
    value: float | None
    shown: str
    command: str
    least: float | None = None
    most: float | None = None
    share: bool = True
    reference: str = ""
    whole: bool = True  # otherwise it says nothing yet of what is reached

    def cells(self) -> tuple[str, ...]:
        show = _share if self.share else plain
        reach = f">= {show(self.least)}" if self.least is not None else f"<= {show(self.most)}"
        if self.value is None:
            return self.name, self.reference or "-", reach, NOT_MEASURED, "-", self.command
        met = self.value >= self.least if self.least is not None else self.value <= self.most
        reached = "-" if not self.whole else "yes" if met else "no"
        return self.name, self.reference or "-", reach, self.shown, reached, self.command


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", nargs="?", default="production")
    parser.add_argument("--page", type=Path, default=Path("docs/model.md"))
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    given = parser.parse_args(arguments)
    manifest = Manifest.read(Registry().resolve(given.model))
    page = given.page.read_text(encoding="utf-8")
    given.page.write_text(rewrite(page, measured(manifest, given.runs)), encoding="utf-8")
    print(f"{given.page}: the figures of {manifest.name} {manifest.version}")


def rewrite(page: str, section: str) -> str:
    """``page`` with ``section`` between its two marks."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"the page must hold {BEGIN} and, after it, {END}: what stands between is replaced")
    return f"{before}{BEGIN}\n{section}\n{END}{after}"


def measured(manifest: Manifest, runs: Path) -> str:
    """The section: all measures beside what they should reach, then the categories and perturbations."""
    figures = manifest.evaluation
    measures = [
        *frozen_measures(figures),
        *fold_measures(
            "HS1, five folds, F1 of hate speech", runs / "hs1", "f1", "hs1.py", 0.889, _published()
        ),
        *functional_measures(figures.get("functional")),
        *gauge_measures(figures),
        *fold_measures(
            "gambling, unseen brands, F1", runs / "brands", "unseen_f1", "brands.py", 0.96, brands.PUBLISHED
        ),
        *robustness_measures(figures.get("robustness")),
        renamed_measure(renamed_brands.figures_file(runs, manifest)),
        quantisation_measure(figures_file(runs, manifest)),
    ]
    header = ("measure", "reference", "reach", "measured", "reached", "command")
    test = figures.get("test", {})
    parts = [
        f"`{manifest.name}` {manifest.version}; frozen test `{test.get('digest', 'none')[:12]}`, "
        f"{test.get('rows', 0):,} rows. In brackets 95 % intervals. Written by "
        "`python benchmarks/model_page.py`.",
        table(header, [one.cells() for one in measures]),
    ]
    if "categories" in figures:
        parts += ["Per category, on the frozen test:", category_table(figures)]
    if figures.get("robustness"):
        parts += ["Per perturbation, on the frozen test rewritten:", robustness_table(figures["robustness"])]
    return "\n\n".join(parts)


def frozen_measures(figures: Figures) -> Iterator[Measure]:
    f1 = figures.get("macro", {}).get("f1") or {"value": None, "low": None}
    baseline = figures.get("baseline")
    reference = f"{baseline['kind']} {plain(baseline['macro']['f1']['value'])}" if baseline else ""
    yield Measure(
        "frozen test, macro F1", f1["value"], figure(f1), EVALUATE, 0.82, share=False, reference=reference
    )
    for name, key, extreme, bound in (
        ("frozen test, lowest F1 of a category", "f1", min, {"least": LEAST_F1}),
        ("frozen test, highest ECE of a category", "ece", max, {"most": MOST_ECE}),
    ):
        known = {
            category: one[key]
            for category, one in figures.get("categories", {}).items()
            if one[key]["value"] is not None
        }
        at = extreme(known, key=lambda category: known[category]["value"], default=None)
        shown = f"`{at}` {figure(known[at])}" if at else ""
        yield Measure(name, known[at]["value"] if at else None, shown, EVALUATE, share=False, **bound)


def functional_measures(suite: Figures | None) -> Iterator[Measure]:
    functions = (suite or {}).get("functions", {})

    def passed(name: str, tallies: Sequence[Figures], least: float) -> Measure:
        good, cases = (sum(one[key] for one in tallies) for key in ("passed", "cases"))
        shown = f"{percent(good / cases)} ({good:,} of {cases:,})" if cases else ""
        return Measure(name, good / cases if cases else None, shown, EVALUATE, least)

    def of(*names: str) -> list[Figures]:
        return [functions[name] for name in names if name in functions]

    yield passed("functional suite", [suite[side] for side in ("positive", "clean")] if suite else [], 0.92)
    shares = {name: one["passed"] / one["cases"] for name, one in functions.items()}
    lowest = sorted(shares, key=lambda name: shares[name])[:3]
    words = ", ".join(
        f"{name.partition('/')[0].replace('_', ' ')} {percent(shares[name])}" for name in lowest
    )
    under = sum(share < 0.75 for share in shares.values())
    yield Measure(
        "functional suite, lowest function",
        shares[lowest[0]] if lowest else None,
        f"{words}; {under} of {len(shares)} under 75 %",
        EVALUATE,
        0.75,
    )
    yield passed(
        "functional suite, counter-speech", of("counter_quote/clean", "counter_reference/clean"), 0.90
    )
    yield passed("functional suite, neutral identity", of("neutral_identity/clean"), 0.90)


def gauge_measures(figures: Figures) -> Iterator[Measure]:
    gauges = figures.get("gauges") or {}

    def flagged(name: str, interval: Figures | None, most: float) -> Measure:
        found = interval or {"value": None, "low": None}
        return Measure(name, found["value"], figure(found, share=True), EVALUATE, most=most)

    for source, words in (
        ("ministry_tweets", "tweets of ministries"),
        ("covid19goid_titles", "titles of officials' announcements"),
        ("news2025", "news"),
    ):
        yield flagged(f"{words} flagged (`{source}`)", gauges.get(source, {}).get("flagged"), 0.01)
    functions = (figures.get("functional") or {}).get("functions", {})
    power = functions.get("criticism_of_power/clean")
    yield Measure(
        "criticism of power flagged (functional suite)",
        1 - power["passed"] / power["cases"] if power else None,
        f"{power['cases'] - power['passed']} of {power['cases']}" if power else "",
        EVALUATE,
        most=0.01,
    )
    valid = gauges.get("hoax_mendeley600", {}).get("categories", {}).get("hoaks")
    yield flagged("valid articles flagged as `hoaks` (`hoax_mendeley600`)", valid, 0.03)


def fold_measures(
    name: str, home: Path, key: str, script: str, least: float, reference: str
) -> Iterator[Measure]:
    """A line per run under ``home``, whose folds have each left their ``figures.json``."""
    runs = {
        run.name: [json.loads(path.read_text())[key] for path in sorted(run.glob("fold*/figures.json"))]
        for run in sorted(home.glob("*"))
    }
    command = f"`python benchmarks/{script} RECIPE`"
    done = {run: folds for run, folds in runs.items() if folds}
    if not done:
        yield Measure(name, None, "", command, least, reference=reference)
    for run, folds in done.items():
        spread = f" ± {100 * np.std(folds, ddof=1):.1f}" if len(folds) > 1 else ""
        whole = len(folds) == len(hs1.FOLDS)
        mean = float(np.mean(folds))
        yield Measure(
            f"{name} (`{run}`)",
            mean,
            f"{percent(mean)}{spread}{'' if whole else f', {len(folds)} of {len(hs1.FOLDS)} folds only'}",
            command,
            least,
            reference=reference,
            whole=whole,
        )


def robustness_measures(found: Figures | None) -> Iterator[Measure]:
    perturbations = (found or {}).get("perturbations", {})
    for name, key, most in (
        ("most recall lost under a perturbation", "recall_lost", MOST_LOST),
        ("most clean rows flagged more under one", "clean_flagged_gained", MOST_GAINED),
    ):
        costs = {one: own[key] for one, own in perturbations.items() if own[key]["value"] is not None}
        worst = max(costs, key=lambda one: costs[one]["value"], default=None)
        yield Measure(
            name,
            costs[worst]["value"] if worst else None,
            f"{worst.replace('_', ' ')} {figure(costs[worst], share=True)}" if worst else "",
            ROBUSTNESS,
            most=most,
        )


def renamed_measure(path: Path) -> Measure:
    found = json.loads(path.read_text()) if path.is_file() else None
    value = found["renamed_f1"] if found else None
    shown = f"{percent(value)} (as they were: {percent(found['f1'])})" if found else ""
    name = "gambling, frozen test with made-up brands, F1"
    return Measure(name, value, shown, "`python benchmarks/renamed_brands.py`", 0.96)


def quantisation_measure(path: Path) -> Measure:
    lost = None
    if path.is_file():
        found = json.loads(path.read_text())
        forms = found["forms"]
        lost = forms["fp32"]["macro_f1"] - forms[found["ships"]]["macro_f1"]
    return Measure(
        "macro F1 lost from fp32 to int8",
        lost,
        plain(lost),
        "`python benchmarks/quantisation.py`",
        most=0.003,
        share=False,
    )


def category_table(figures: Figures) -> str:
    rows = [
        (
            f"`{category}`",
            f"{one['positives']:,}",
            *(figure(one[key]) for key in ("f1", "average_precision", "precision", "recall", "ece")),
        )
        for category, one in figures["categories"].items()
    ]
    f1, ece = f"F1 (>= {plain(LEAST_F1)})", f"ECE (<= {plain(MOST_ECE)})"
    return table(("category", "yes", f1, "average precision", "precision", "recall", ece), rows)


def robustness_table(found: Figures) -> str:
    rows = [
        (
            name.replace("_", " "),
            *(figure(one[key], share=True) for key in ("recall_lost", "clean_flagged_gained")),
        )
        for name, one in found["perturbations"].items()
    ]
    lost, gained = (
        f"macro recall lost (<= {_share(MOST_LOST)})",
        f"clean rows flagged, gained (<= {_share(MOST_GAINED)})",
    )
    return table(("perturbation", lost, gained), rows)


def _published() -> str:
    return "; ".join(f"{name} {f1}" for name, f1 in hs1.PUBLISHED.items())


def _share(value: float | None) -> str:
    """A bound in hundredths, without digits that say nothing."""
    return "-" if value is None else f"{100 * value:g} %"


if __name__ == "__main__":
    main()
