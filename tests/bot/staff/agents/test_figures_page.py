"""Does every address of the figures name days, or say that it names none?"""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.staff.agents.figures_page import _Days
from recommender.clock import FakeClock
from recommender.errors import BadInputError

ZONES = ["UTC", "Europe/Berlin", "Pacific/Kiritimati", "Pacific/Pago_Pago"]


def days(query: dict[str, str], zone: str = "Europe/Berlin") -> _Days:
    view: Any = SimpleNamespace(
        console=SimpleNamespace(settings=SimpleNamespace(service_timezone=zone), clock=FakeClock()), query=query
    )
    return _Days(view)


def test_without_days_in_the_address_it_is_the_last_thirty() -> None:
    found = days({})
    assert (found.last, found.last - found.first) == (found.today, timedelta(days=29))
    assert found.until - found.since == timedelta(days=30)


def test_a_day_is_named_alone_or_with_another() -> None:
    one = days({"day": "2026-03-29"})  # the clock is put forward
    assert (one.first, one.last, one.until - one.since) == (date(2026, 3, 29), date(2026, 3, 29), timedelta(hours=23))
    assert days({"from": "2026-01-01", "to": "2026-01-31"}).in_words == "01 Jan 2026 to 31 Jan 2026"


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("day", ["0001-01-01", "0001-01-02", "9999-12-30", "9999-12-31"])
def test_the_ends_of_the_calendar_break_nothing(day: str, zone: str) -> None:
    for query in ({"day": day}, {"from": day, "to": day}, {"from": day}, {"to": day}):
        try:
            found = days(query, zone)
        except BadInputError:
            continue
        assert found.since < found.until


@given(first=st.text(max_size=12) | st.dates().map(str), last=st.text(max_size=12) | st.dates().map(str))
def test_whatever_an_address_holds_it_is_days_or_refused(first: str, last: str) -> None:
    try:
        found = days({"from": first, "to": last})
    except BadInputError:
        return
    assert found.first <= found.last
    assert found.since < found.until
