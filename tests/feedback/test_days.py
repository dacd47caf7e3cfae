"""Does the database find the day on the shop's clock that the calendar gives, also where the clock is put?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Engine, Integer, MetaData, Table, create_engine, delete, insert, select

from feedback.days import Days, midnight
from recommender.db import UtcDateTime

# Clocks that are put at midnight, at two, by half an hour, and a day that never was.
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"]
MOMENTS = Table("moments", MetaData(), Column("id", Integer, primary_key=True), Column("at", UtcDateTime))


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    engine = create_engine("sqlite://") if request.param == "sqlite" else request.getfixturevalue("postgres").engine
    MOMENTS.create(engine)
    yield engine
    MOMENTS.drop(engine)


@given(
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    first=st.dates(date(1999, 12, 1), date(2030, 12, 1)) | st.dates(date(2011, 12, 20), date(2012, 1, 2)),
    length=st.integers(1, 400),
    places=st.lists(st.floats(0, 1, exclude_max=True), max_size=20),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_every_moment_is_counted_on_its_day(
    engine: Engine, zone: ZoneInfo, first: date, length: int, places: list[float]
) -> None:
    since, until = midnight(first, zone).astimezone(UTC), midnight(first + timedelta(days=length), zone).astimezone(UTC)
    days = Days.between(since, until, zone)
    edges = [bound.astimezone(UTC) + by for bound in days.bounds for by in (timedelta(), -timedelta(microseconds=1))]
    moments = [one for one in (*edges, *(since + (until - since) * place for place in places)) if since <= one < until]
    with engine.begin() as connection:
        connection.execute(delete(MOMENTS))
        connection.execute(insert(MOMENTS), [{"at": one} for one in moments])
        found = connection.execute(select(MOMENTS.c.at, days.number_of(MOMENTS.c.at))).all()
    assert len(found) == len(moments)
    for at, place in found:
        assert days.days[place] == at.astimezone(zone).date()


def test_a_span_of_one_moment_has_its_day() -> None:
    now = datetime(2026, 1, 1, 23, 30, tzinfo=UTC)
    assert Days.between(now, now, ZoneInfo("Europe/Berlin")).days == [date(2026, 1, 2)]
    days = Days.between(now, now + timedelta(days=2), ZoneInfo("UTC"))
    assert [end - begin for begin, end in pairwise(days.bounds)] == [timedelta(days=1)] * 3
