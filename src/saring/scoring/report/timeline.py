"""Verdicts by day and by hour of the week, where posts have a time."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Any, Literal

from saring.scoring.report.dates import read_moment

Unit = Literal["day", "week", "month"]

_MOST_DAYS, _MOST_WEEKS = 92, 105
_STRAYS = 1000
"""One row in so many, at either end, does not stretch the axis: a wrong clock is no news."""


class _Counts:
    """Rows by day and by hour of the week: scored, to review, flagged, and flagged per category."""

    def __init__(self, width: int) -> None:
        self._width = width
        self.days: dict[int, list[int]] = {}
        self.hours: Counter[tuple[int, int]] = Counter()
        self.flagged_hours: Counter[tuple[int, int]] = Counter()
        self.midnights = 0

    def add(self, when: datetime, timed: bool, row: Sequence[int]) -> None:
        day = self.days.setdefault(when.toordinal(), [0] * self._width)
        for at, count in enumerate(row):
            day[at] += count
        if timed:
            hour = (when.weekday(), when.hour)
            self.hours[hour] += 1
            self.flagged_hours[hour] += row[2]
            self.midnights += not (when.hour or when.minute or when.second)

    def merge(self, other: "_Counts") -> None:
        for day, row in other.days.items():
            own = self.days.setdefault(day, [0] * self._width)
            own[:] = map(sum, zip(own, row, strict=True))
        self.hours += other.hours
        self.flagged_hours += other.flagged_hours
        self.midnights += other.midnights


class Timeline:
    """Counts rows by time; which of ``05/04`` is the month is decided at the end, by the column as a whole.

    Memory is bounded by the days of the years that are read.
    """

    def __init__(self, categories: Sequence[str]) -> None:
        self._categories = tuple(categories)
        self._told, self._day_first, self._month_first = (_Counts(3 + len(categories)) for _ in range(3))
        self._only = Counter[str]()
        self._empty = self._unreadable = 0

    def add(self, value: Any, decision: str, flagged: Sequence[bool]) -> None:
        """Count a scored row: the cell of its time, its decision, which categories were flagged."""
        if value is None or (isinstance(value, str) and not value.strip()):
            self._empty += 1
            return
        moment = read_moment(value)
        if moment is None:
            self._unreadable += 1
            return
        row = (1, int(decision == "review"), int(decision == "flag"), *map(int, flagged))
        if moment.told and moment.day_first:
            self._told.add(moment.day_first, moment.timed, row)
            return
        if moment.day_first:
            self._day_first.add(moment.day_first, moment.timed, row)
        if moment.month_first:
            self._month_first.add(moment.month_first, moment.timed, row)
        if not (moment.day_first and moment.month_first):
            self._only["day_first" if moment.day_first else "month_first"] += 1
        else:
            self._only["either"] += 1

    def figures(self) -> dict[str, Any] | None:
        """The JSON form; ``None`` where no row had a time that could be read.

        ``order`` says what was taken for the order of day and month where it is not told, and how many
        rows can be read only so (``proofs``) or only the other way (``against``: left out).
        """
        day_first = self._only["day_first"] >= self._only["month_first"]
        chosen, rejected = ("day_first", "month_first") if day_first else ("month_first", "day_first")
        counts = _Counts(3 + len(self._categories))
        counts.merge(self._told)
        counts.merge(self._day_first if day_first else self._month_first)
        if not counts.days:
            return None
        ambiguous = sum(self._only.values())
        first, last = _span(counts.days)
        unit = _unit(first, last)
        points = list(self._points(counts.days, first, last, unit))
        dated = sum(row[0] for row in counts.days.values())
        timed = counts.hours.total()
        return {
            "dated": dated,
            "empty": self._empty,
            "unreadable": self._unreadable + self._only[rejected],
            "order": {"taken": chosen, "proofs": self._only[chosen], "against": self._only[rejected]}
            if ambiguous
            else None,
            "zone": "UTC+07:00",
            "from": date.fromordinal(min(counts.days)).isoformat(),
            "to": date.fromordinal(max(counts.days)).isoformat(),
            "unit": unit,
            "points": points,
            "strays": dated - sum(point["scored"] for point in points),
            "week": _week(counts) if timed > counts.midnights else None,
            "timed": timed,
        }

    def _points(
        self, days: dict[int, list[int]], first: date, last: date, unit: Unit
    ) -> Iterator[dict[str, Any]]:
        ordered = sorted(days)
        start = _start(first, unit)
        while start <= last:
            end = _next(start, unit)
            # the first and the last stretch hold no stray beyond the span
            begin = bisect_left(ordered, max(start, first).toordinal())
            stop = bisect_right(ordered, min(end - timedelta(days=1), last).toordinal())
            rows = [days[day] for day in ordered[begin:stop]]
            scored, review, flagged, *each = (
                map(sum, zip(*rows, strict=True)) if rows else [0] * (3 + len(self._categories))
            )
            yield {
                "start": start.isoformat(),
                "scored": scored,
                "review": review,
                "flagged": flagged,
                "categories": dict(zip(self._categories, each, strict=True)),
            }
            start = end


def _span(days: dict[int, list[int]]) -> tuple[date, date]:
    """The first and last day, but for strays."""
    ordered = sorted(days)
    upto = list(accumulate(days[day][0] for day in ordered))
    few = upto[-1] // _STRAYS
    return (
        date.fromordinal(ordered[bisect_right(upto, few)]),
        date.fromordinal(ordered[bisect_left(upto, upto[-1] - few)]),
    )


def _unit(first: date, last: date) -> Unit:
    days = (last - first).days + 1
    return "day" if days <= _MOST_DAYS else "week" if days <= 7 * _MOST_WEEKS else "month"


def _start(day: date, unit: Unit) -> date:
    if unit == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if unit == "month" else day


def _next(start: date, unit: Unit) -> date:
    if unit == "month":
        return date(start.year + start.month // 12, start.month % 12 + 1, 1)
    return start + timedelta(days=7 if unit == "week" else 1)


def _week(counts: _Counts) -> dict[str, list[list[int]]]:
    """Seven days, from Monday, of 24 hours."""
    return {
        name: [[of[day, hour] for hour in range(24)] for day in range(7)]
        for name, of in (("scored", counts.hours), ("flagged", counts.flagged_hours))
    }
