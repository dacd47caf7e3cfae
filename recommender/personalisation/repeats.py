"""What do people buy again, and after how long?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Final, NamedTuple

from recommender.personalisation.history import Signal

__all__ = ["Bought", "Repeats", "Usual", "days_between", "last_bought"]

_PURCHASE: Final = "purchase"

_LEAST_PEOPLE: Final = 5
_LEAST_SHARE: Final = 0.1
# Two on one day are one order.
_LEAST_DAYS: Final = 1
# Who is offered it a little early still has some; who is offered it late has bought it elsewhere.
_DUE: Final = 0.8


class Bought(NamedTuple):
    """When a product was bought last, where the record knows, and how many other purchases came after it."""

    at: datetime | None
    since: int


@dataclass(frozen=True, slots=True)
class Usual:
    """How products of a category are bought again: by which `share` of those who bought one, and usually how much
    later.

    `days` is None where the record has no times; `purchases` counts those of other products in between.
    """

    share: float
    days: float | None
    purchases: float | None

    def is_due(self, bought: Bought, now: datetime) -> bool:
        """Whether about so much has gone by since it was bought: by days if they are known, else by purchases."""
        if self.days is not None and bought.at is not None:
            return days_between(bought.at, now) >= _DUE * self.days
        return self.purchases is not None and bought.since >= _DUE * self.purchases


@dataclass
class _Counts:
    people: set[int] = field(default_factory=set)
    bought: int = 0
    again: int = 0
    days: Counter[int] = field(default_factory=Counter)
    purchases: Counter[int] = field(default_factory=Counter)


class Repeats:
    """Counts who buys the very same product again, category by category.

    Only the same product counts: many people buy a second dress, hardly anybody the same one. Nothing is kept but sums.
    """

    def __init__(self, category_of: Mapping[str, str]) -> None:
        """Count by the category that `category_of` gives for a product; one without is counted by itself."""
        self._category_of = category_of
        self._counts: dict[str, _Counts] = {}
        self._people = 0

    def add(self, signals: Sequence[Signal]) -> None:
        """Count the purchases of one more person, oldest first."""
        self._people += 1
        places: dict[str, list[tuple[int, datetime | None]]] = {}
        for place, signal in enumerate(signal for signal in signals if signal.kind == _PURCHASE):
            places.setdefault(signal.item_id, []).append((place, signal.at))
        for item_id, times in places.items():
            counts = self._counts.setdefault(self._category_of.get(item_id, item_id), _Counts())
            counts.bought += 1
            repeats = [repeat for one, other in pairwise(times) if (repeat := _repeat(one, other)) is not None]
            for repeat in repeats:
                counts.purchases[repeat.since] += 1
                if repeat.days is not None:
                    counts.days[round(repeat.days)] += 1
            if repeats:
                counts.again += 1
                if len(counts.people) < _LEAST_PEOPLE:
                    counts.people.add(self._people)

    def usual(self) -> dict[str, Usual]:
        """By product, how it is bought again; only where at least a tenth of the buyers did, and five people."""
        by_category = {
            category: Usual(counts.again / counts.bought, _median(counts.days), _median(counts.purchases))
            for category, counts in self._counts.items()
            if len(counts.people) >= _LEAST_PEOPLE and counts.again >= _LEAST_SHARE * counts.bought
        }
        kinds = {**{name: name for name in by_category.keys() - set(self._category_of.values())}, **self._category_of}
        return {item_id: by_category[kind] for item_id, kind in kinds.items() if kind in by_category}


class _Repeat(NamedTuple):
    since: int
    days: float | None


def _repeat(before: tuple[int, datetime | None], after: tuple[int, datetime | None]) -> _Repeat | None:
    """What lies between two purchases of a product; None where they may be one order."""
    (place, then), (later, at) = before, after
    since = later - place - 1
    days = None if then is None or at is None else days_between(then, at)
    is_one_order = since == 0 if days is None else days < _LEAST_DAYS
    return None if is_one_order else _Repeat(since, days)


def last_bought(signals: Sequence[Signal]) -> dict[str, Bought]:
    """By product that a person bought, oldest signal first, when that was last."""
    found: dict[str, Bought] = {}
    purchases = [signal for signal in signals if signal.kind == _PURCHASE]
    for place, signal in enumerate(purchases):
        found[signal.item_id] = Bought(signal.at, len(purchases) - 1 - place)
    return found


def days_between(then: datetime, now: datetime) -> float:
    """From one moment to a later one."""
    return (now - then).total_seconds() / 86_400


def _median(counts: Counter[int]) -> float | None:
    """The number that half of those counted do not exceed; None where there are none."""
    left = counts.total() / 2
    for number in sorted(counts):
        left -= counts[number]
        if left <= 0:
            return float(number)
    return None
