from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saring.scoring.report.dates import read_moment
from saring.scoring.report.timeline import Timeline


@pytest.mark.parametrize(
    ("value", "when", "timed"),
    [
        ("2024-01-05", "2024-01-05 00:00:00", False),
        ("2024-01-05T10:11:12.123Z", "2024-01-05 17:11:12", True),
        ("2024-01-05 10:11:12+09:00", "2024-01-05 08:11:12", True),
        ("2024-01-05 10:11:12 WITA", "2024-01-05 09:11:12", True),
        ("2024/01/05 10.11", "2024-01-05 10:11:00", True),
        ("20240105", "2024-01-05 00:00:00", False),
        (20240105, "2024-01-05 00:00:00", False),
        ("Wed Oct 10 20:19:24 +0000 2018", "2018-10-11 03:19:24", True),
        ("Wed, 10 Oct 2018 20:19:24 GMT", "2018-10-11 03:19:24", True),
        ("Senin, 12 Agustus 2024 pukul 19.30 WIB", "2024-08-12 19:30:00", True),
        ("12 Des 2024", "2024-12-12 00:00:00", False),
        ("Jan 12, 2024, 10:00 PM", "2024-01-12 22:00:00", True),
        ("January 2nd, 2024 12:05 am", "2024-01-02 00:05:00", True),
        ("1705300000", "2024-01-15 13:26:40", True),
        (1705300000000, "2024-01-15 13:26:40", True),
        (1705300000.0, "2024-01-15 13:26:40", True),
        (date(2024, 1, 5), "2024-01-05 00:00:00", False),
        (datetime(2024, 1, 5, 23, tzinfo=UTC), "2024-01-06 06:00:00", True),
        (datetime(2024, 1, 5, 23), "2024-01-05 23:00:00", True),
    ],
)
def test_ways_to_write_a_time(value: Any, when: str, timed: bool) -> None:
    moment = read_moment(value)
    assert moment is not None and moment.told
    assert (str(moment.day_first), moment.timed) == (when, timed)


@pytest.mark.parametrize(
    ("value", "day_first", "month_first"),
    [
        ("05/04/2024", "2024-04-05 00:00:00", "2024-05-04 00:00:00"),
        ("25.04.2024 19.30", "2024-04-25 19:30:00", "None"),
        ("4/25/24, 7:30\u202fPM", "None", "2024-04-25 19:30:00"),
        ("[05/04/24 19.30.12]", "2024-04-05 19:30:12", "2024-05-04 19:30:12"),
    ],
)
def test_day_and_month_in_either_order(value: str, day_first: str, month_first: str) -> None:
    moment = read_moment(value)
    assert moment is not None and not moment.told
    assert (str(moment.day_first), str(moment.month_first)) == (day_first, month_first)


@pytest.mark.parametrize(
    "value",
    [
        *("", " ", "pagi", "NaN", "inf", "2024-02-30", "31/31/2024", "1/2/3", "12/1/2024 24:00", "5" * 60),
        *("x" * 10**6, "12 Jan", "99:99 12 Jan 2024", "0001-01-01T00:00:00Z", "2150-01-01", "Mei mei 2024"),
        *(None, True, float("nan"), float("inf"), 0, -1, 10**400, 45292, [], {"a": 1}, b"2024-01-05"),
        datetime(1, 1, 1, tzinfo=UTC),
    ],
)
def test_what_is_no_time(value: Any) -> None:
    assert read_moment(value) is None


@given(st.one_of(st.text(max_size=70), st.integers(), st.floats(), st.datetimes(), st.binary()))
def test_nothing_breaks_it(value: Any) -> None:
    read_moment(value)


@given(st.datetimes(datetime(1990, 1, 2), datetime(2099, 12, 30)))
def test_iso_is_read_as_written(when: datetime) -> None:
    moment = read_moment(when.isoformat(sep=" ", timespec="seconds"))
    assert moment is not None and moment.day_first == when.replace(microsecond=0)


def timeline(values: list[Any]) -> dict[str, Any]:
    counted = Timeline(["hoaks"])
    for at, value in enumerate(values):
        counted.add(value, "flag" if at % 2 else "clear", [bool(at % 2)])
    figures = counted.figures()
    assert figures is not None
    return figures


def starts(figures: dict[str, Any]) -> dict[str, int]:
    return {point["start"]: point["scored"] for point in figures["points"] if point["scored"]}


def test_one_row_tells_the_order_of_the_whole_column() -> None:
    day_first = timeline(["05/04/2024", "06/04/2024", "25/04/2024"])
    assert starts(day_first) == {"2024-04-05": 1, "2024-04-06": 1, "2024-04-25": 1}
    assert day_first["order"] == {"taken": "day_first", "proofs": 1, "against": 0}
    month_first = timeline(["05/04/2024", "06/04/2024", "05/25/2024"])
    assert starts(month_first) == {"2024-05-04": 1, "2024-05-25": 1, "2024-06-04": 1}
    assert month_first["order"]["taken"] == "month_first"


def test_where_nothing_tells_the_order_it_is_indonesias_and_a_mixture_is_said() -> None:
    assert timeline(["05/04/2024"])["order"] == {"taken": "day_first", "proofs": 0, "against": 0}
    mixed = timeline(["25/04/2024", "26/04/2024", "04/27/2024", "05/04/2024"])
    assert mixed["order"] == {"taken": "day_first", "proofs": 2, "against": 1}
    assert (mixed["dated"], mixed["unreadable"]) == (3, 1)
    assert timeline(["2024-04-05"])["order"] is None


@pytest.mark.parametrize(
    ("last", "unit", "points"),
    [("2024-01-31", "day", 30), ("2024-06-02", "week", 22), ("2026-06-02", "month", 30)],
)
def test_the_unit_follows_the_span_and_no_stretch_is_left_out(last: str, unit: str, points: int) -> None:
    figures = timeline(["2024-01-02", last, "", None, "besok"])
    assert (figures["unit"], len(figures["points"])) == (unit, points)
    assert sum(point["scored"] for point in figures["points"]) == figures["dated"] == 2
    assert (figures["empty"], figures["unreadable"]) == (2, 1)
    assert [figures["from"], figures["to"]] == ["2024-01-02", last]


def test_a_wrong_clock_does_not_stretch_the_axis() -> None:
    figures = timeline([f"2024-01-{1 + at % 28:02}" for at in range(3000)] + ["1999-01-01", "2090-01-01"])
    assert (figures["unit"], figures["strays"], figures["dated"]) == ("day", 2, 3002)
    assert [figures["from"], figures["to"]] == ["1999-01-01", "2090-01-01"]


def test_hours_of_the_week_are_counted_where_there_are_hours() -> None:
    week = timeline(["2024-01-01 00:30", "2024-01-07 23:59:59", "2024-01-07"])["week"]
    assert week["scored"][0][0] == week["scored"][6][23] == week["flagged"][6][23] == 1
    assert sum(map(sum, week["scored"])) == 2
    assert timeline([datetime(2024, 1, 1), datetime(2024, 1, 2)])["week"] is None
    assert Timeline(["hoaks"]).figures() is None
