"""How many rows the dataset has, by source, category, side of the split and origin of the label."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from saring.corpora.dataset import Dataset, Origin
from saring.corpora.split import Split
from saring.taxonomy import taxonomy

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from rich.table import Table

_ORIGIN_COLOURS = {"annotation": "#1b4f72", "authored": "#d68910", "corpus": "#aab7b8", "added": "#7d3c98"}
_CLEAN = "clean"
_SOFT = "soft labels count as positive from 0.5"


@dataclass(frozen=True)
class Count:
    """Rows of a corpus on one side with one origin: how many, how many clean, positives by category."""

    corpus: str
    split: Split
    origin: Origin
    rows: int
    clean: int
    positives: Mapping[str, int]


def count(dataset: Dataset) -> list[Count]:
    """One ``Count`` per corpus, side and origin; a soft label counts as positive from 0.5."""
    cells = list(zip(dataset.corpora, dataset.splits, dataset.origins, strict=True))
    positive = np.nan_to_num(dataset.labels, nan=0.0) >= 0.5
    clean = np.all(np.nan_to_num(dataset.labels, nan=1.0) < 0.5, axis=1)
    members: dict[tuple[str, Split, Origin], list[int]] = {}
    for row, cell in enumerate(cells):
        members.setdefault(cell, []).append(row)
    return [
        Count(
            *cell,
            rows=len(rows),
            clean=int(clean[rows].sum()),
            positives=dict(zip(taxonomy().ids, positive[rows].sum(axis=0).tolist(), strict=True)),
        )
        for cell, rows in sorted(members.items())
    ]


def source_table(counts: list[Count]) -> "Table":
    """The counts as a table for the terminal: a row for every source, origin and side."""
    letters = [category.code for category in taxonomy().categories]
    key = ", ".join(f"{category.code} {category.id}" for category in taxonomy().categories)
    view = _table(["source", "origin", "split"], ["rows", _CLEAN, *letters], f"{key}; {_SOFT}")
    for entry in counts:
        view.add_row(entry.corpus, entry.origin, entry.split, *map(_number, _sums([entry])))
    return view


def summary_table(counts: list[Count]) -> "Table":
    """The counts as a table for the terminal: a column for every origin and side."""
    sides = [(origin, split) for origin in get_args(Origin) for split in get_args(Split)]
    chosen = {
        f"{origin}\n{split}": found
        for origin, split in sides
        if (found := [entry for entry in counts if (entry.origin, entry.split) == (origin, split)])
    }
    view = _table([""], list(chosen), _SOFT)
    sums = [_sums(entries) for entries in chosen.values()]
    for index, name in enumerate(["rows", _CLEAN, *taxonomy().ids]):
        view.add_row(name, *(_number(column[index]) for column in sums))
    return view


def plot(counts: list[Count]) -> "Figure":
    """A picture: rows by category, one panel for each side of the split, coloured by origin."""
    from matplotlib.figure import Figure

    labels = ["Clean", *(category.name.in_("en") for category in taxonomy().categories)]
    origins = [origin for origin in get_args(Origin) if any(entry.origin == origin for entry in counts)]
    figure = Figure(figsize=(11, 4.2), layout="constrained")
    panels = figure.subplots(1, len(get_args(Split)), sharey=True)
    for panel, split in zip(panels, get_args(Split), strict=True):
        chosen = [entry for entry in counts if entry.split == split]
        _draw_panel(panel, chosen, labels, origins)
        panel.set_title(f"{split}: {sum(entry.rows for entry in chosen):,} rows", loc="left", fontsize=11)
    panels[0].invert_yaxis()
    handles, names = panels[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=len(origins), frameon=False)
    figure.suptitle("Labelled rows by category and where the label came from", x=0.01, ha="left", fontsize=12)
    return figure


def plain(panel: Any, axis: Literal["x", "y", "both"] = "both") -> None:
    """Leave of a plot's frame only a faint grid behind what is drawn."""
    panel.spines[["top", "right", "left", "bottom"]].set_visible(False)
    panel.tick_params(length=0)
    panel.grid(axis=axis, alpha=0.25)
    panel.set_axisbelow(True)


def group_table(dataset: Dataset) -> "Table":
    """How many near-duplicate groups there are by size, and how many of them have rows on two sides."""
    sizes = Counter(dataset.groups)
    sides: dict[str, set[Split]] = {}
    for group, split in zip(dataset.groups, dataset.splits, strict=True):
        sides.setdefault(group, set()).add(split)
    view = _table(["rows in the group"], ["groups", "rows", "on two sides"], "near-duplicate groups")
    for least, most in ((1, 1), (2, 2), (3, 5), (6, 20), (21, 100), (101, None)):
        chosen = [group for group, size in sizes.items() if least <= size <= (most or size)]
        torn = sum(len(sides[group]) > 1 for group in chosen)
        name = str(least) if least == most else f"{least} to {most}" if most else f"{least} or more"
        view.add_row(name, *map(_number, (len(chosen), sum(sizes[group] for group in chosen), torn)))
    return view


def length_table(dataset: Dataset) -> "Table":
    """Words a text, by source: what half, nine in ten and the longest have."""
    lengths: dict[str, list[int]] = {}
    for corpus, text in zip(dataset.corpora, dataset.texts, strict=True):
        lengths.setdefault(corpus, []).append(len(text.split()))
    view = _table(["source"], ["rows", "median", "90 %", "longest"], "words a text, apart by white space")
    for corpus, own in sorted(lengths.items()):
        view.add_row(corpus, *map(_number, (len(own), *map(int, np.percentile(own, (50, 90, 100))))))
    return view


def _table(names: list[str], numbers: list[str], caption: str) -> "Table":
    from rich import box
    from rich.table import Table

    view = Table(box=box.SIMPLE_HEAD, caption=caption, caption_justify="left", padding=(0, 1, 0, 0))
    for title in names:
        view.add_column(title, no_wrap=True)
    for title in numbers:
        view.add_column(title, justify="right", no_wrap=True)
    return view


def _draw_panel(panel: Any, counts: list[Count], labels: list[str], origins: list[Origin]) -> None:
    start = np.zeros(len(labels), dtype=np.int64)
    for origin in origins:
        widths = np.array(_sums([entry for entry in counts if entry.origin == origin])[1:])
        panel.barh(labels, widths, left=start, color=_ORIGIN_COLOURS[origin], label=origin, height=0.72)
        start += widths
    for position, total in enumerate(start):
        panel.annotate(
            f"{total:,}", (total, position), (3, 0), textcoords="offset points", va="center", fontsize=8
        )
    panel.set_xlim(0, max(start.max(), 1) * 1.2)  # room for the numbers
    plain(panel, "x")
    panel.xaxis.set_major_formatter(lambda value, _: f"{value / 1000:g}k" if value >= 1000 else f"{value:g}")
    panel.locator_params(axis="x", nbins=4)


def _sums(counts: list[Count]) -> list[int]:
    """Rows, clean rows and positives by category."""
    positives = [sum(entry.positives[category] for entry in counts) for category in taxonomy().ids]
    return [sum(entry.rows for entry in counts), sum(entry.clean for entry in counts), *positives]


def _number(value: int) -> str:
    return f"{value:,}" if value else "·"
