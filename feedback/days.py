"""On which day of the shop's own clock did something happen, asked of the database?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, Integer, case, cast, extract, func, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

__all__ = ["Days", "midnight"]

_DAY: Final = timedelta(days=1)
_DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True)
class Days:
    """The days of a span of time, and when each begins and the last ends: one is shorter where the clock is put."""

    days: Sequence[date]
    bounds: Sequence[datetime]

    @classmethod
    def between(cls, since: datetime, until: datetime, zone: ZoneInfo) -> Days:
        """The days that hold a moment from `since` to before `until`."""
        first = since.astimezone(zone).date()
        last = max(first, (until - timedelta(microseconds=1)).astimezone(zone).date())
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        return cls(days, [midnight(day, zone) for day in (*days, days[-1] + _DAY)])

    def number_of(self, at: Any) -> ColumnElement[int]:
        """The place in `days`, from 0, of the day on which the column's moment lies, which is one of them.

        Days of 24 hours in a row are one division; so a year is a handful of cases, not one a day.
        """
        runs: list[tuple[datetime, ColumnElement[int]]] = []
        even = False
        for place, (begin, end) in enumerate(pairwise(self.bounds)):
            as_long = _seconds(end) - _seconds(begin) == _DAY_S
            if not (even and as_long):
                passed = (epoch_seconds(at) - _seconds(begin)) // _DAY_S if as_long else literal(0)
                runs.append((begin, passed + place))
            even = as_long
        *before, (_, last) = runs
        ends = [begin for begin, _ in runs[1:]]
        return (
            case(*((at < end, run) for end, (_, run) in zip(ends, before, strict=True)), else_=last) if before else last
        )


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When the day begins on that clock."""
    return datetime.combine(day, time(), zone)


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


class epoch_seconds(GenericFunction[int]):  # noqa: N801 - named as it is called in a statement
    """Whole seconds since 1970 of a moment; SQLite and PostgreSQL each have their own way."""

    type = BigInteger()
    inherit_cache = True


@compiles(epoch_seconds, "sqlite")
def _on_sqlite(element: epoch_seconds, compiler: SQLCompiler, **more: Any) -> str:
    # Without the fraction, which SQLite would round to the next second.
    return compiler.process(cast(func.strftime("%s", func.substr(*element.clauses, 1, 19)), Integer), **more)


@compiles(epoch_seconds, "postgresql")
def _on_postgresql(element: epoch_seconds, compiler: SQLCompiler, **more: Any) -> str:
    return compiler.process(cast(func.floor(extract("epoch", *element.clauses)), BigInteger), **more)
