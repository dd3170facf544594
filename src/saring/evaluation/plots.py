"""Plots of a model's figures: a white ground, colours that the colour-blind can tell, labels in place.

Colours are M. Okabe and K. Ito's (Color Universal Design, https://jfly.uni-koeln.de/color/).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from saring.corpora.statistics import plain
from saring.evaluation.agreement import Agreement
from saring.evaluation.metrics import Interval
from saring.evaluation.mistakes import Confusion
from saring.evaluation.resampling import BINS
from saring.taxonomy import taxonomy

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_BLUE, _ORANGE, _GREY, _INK = "#0072b2", "#d55e00", "#8a8f98", "#333333"
_SMALL = 8
_PASSING = 0.75  # below it a function of the suite stands out

Figures = Mapping[str, Any]
Panel = Any  # matplotlib's Axes


def category_plot(own: Figures, baseline: Figures | None = None) -> "Figure":
    """F1 per category with 95 % intervals, from the manifest's ``evaluation``; the baseline's beneath."""
    figure, panel = _one(8, 4.6, "F1 on the frozen test, with 95 % intervals")
    ids = taxonomy().ids
    for colour, shift, name, figures in (
        (_GREY, 0.2, "baseline", baseline),
        (_BLUE, -0.1, "this model", own),
    ):
        if figures is None:
            continue
        f1 = [figures["categories"][category]["f1"] for category in ids]
        _dots(panel, np.arange(len(ids)) + shift, f1, colour, name)
    names = [f"{category} ({own['categories'][category]['positives']:,} yes)" for category in ids]
    panel.set_yticks(range(len(ids)), names)
    panel.invert_yaxis()
    panel.set_xlim(0, 1)
    if baseline is not None:
        figure.legend(frameon=False, loc="outside lower right", ncols=2, fontsize=_SMALL)
    plain(panel, "x")
    return figure


def precision_recall_plot(
    labels: NDArray[np.float32], probabilities: NDArray[np.float32], thresholds: Sequence[float]
) -> "Figure":
    """Precision against recall, a panel per category, with the place of its flag threshold.

    ``labels`` (nan: unknown, left out) and ``probabilities`` have shape ``(n, C)``, ``thresholds`` ``(C,)``.
    """
    figure, panels = _panels("Precision against recall; the dot is the flag threshold, the dashes chance")
    for panel, category, yes, scores, bar in _by_category(panels, labels, probabilities, thresholds):
        panel.set_title(f"{category}, {int(yes.sum()):,} yes", loc="left", fontsize=10)
        panel.set(xlim=(0, 1.02), ylim=(0, 1.02))
        if not yes.any():
            continue
        recall, precision, ordered = _precision_recall(yes, scores)
        panel.plot(recall, precision, color=_BLUE, linewidth=1.8)
        panel.axhline(yes.mean(), color=_GREY, linewidth=1, linestyle="--")
        flagged = np.flatnonzero(ordered >= np.float32(bar))
        if len(flagged):
            at = flagged[-1]
            panel.plot(recall[at], precision[at], "o", color=_ORANGE, markersize=6)
            left, low = recall[at] < 0.4, precision[at] < 0.4
            panel.annotate(
                f"P {precision[at]:.2f}\nR {recall[at]:.2f}",
                (recall[at], precision[at]),
                (6 if left else -6, 6 if low else -6),
                textcoords="offset points",
                ha="left" if left else "right",
                va="bottom" if low else "top",
                fontsize=_SMALL,
                color=_INK,
            )
    _name_edges(panels, "recall", "precision")
    return figure


def reliability_plot(labels: NDArray[np.float32], probabilities: NDArray[np.float32]) -> "Figure":
    """How often a probability comes true, a panel per category, in the bins of the calibration error.

    Shapes as in ``precision_recall_plot``. Intervals are Wilson's; bins of fewer than five rows are left out.
    """
    figure, panels = _panels("Share of yes against probability, with 95 % intervals; the dashes are right")
    for panel, category, yes, scores, _ in _by_category(panels, labels, probabilities, [0.0] * len(panels)):
        bins = np.minimum((scores * BINS).astype(int), BINS - 1)
        chosen = [rows for at in range(BINS) if (rows := bins == at).sum() >= 5]
        shares = [Interval.of_share(int(yes[rows].sum()), int(rows.sum())) for rows in chosen]
        panel.plot([0, 1], [0, 1], color=_GREY, linewidth=1, linestyle="--")
        for rows, share in zip(chosen, shares, strict=True):
            panel.plot([scores[rows].mean()] * 2, [share.low, share.high], color=_BLUE, linewidth=1.4)
            panel.plot(scores[rows].mean(), share.value, "o", color=_BLUE, markersize=4)
        gap = sum(
            abs(scores[rows].sum() - yes[rows].sum()) for at in range(BINS) if (rows := bins == at).any()
        )
        panel.set_title(f"{category}, ECE {gap / max(len(yes), 1):.3f}", loc="left", fontsize=10)
        panel.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    _name_edges(panels, "probability", "share of yes")
    return figure


def functional_plot(functions: Mapping[str, Mapping[str, int]]) -> "Figure":
    """Share of cases passed by function, the lowest first, from the manifest's functional figures."""
    from matplotlib.figure import Figure

    sides = {
        side: sorted(
            (one["passed"] / one["cases"], name.removesuffix(f"/{side}").replace("_", " "), one)
            for name, one in functions.items()
            if name.endswith(f"/{side}")
        )
        for side in ("positive", "clean")
    }
    longest = max(map(len, sides.values()))
    figure = Figure(figsize=(11, 1 + 0.22 * longest), layout="constrained")
    figure.suptitle(
        f"Functional suite: share of cases passed, under {100 * _PASSING:.0f} % in orange",
        x=0.01,
        ha="left",
        fontsize=12,
    )
    titles = {"positive": "must be flagged", "clean": "must not be flagged"}
    for panel, (side, found) in zip(figure.subplots(1, 2), sides.items(), strict=True):
        for at, (share, _, one) in enumerate(found):
            panel.barh(at, share, color=_BLUE if share >= _PASSING else _ORANGE, height=0.7)
            _beside(panel, share, at, f"{one['passed']} of {one['cases']}")
        panel.set_yticks(range(len(found)), [name for _, name, _ in found], fontsize=_SMALL)
        panel.set(xlim=(0, 1.18), ylim=(longest - 0.4, -0.6))
        panel.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"])
        panel.set_title(titles[side], loc="left", fontsize=11)
        plain(panel, "x")
    return figure


def confusion_plot(confusion: Mapping[str, Confusion], *, least: int = 30) -> "Figure":
    """Missed positives and false alarms, source by category, of sources with at least ``least`` rows."""
    from matplotlib.figure import Figure

    shown = {name: one for name, one in confusion.items() if one.rows >= least}
    figure = Figure(figsize=(11, 1.6 + 0.24 * len(shown)), layout="constrained")
    figure.suptitle("Where the flags are wrong, by source", x=0.01, ha="left", fontsize=12)
    panels = figure.subplots(1, 2, sharey=True)
    for panel, name, title in zip(
        panels, ("missed", "alarms"), ("positives missed", "false alarms"), strict=True
    ):
        counts = np.array([getattr(one, name) for one in shown.values()]).reshape(len(shown), -1)
        # A root, so that a few large counts do not leave the others blank.
        panel.imshow(np.sqrt(counts), cmap="Blues", aspect="auto")
        for (row, column), value in np.ndenumerate(counts):
            if value:
                dark = np.sqrt(value) > 0.6 * np.sqrt(counts.max())
                panel.text(
                    column,
                    row,
                    value,
                    ha="center",
                    va="center",
                    fontsize=_SMALL,
                    color="white" if dark else _INK,
                )
        panel.set_title(f"{title}: {int(counts.sum()):,}", loc="left", fontsize=11)
        panel.set_xticks(range(len(taxonomy().ids)), taxonomy().ids, rotation=35, ha="right", fontsize=9)
        panel.spines[:].set_visible(False)
        panel.tick_params(length=0)
    panels[0].set_yticks(
        range(len(shown)), [f"{name} ({one.rows:,})" for name, one in shown.items()], fontsize=_SMALL
    )
    return figure


def robustness_plot(perturbations: Mapping[str, Figures]) -> "Figure":
    """What each perturbation costs, in points of 100, from the manifest's robustness figures."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 1.2 + 0.3 * len(perturbations)), layout="constrained")
    figure.suptitle(
        "What disguise and haste cost, in points, with 95 % intervals", x=0.01, ha="left", fontsize=12
    )
    names = [name.replace("_", " ") for name in perturbations]
    panels = figure.subplots(1, 2, sharey=True)
    for panel, key, title in zip(
        panels,
        ("recall_lost", "clean_flagged_gained"),
        ("macro recall lost", "clean rows flagged, gained"),
        strict=True,
    ):
        values = [_scaled(one[key], 100) for one in perturbations.values()]
        _dots(panel, np.arange(len(names)), values, _BLUE, title)
        panel.axvline(0, color=_GREY, linewidth=1)
        panel.set_title(title, loc="left", fontsize=11)
        plain(panel, "x")
    panels[0].set_yticks(range(len(names)), names)
    panels[0].invert_yaxis()
    return figure


def agreement_plot(agreements: Sequence[Agreement], *, least: int = 20, most: int = 24) -> "Figure":
    """Share of yes in our annotations beside the catalogue's soft label: the ``most`` furthest apart.

    Left out are those that fewer than ``least`` annotated rows tell of.
    """
    told = sorted((one for one in agreements if one.rows >= least), key=lambda one: -one.gap)[:most]
    title = "How often our annotations say yes where a corpus has a label, with 95 % intervals"
    figure, panel = _one(9, 1.4 + 0.24 * len(told), title)
    panel.scatter(
        [one.label for one in told],
        range(len(told)),
        marker="|",
        s=120,
        color=_INK,
        linewidth=2,
        label="soft label of the catalogue",
    )
    _dots(panel, np.arange(len(told)), [asdict(one.measured) for one in told], _BLUE, "measured")
    panel.set_yticks(
        range(len(told)),
        [f"{one.corpus}, {one.category} ({one.rows:,} rows)" for one in told],
        fontsize=_SMALL,
    )
    panel.invert_yaxis()
    panel.set_xlim(-0.02, 1.06)
    figure.legend(frameon=False, loc="outside lower right", ncols=2, fontsize=_SMALL)
    plain(panel, "x")
    return figure


def _precision_recall(
    yes: NDArray[np.bool_], scores: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float32]]:
    """Recall and precision when everything from a score on is flagged, and that score, from the highest."""
    order = np.argsort(-scores, kind="stable")
    last_of_tie = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))
    found = np.cumsum(yes[order])[last_of_tie]
    return found / yes.sum(), found / (last_of_tie + 1), scores[order][last_of_tie]


def _by_category(
    panels: Sequence[Panel],
    labels: NDArray[np.float32],
    probabilities: NDArray[np.float32],
    thresholds: Sequence[float],
) -> Iterator[tuple[Panel, str, NDArray[np.bool_], NDArray[np.float32], float]]:
    """Panel, category, yes and scores of the rows in which it is known, and its threshold."""
    for at, (panel, category, bar) in enumerate(zip(panels, taxonomy().ids, thresholds, strict=True)):
        known = np.isfinite(labels[:, at])
        yield panel, category, labels[known, at] >= 0.5, probabilities[known, at], bar


def _one(width: float, height: float, title: str) -> "tuple[Figure, Panel]":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    figure.suptitle(title, x=0.01, ha="left", fontsize=12)
    return figure, figure.subplots()


def _panels(title: str) -> "tuple[Figure, list[Panel]]":
    """Eight panels, one per category."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 5.8), layout="constrained")
    figure.suptitle(title, x=0.01, ha="left", fontsize=12)
    panels = list(figure.subplots(2, len(taxonomy().ids) // 2, sharex=True, sharey=True).flat)
    for panel in panels:
        plain(panel)
    return figure, panels


def _name_edges(panels: Sequence[Panel], below: str, left: str) -> None:
    columns = len(panels) // 2
    for panel in panels[columns:]:
        panel.set_xlabel(below)
    for panel in panels[::columns]:
        panel.set_ylabel(left)


def _dots(panel: Panel, heights: NDArray[Any], intervals: Sequence[Figures], colour: str, name: str) -> None:
    """A dot with its interval at each height, its value beside it; nothing where it is undefined."""
    label: str | None = name
    for height, one in zip(heights, intervals, strict=True):
        if one["value"] is None:
            continue
        low, high = (one[end] if one[end] is not None else one["value"] for end in ("low", "high"))
        panel.plot([low, high], [height, height], color=colour, linewidth=1.6)
        panel.plot(one["value"], height, "o", color=colour, markersize=6, label=label)
        _beside(panel, high, height, f"{one['value']:.2f}")
        label = None


def _beside(panel: Panel, x: float, y: float, words: str) -> None:
    panel.annotate(
        words, (x, y), (4, 0), textcoords="offset points", va="center", fontsize=_SMALL, color=_INK
    )


def _scaled(interval: Figures, by: float) -> dict[str, float | None]:
    return {
        name: None if interval[name] is None else by * interval[name] for name in ("value", "low", "high")
    }
