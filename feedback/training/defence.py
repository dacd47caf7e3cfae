"""Whose votes look as if somebody wanted to push or sink a product, rather than said what they like?"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

__all__ = ["CAP", "Cast", "Suspicion", "suspects"]

CAP: Final = 20.0
"""What one person's votes can count for together, however many they are: this many votes."""

BURST_WITHIN: Final = timedelta(minutes=10)
BURST_VOTES: Final = 30
"""So many votes in so short a time are no shopping."""

RUSH_WITHIN: Final = timedelta(hours=24)
RUSH_PEOPLE: Final = 5
_SINGLE_MINDED: Final = 0.5

COPYCATS: Final = 3
_ALIKE: Final = 0.8
_LEAST_VOTES: Final = 3


@dataclass(frozen=True, slots=True)
class Cast:
    """A live vote: whose, on which product, up or not, and when."""

    person_id: str
    item_id: str
    up: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Why a person's votes are set aside until somebody has looked at them."""

    person_id: str
    kind: str
    detail: str


def suspects(casts: Sequence[Cast]) -> dict[str, Suspicion]:
    """The people whose votes are suspicious, each with the first reason that was found.

    A *burst* is more votes in ten minutes than anybody shops. A *rush* is five or more people who within a day vote the
    same on one product and on little else. *Copycats* are three or more people whose votes are nearly the same. People
    who shop alike are not copycats: few shoppers see the same lists, let alone like the same in them.
    """
    by_person: dict[str, list[Cast]] = defaultdict(list)
    for cast in sorted(casts, key=lambda one: one.at):
        by_person[cast.person_id].append(cast)
    found: dict[str, Suspicion] = {}
    for suspicion in (*_bursts(by_person), *_rushes(by_person), *_copycats(by_person)):
        found.setdefault(suspicion.person_id, suspicion)
    return found


def _bursts(by_person: Mapping[str, Sequence[Cast]]) -> Iterable[Suspicion]:
    for person, votes in by_person.items():
        for first, last in zip(votes, votes[BURST_VOTES - 1 :], strict=False):
            if last.at - first.at <= BURST_WITHIN:
                yield Suspicion(person, "burst", f"{BURST_VOTES} votes within {BURST_WITHIN}")
                break


def _rushes(by_person: Mapping[str, Sequence[Cast]]) -> Iterable[Suspicion]:
    devoted: dict[tuple[str, bool], list[Cast]] = defaultdict(list)
    for votes in by_person.values():
        counts = Counter((vote.item_id, vote.up) for vote in votes)
        for (item_id, up), count in counts.items():
            if count / len(votes) >= _SINGLE_MINDED:
                last = max((vote for vote in votes if (vote.item_id, vote.up) == (item_id, up)), key=lambda one: one.at)
                devoted[item_id, up].append(last)
    for (item_id, up), votes in devoted.items():
        ordered = sorted(votes, key=lambda one: one.at)
        together: set[str] = set()
        for start, first in enumerate(ordered):
            near = [vote for vote in ordered[start:] if vote.at - first.at <= RUSH_WITHIN]
            if len(near) >= RUSH_PEOPLE:
                together.update(vote.person_id for vote in near)
        for person in sorted(together):
            said = "up" if up else "down"
            yield Suspicion(person, "rush", f"one of {len(together)} who within a day gave {item_id} a thumb {said}")


def _copycats(by_person: Mapping[str, Sequence[Cast]]) -> Iterable[Suspicion]:
    sets = {
        person: frozenset((vote.item_id, vote.up) for vote in votes)
        for person, votes in by_person.items()
        if len({vote.item_id for vote in votes}) >= _LEAST_VOTES
    }
    holders: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for person, votes in sets.items():
        for vote in votes:
            holders[vote].append(person)
    for person, votes in sorted(sets.items()):
        shared = Counter(other for vote in votes for other in holders[vote] if other != person)
        alike = [
            other for other, common in shared.items() if common / (len(votes) + len(sets[other]) - common) >= _ALIKE
        ]
        if len(alike) + 1 >= COPYCATS:
            yield Suspicion(person, "copycat", f"votes as {len(alike)} others do, {len(votes)} times")
