"""Charts as SVG by hand: across in shares of the page's width, down in pixels, so that they fit any screen.

Colours are classes that the page's style sheet fills, for light, dark and paper. Each has a title and a
description for those who do not see it; the figures also stand in a table beside it.
"""

from collections.abc import Mapping, Sequence
from math import floor, log10
from typing import Any

from markupsafe import Markup

from saring.scoring.report.wording import Wording

_TICKS = 4
_DECISIONS = ("flag", "review", "clear")


def decisions_bar(counts: Mapping[str, int], label: str) -> Markup:
    """One bar, divided by decision."""
    total, at = max(1, sum(counts.values())), 0.0
    pieces = []
    for decision in _DECISIONS:
        wide = 100 * counts[decision] / total
        pieces.append(_rect(at, 0, wide, 22, decision))
        at += wide
    return _svg(22, label, "", pieces)


def intervals(categories: Sequence[Mapping[str, Any]], words: Wording, title: str) -> Markup:
    """Per category a line of its text, and below it the corrected share's interval and the share flagged."""
    line, foot = 44, 22
    shares = [
        share
        for each in categories
        for share in (each["share"]["value"], (each["corrected"] or each["share"])["high"])
    ]
    step, most = _scale(max((share or 0.0 for share in shares), default=0.0))
    height = line * len(categories) + foot
    pieces, told = [], []
    for tick in range(round(most / step) + 1):
        x = 100 * tick * step / most
        anchor = "start" if tick == 0 else "end" if x > 99 else "middle"
        pieces.append(_line(x, 0, x, height - foot, "grid"))
        pieces.append(_text(x, height - 6, words.mark(tick * step), "tick", anchor))
    for row, each in enumerate(categories):
        y, name = row * line, words.category(each["id"])
        middle = y + 31
        pieces.append(_text(0, y + 18, name, "label"))
        if each["corrected"]:
            value, low, high = (each["corrected"][key] for key in ("value", "low", "high"))
            written = f"{words.share(value)} ({words.between(low, high)})"
            pieces.append(_line(100 * low / most, middle, 100 * high / most, middle, "interval"))
            pieces.append(_dot(100 * value / most, middle, 5, "estimate"))
        else:
            written = words.t("tidak dapat dikoreksi", "cannot be corrected")
        if each["share"]["value"] is not None:
            pieces.append(_dot(100 * each["share"]["value"] / most, middle, 4, "raw"))
        pieces.append(_text(100, y + 18, written, "value", "end"))
        told.append(f"{name}: {written}; {words.share(each['share']['value'])}")
    return _svg(height, title, ". ".join(told), pieces)


def over_time(time: Mapping[str, Any], words: Wording, title: str) -> Markup:
    """Above, how many posts there were; below, the share of them that was flagged."""
    points = time["points"]
    upper, gap, lower, foot = 90, 34, 120, 22
    base, floor_ = upper + 16, upper + 16 + gap + lower
    most = _scale(max(point["scored"] for point in points))[1]
    share_most = _scale(max(_share(point) or 0.0 for point in points))[1]
    wide = 100 / len(points)
    levels = [
        *_levels(base, upper, most, [words.n(level, int(level % 1 > 0)) for level in (most / 2, most)]),
        *_levels(floor_, lower, share_most, [words.mark(share_most / 2), words.mark(share_most)]),
    ]
    pieces: list[Markup] = []
    line: list[Markup] = []
    previous: tuple[float, float] | None = None
    for at, point in enumerate(points):
        when = words.day(point["start"], time["unit"])
        tall = upper * point["scored"] / most
        told = f"{when}: {words.n(point['scored'])}"
        pieces.append(_rect(at * wide, base - tall, wide * 0.84, tall, "posts", told))
        share = _share(point)
        here = None if share is None else ((at + 0.42) * wide, floor_ - lower * share / share_most)
        if here and previous:
            line.append(_line(*previous, *here, "trend"))
        if here:
            told = f"{when}: {words.n(point['flagged'])} / {words.n(point['scored'])} = {words.share(share)}"
            line.append(_dot(*here, 3, "trend-dot", told))
        previous = here
    pieces += [*levels, *line]  # what a level stands for is read over the bars
    pieces.append(_text(0, 10, words.t("Unggahan yang dinilai", "Posts scored"), "caption"))
    pieces.append(
        _text(0, base + gap - 10, words.t("Bagian yang ditandai", "Share that was flagged"), "caption")
    )
    pieces += _dates(time, words, floor_ + foot - 6, wide)
    dated = words.t("dari {} sampai {}", "from {} to {}").format(
        words.day(points[0]["start"], time["unit"]), words.day(points[-1]["start"], time["unit"])
    )
    return _svg(floor_ + foot, title, dated, pieces)


def spark(points: Sequence[Mapping[str, Any]], category: str, label: str) -> Markup:
    """The flagged posts of one category over time, small."""
    counts = [point["categories"][category] for point in points]
    most, wide = max(1, *counts), 100 / len(points)
    bars = [
        _rect(at * wide, 40 - 40 * count / most, wide * 0.84, 40 * count / most, "flag")
        for at, count in enumerate(counts)
        if count
    ]
    return _svg(41, label, "", [*bars, _line(0, 40.5, 100, 40.5, "grid")])


def week(hours: Mapping[str, Sequence[Sequence[int]]], words: Wording, title: str) -> Markup:
    """A day a line, an hour a cell: the darker, the more posts were flagged."""
    left, top, tall = 11.0, 4, 24
    wide = (100 - left) / 24
    most = max(1, *(count for day in hours["flagged"] for count in day))
    pieces = []
    busiest = (0, 0)
    for day in range(7):
        y = top + day * tall
        pieces.append(_text(0, y + 16, words.weekday(day)[:3], "tick"))
        for hour in range(24):
            flagged, scored = hours["flagged"][day][hour], hours["scored"][day][hour]
            if flagged > hours["flagged"][busiest[0]][busiest[1]]:
                busiest = (day, hour)
            told = f"{words.weekday(day)} {hour:02}.00: {words.n(flagged)} / {words.n(scored)}"
            x = left + hour * wide
            pieces.append(_rect(x, y, wide * 0.92, tall - 2, "cell", "" if flagged else told))
            if flagged:
                depth = 0.12 + 0.88 * flagged / most
                pieces.append(_rect(x, y, wide * 0.92, tall - 2, "flag", told, depth))
    for hour in (0, 6, 12, 18):
        pieces.append(_text(left + hour * wide, top + 7 * tall + 14, f"{hour:02}.00", "tick"))
    described = words.t(
        "Terbanyak: {}, pukul {}.00, {} unggahan.", "Most: {}, {}.00 hours, {} posts."
    ).format(words.weekday(busiest[0]), busiest[1], words.n(hours["flagged"][busiest[0]][busiest[1]]))
    return _svg(top + 7 * tall + 20, title, described, pieces)


def _share(point: Mapping[str, Any]) -> float | None:
    return point["flagged"] / point["scored"] if point["scored"] else None


def _scale(most: float) -> tuple[float, float]:
    """A round step, and the round end of an axis that holds ``most``: a few steps."""
    if most <= 0:
        return 1.0, 1.0
    power = 10.0 ** floor(log10(most / _TICKS))
    step = next(power * size for size in (1, 2, 2.5, 5, 10) if _TICKS * power * size >= most * 0.999999)
    ticks = next(count for count in range(1, _TICKS + 1) if count * step >= most * 0.999999)
    return step, ticks * step


def _levels(base: float, tall: float, most: float, labels: Sequence[str]) -> list[Markup]:
    """The ground, half and full height, with what the latter two stand for."""
    pieces = [_line(0, base, 100, base, "axis")]
    for part, label in zip((0.5, 1.0), labels, strict=True):
        y = base - tall * part
        pieces += [_line(0, y, 100, y, "grid"), _text(100, y - 3, label, "tick", "end")]
    return pieces


def _dates(time: Mapping[str, Any], words: Wording, y: float, wide: float) -> list[Markup]:
    points = time["points"]
    count = min(len(points), _TICKS)
    marked = sorted({round(at * (len(points) - 1) / max(1, count - 1)) for at in range(count)})
    pieces = []
    for at in marked:
        x = (at + 0.42) * wide
        anchor = "start" if at == 0 and len(points) > 1 else "end" if x > 90 else "middle"
        x = 0.0 if anchor == "start" else 100.0 if anchor == "end" else x
        pieces.append(_text(x, y, words.day(points[at]["start"], time["unit"]), "tick", anchor))
    return pieces


def _svg(height: float, title: str, description: str, pieces: Sequence[Markup]) -> Markup:
    described = Markup("<desc>{}</desc>").format(description) if description else ""
    return Markup('<svg role="img" width="100%" height="{}"><title>{}</title>{}{}</svg>').format(
        _number(height), title, described, Markup("").join(pieces)
    )


def _rect(
    x: float, y: float, wide: float, tall: float, kind: str, told: str = "", depth: float | None = None
) -> Markup:
    opacity = "" if depth is None else Markup(' opacity="{}"').format(_number(depth))
    return Markup('<rect x="{}%" y="{}" width="{}%" height="{}" class="{}"{}>{}</rect>').format(
        _number(x), _number(y), _number(wide), _number(tall), kind, opacity, _told(told)
    )


def _line(x: float, y: float, to_x: float, to_y: float, kind: str) -> Markup:
    return Markup('<line x1="{}%" y1="{}" x2="{}%" y2="{}" class="{}"/>').format(
        _number(x), _number(y), _number(to_x), _number(to_y), kind
    )


def _dot(x: float, y: float, radius: float, kind: str, told: str = "") -> Markup:
    return Markup('<circle cx="{}%" cy="{}" r="{}" class="{}">{}</circle>').format(
        _number(x), _number(y), _number(radius), kind, _told(told)
    )


def _text(x: float, y: float, text: str, kind: str, anchor: str = "start") -> Markup:
    return Markup('<text x="{}%" y="{}" class="{}" text-anchor="{}">{}</text>').format(
        _number(x), _number(y), kind, anchor, text
    )


def _told(told: str) -> Markup | str:
    return Markup("<title>{}</title>").format(told) if told else ""


def _number(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
