"""When a post was written: many ways of writing a time, read as one."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from math import isfinite
from typing import Any

ZONE = timezone(timedelta(hours=7), "WIB")
"""Times that name an offset, and epochs, are shown in it; other times stand as they were written."""

_YEARS = range(1990, 2100)
_LONGEST = 64
_EPOCHS = ((1e8, 1e11, 1.0), (1e11, 1e14, 1e3), (1e14, 1e17, 1e6), (1e17, 1e20, 1e9))
_OFFSETS = {"z": 0, "utc": 0, "gmt": 0, "wib": 7, "wita": 8, "wit": 9}
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan januari january",
            "feb februari february peb pebruari",
            "mar maret march",
            "apr april",
            "mei may",
            "jun juni june",
            "jul juli july",
            "agu agt ags agustus aug august",
            "sep sept september",
            "okt oktober oct october",
            "nov november nop nopember",
            "des desember dec december",
        ),
        1,
    )
    for name in names.split()
}

_CLOCK = (
    r"(?P<hour>\d{1,2})[.:](?P<minute>\d{2})(?:[.:](?P<second>\d{2})(?:[.,]\d+)?)?"
    r"(?:\s?(?P<half>[ap])\.?m\b\.?)?"
)
_ZONE = r"(?P<zone>z|utc|gmt|wib|wita|wit|[+-]\d{2}:?\d{2})"
_NUMBERS = re.compile(
    r"\[?(?P<first>\d{1,4})(?P<mark>[./-])(?P<middle>\d{1,2})(?P=mark)(?P<last>\d{1,4})"
    rf"(?:(?:,?\s+|t){_CLOCK}\s*{_ZONE}?)?\]?"
)
_BASIC = re.compile(r"(?:19|20)\d{6}")
_TIME_IN_WORDS = re.compile(rf"\b{_CLOCK}(?:\s*(?:{_ZONE})(?!\w))?")
_YEAR_IN_WORDS = re.compile(r"\b(?:19|20)\d{2}\b")
_DAY_IN_WORDS = re.compile(r"\b\d{1,2}(?=st\b|nd\b|rd\b|th\b|\b)")


@dataclass(frozen=True, slots=True)
class Moment:
    """A value read as a time: both ways where the order of day and month is not told, else the same twice.

    ``None`` where it can be no day that way. ``timed`` says whether it has an hour.
    """

    day_first: datetime | None
    month_first: datetime | None
    timed: bool

    @property
    def told(self) -> bool:
        """Whether both ways give the same."""
        return self.day_first == self.month_first


def read_moment(value: Any) -> Moment | None:
    """The time that a cell holds, from 1990 to 2099; ``None`` where it holds none that is known here.

    Known are ISO 8601, day/month/year and month/day/year with or without a clock (WhatsApp's too), months
    by Indonesian or English name (X's form too), and seconds, milli-, micro- or nanoseconds since 1970.
    """
    try:
        return _read(value)
    except (ValueError, OverflowError):
        return None


def _read(value: Any) -> Moment | None:
    match value:
        case bool():
            return None
        case datetime():
            return _told(value, timed=True)
        case date():
            return _told(datetime(value.year, value.month, value.day), timed=False)
        case int() | float():
            return _written(str(value)) if isinstance(value, int) else _epoch(value)
        case str() if len(value) <= _LONGEST and (text := value.strip().lower().replace("\u202f", " ")):
            return _written(text)
    return None


def _written(text: str) -> Moment | None:
    if numbers := _NUMBERS.fullmatch(text):
        return _in_numbers(numbers)
    if _BASIC.fullmatch(text):
        return _told(datetime.fromisoformat(text), timed=False)
    if text[0].isalpha() or text[-1].isalpha() or " " in text:
        return _in_words(text)
    return _epoch(float(text))


def _in_numbers(found: re.Match[str]) -> Moment | None:
    first, middle, last = (int(found[part]) for part in ("first", "middle", "last"))
    clock, timed = _clock(found), found["hour"] is not None
    if len(found["first"]) == 4:
        return _told(datetime(first, middle, last) + clock, timed, found["zone"])
    if len(found["last"]) not in (2, 4):
        return None
    year = last if len(found["last"]) == 4 else 2000 + last
    days = (_day(year, middle, first), _day(year, first, middle))
    shown = [day and _shown(day + clock, found["zone"]) for day in days]
    return Moment(shown[0], shown[1], timed) if any(shown) else None


def _in_words(text: str) -> Moment | None:
    """A day whose month has a name, its parts in any order, a weekday before it or not."""
    clock = _TIME_IN_WORDS.search(text)
    zone = (clock and clock["zone"]) or _alone(text)
    rest = text.replace(clock[0], " ") if clock else text
    month = next((_MONTHS[word] for word in re.findall(r"[a-z]+", rest) if word in _MONTHS), None)
    rest = re.sub(r"[+-]\d{4}\b", " ", rest)
    year = _YEAR_IN_WORDS.search(rest)
    if month is None or year is None:
        return None
    day = _DAY_IN_WORDS.search(rest[: year.start()] + rest[year.end() :])
    if day is None:
        return None
    when = datetime(int(year[0]), month, int(day[0]))
    return _told(when + _clock(clock) if clock else when, clock is not None, zone)


def _alone(text: str) -> str | None:
    """X writes the offset apart from the clock, or before the year."""
    found = re.search(r"(?<![\w:])([+-]\d{2}:?\d{2}|utc|gmt|wib|wita|wit)(?!\w)", text)
    return found[1] if found else None


def _clock(found: re.Match[str]) -> timedelta:
    if found["hour"] is None:
        return timedelta()
    hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
    if found["half"]:
        hour = hour % 12 + (12 if found["half"] == "p" else 0)
    if hour > 23 or minute > 59 or second > 60:
        raise ValueError("no such time")
    return timedelta(hours=hour, minutes=minute, seconds=second)


def _epoch(value: float) -> Moment | None:
    if not isfinite(value):
        return None
    for least, most, scale in _EPOCHS:
        if least <= value < most:
            return _told(datetime.fromtimestamp(value / scale, ZONE), timed=True)
    return None


def _day(year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year, month, day)
    except ValueError:
        return None


def _told(when: datetime, timed: bool, zone: str | None = None) -> Moment | None:
    shown = _shown(when, zone)
    return Moment(shown, shown, timed) if shown else None


def _shown(when: datetime, zone: str | None) -> datetime | None:
    if zone:
        hours = _OFFSETS.get(zone)
        if hours is None:
            sign, digits = zone[0], zone[1:].replace(":", "")
            minutes = int(digits[:2]) * 60 + int(digits[2:])
            offset = timedelta(minutes=-minutes if sign == "-" else minutes)
        else:
            offset = timedelta(hours=hours)
        when = when.replace(tzinfo=timezone(offset))
    if when.tzinfo is not None:
        when = when.astimezone(ZONE).replace(tzinfo=None)
    return when if when.year in _YEARS else None
