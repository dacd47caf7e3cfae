"""Are the hours in which people answer read as they are written, and is the next opening told right?"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from feedback.service_hours import ServiceHours
from recommender.errors import ConfigurationError


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of the week that begins on Monday, 5 January 2026."""
    return datetime(2026, 1, 5 + day, hour, minute, tzinfo=UTC)


def test_no_hours_published_is_always_open_and_promises_nothing() -> None:
    hours = ServiceHours.parse(None, "UTC")
    assert hours.is_open(at(6, 3))
    assert hours.next_opening(at(6, 3)) is None


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (at(0, 8, 59), False),
        (at(0, 9), True),
        (at(4, 17, 59), True),
        (at(4, 18), False),
        (at(5, 12), True),
        (at(6, 12), False),
    ],
)
def test_hours_are_open_from_the_first_minute_to_the_last(moment: datetime, is_open: bool) -> None:
    assert ServiceHours.parse("mon-fri 09:00-18:00, Sat 10:00-14:00", "UTC").is_open(moment) is is_open


def test_the_next_opening_is_later_today_tomorrow_or_after_the_weekend() -> None:
    hours = ServiceHours.parse("mon-fri 09:00-12:00, mon-fri 13:00-18:00", "UTC")
    assert hours.next_opening(at(0, 7)) == at(0, 9)
    assert hours.next_opening(at(0, 12, 30)) == at(0, 13)
    assert hours.next_opening(at(0, 20)) == at(1, 9)
    assert hours.next_opening(at(4, 20)) == at(7, 9)
    assert hours.next_opening(at(0, 10)) is None


def test_the_shops_own_clock_counts_also_when_it_is_put_forward() -> None:
    hours = ServiceHours.parse("sun 09:00-24:00", "Europe/Berlin")
    assert hours.is_open(datetime(2026, 1, 4, 8, tzinfo=UTC))
    assert not hours.is_open(datetime(2026, 1, 4, 7, 59, tzinfo=UTC))
    assert hours.is_open(datetime(2026, 3, 29, 7, tzinfo=UTC))  # summer time began that night
    assert hours.is_open(datetime(2026, 1, 4, 22, 59, tzinfo=UTC))


def test_a_span_may_run_over_the_end_of_the_week() -> None:
    hours = ServiceHours.parse("sat-mon 10:00-12:00", "UTC")
    assert [hours.is_open(at(day, 11)) for day in range(7)] == [True, False, False, False, False, True, True]


@pytest.mark.parametrize(
    "text", ["always", "mon 9-17", "mon-xyz 09:00-17:00", "mon 25:00-26:00", "mon 17:00-09:00", "mon 09:00-09:00"]
)
def test_hours_that_cannot_be_read_are_refused_by_name(text: str) -> None:
    with pytest.raises(ConfigurationError, match="SHOPTALK_SERVICE_HOURS"):
        ServiceHours.parse(text, "UTC")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", ""])
def test_an_unknown_time_zone_is_refused_by_name(zone: str) -> None:
    with pytest.raises(ConfigurationError, match="SHOPTALK_SERVICE_TIMEZONE"):
        ServiceHours.parse("mon 09:00-17:00", zone)
