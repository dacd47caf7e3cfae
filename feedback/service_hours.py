"""When are people of the shop there to answer, and when will they be back?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from recommender.errors import ConfigurationError

__all__ = ["ServiceHours"]

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))?\s+(?P<opens>\d\d?:\d\d)-(?P<closes>\d\d?:\d\d)")
_MIDNIGHT = "24:00"


@dataclass(frozen=True, slots=True)
class _Span:
    day: int
    opens: time
    closes: time | None
    """None: until midnight."""


@dataclass(frozen=True, slots=True)
class ServiceHours:
    """The hours in which people answer, week by week, on the shop's own clock; none published means none promised."""

    spans: tuple[_Span, ...]
    zone: ZoneInfo

    @classmethod
    def parse(cls, text: str | None, zone: str) -> ServiceHours:
        """Hours written like `mon-fri 09:00-18:00, sat 10:00-14:00`.

        Raises:
            ConfigurationError: they are not, or there is no such time zone.
        """
        try:
            place = ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ConfigurationError(
                f"SHOPTALK_SERVICE_TIMEZONE names no time zone: {zone!r}; write one like Europe/Berlin."
            ) from error
        spans: list[_Span] = []
        for part in (text or "").split(","):
            if part.strip():
                spans += _read(part.strip().lower())
        return cls(tuple(spans), place)

    def is_open(self, now: datetime) -> bool:
        """Whether people are there now; always when no hours are published."""
        if not self.spans:
            return True
        local = now.astimezone(self.zone)
        return any(
            span.day == local.weekday()
            and span.opens <= local.time()
            and (span.closes is None or local.time() < span.closes)
            for span in self.spans
        )

    def next_opening(self, now: datetime) -> datetime | None:
        """When people will be there again, on the shop's clock; None when they are, or when no hours are published."""
        if not self.spans or self.is_open(now):
            return None
        local = now.astimezone(self.zone)
        openings = [
            datetime.combine(local.date() + timedelta(days=ahead), span.opens, self.zone)
            for ahead in range(8)
            for span in self.spans
            if span.day == (local.weekday() + ahead) % 7
        ]
        return min(opening for opening in openings if opening > local)


def _read(part: str) -> list[_Span]:
    found = _SPAN.fullmatch(part)
    days = _days(found["first"], found["last"]) if found else []
    if not found or not days:
        raise ConfigurationError(
            f"SHOPTALK_SERVICE_HOURS cannot be read at {part!r}; write it like `mon-fri 09:00-18:00, sat 10:00-14:00`."
        )
    opens = _time(found["opens"], part)
    closes = None if found["closes"] == _MIDNIGHT else _time(found["closes"], part)
    if closes is not None and closes <= opens:
        raise ConfigurationError(f"SHOPTALK_SERVICE_HOURS closes before it opens at {part!r}.")
    return [_Span(day, opens, closes) for day in days]


def _days(first: str, last: str | None) -> list[int]:
    if first not in _DAYS or (last is not None and last not in _DAYS):
        return []
    start, end = _DAYS.index(first), _DAYS.index(last or first)
    return [day % 7 for day in range(start, end + 1 if end >= start else end + 8)]


def _time(text: str, part: str) -> time:
    hour, minute = text.split(":")
    try:
        return time(int(hour), int(minute))
    except ValueError as error:
        raise ConfigurationError(f"SHOPTALK_SERVICE_HOURS names no time of day: {text!r} in {part!r}.") from error
