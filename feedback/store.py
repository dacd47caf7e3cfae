"""What does everything else ask of the record of what was shown and said?"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from recommender.errors import BadInputError, NotFoundError

__all__ = [
    "Event",
    "FeedbackStore",
    "Impression",
    "Vote",
    "VoteOutcome",
    "check_vote",
    "event_key",
    "impression_not_found",
]

_REASON_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Impression:
    """One product shown to one person. `position` is from 1 over the whole list, `surface` is search, similar, …

    `propensity`, from 0 to 1, is how likely the product was to be there: below 1 where places are drawn by lot.
    """

    id: str
    person_id: str
    session_id: str
    turn_id: str
    item_id: str
    surface: str
    position: int
    score: float
    legs: dict[str, float] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    query: str = ""
    propensity: float = 1.0


@dataclass(frozen=True, slots=True)
class Vote:
    """The live vote of a person on an impression: 1 or -1; 0 was taken back. `at` is when, where the store keeps it."""

    person_id: str
    impression_id: str
    item_id: str
    value: int
    reason: str | None = None
    at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class VoteOutcome:
    """What a vote did: the live vote now, the one before, and whether anything changed."""

    vote: Vote
    previous_value: int
    changed: bool


@dataclass(frozen=True, slots=True)
class Event:
    """Something a person did with a product; `id` makes a repeated delivery harmless."""

    id: str
    person_id: str
    item_id: str
    kind: str
    at: datetime | None = None
    position: int | None = None


class FeedbackStore(Protocol):
    """Keeps impressions, votes and events. Every write is one transaction; repeated deliveries change nothing."""

    def record_impressions(self, impressions: Sequence[Impression]) -> None:
        """Keep what is about to be shown, before it can be voted on."""
        ...

    def impression(self, impression_id: str, person_id: str) -> Impression:
        """The impression with this id that this person was shown.

        Raises:
            NotFoundError: it does not exist, or somebody else was shown it.
        """
        ...

    def vote(self, person_id: str, impression_id: str, value: int, reason: str | None = None) -> VoteOutcome:
        """Cast, change or (0) take back the person's one live vote on an impression they were shown.

        Raises:
            NotFoundError: the impression does not exist, or somebody else was shown it.
            BadInputError: `value` is not 1, -1 or 0, or `reason` is longer than 200 characters.
        """
        ...

    def votes(self, person_id: str) -> Sequence[Vote]:
        """The person's live votes other than 0, oldest first."""
        ...

    def add_events(self, events: Sequence[Event]) -> int:
        """Keep events; how many were not there before."""
        ...

    def events(self, person_id: str) -> Sequence[Event]:
        """Everything the person did, oldest first."""
        ...


def event_key(source: str, event_id: str) -> str:
    """The id that an event is kept under: where it came from is part of it, so nobody takes somebody else's."""
    return hashlib.sha256(f"{source}\0{event_id}".encode()).hexdigest()


def check_vote(value: int, reason: str | None) -> str | None:
    """The reason as it is kept: None for a vote that is taken back, and for an empty one.

    Raises:
        BadInputError: `value` is not 1, -1 or 0, or `reason` is longer than 200 characters.
    """
    if value not in (1, -1, 0):
        raise BadInputError(f"A vote is 1, -1 or 0 (taken back), not {value!r}.")
    if reason is not None and len(reason) > _REASON_CHARACTERS:
        raise BadInputError(f"A reason has at most {_REASON_CHARACTERS} characters; this one has {len(reason)}.")
    return (reason or None) if value else None


def impression_not_found(impression_id: str) -> NotFoundError:
    """The same sentence whether nobody or somebody else was shown it, so that ids cannot be probed."""
    return NotFoundError(
        f"You were shown no product under the id {impression_id!r}; vote on one that was shown to you."
    )
