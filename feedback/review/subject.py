"""What can be judged?"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from recommender.errors import BadInputError

__all__ = ["GRADES", "SKIP", "Kind", "ReviewItem", "Source", "check_value", "same_words", "text_hash"]

SKIP: Final = "skip"
"""Decided not to decide: it is not asked of the same rater again, and nothing learns from it."""

GRADES: Final = {
    "0": "nothing to do with it",
    "1": "related, not what was asked for",
    "2": "would do",
    "3": "exactly what was asked for",
}
"""How well a product answers a query."""


class Kind(StrEnum):
    """What is judged, and so what a label of it says."""

    JUDGEMENT = "judgement"
    """A product for a query: a grade 0 to 3."""
    RECOMMENDATION = "recommendation"
    """A product for a person who asked for none: 1 (a good idea) or 0."""
    MESSAGE = "message"
    """What a shopper meant: an intent."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where something to be judged was seen."""

    person_id: str | None = None
    turn_id: str | None = None
    impression_id: str | None = None


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One thing to be judged, and what is known of it.

    `text` is the query or the message, `sources` where it was seen, one each person, newest first. `legs` and `score`
    are those of the newest impression; `up` and `down` count live votes, `shown` impressions. `reason` says why it was
    picked. `labels` are others' decisions, by rater.
    """

    kind: Kind
    text: str
    sources: tuple[Source, ...]
    at: datetime
    item_id: str | None = None
    surface: str = ""
    score: float = 0.0
    legs: Mapping[str, float] = field(default_factory=dict)
    shown: int = 1
    up: int = 0
    down: int = 0
    intent: str | None = None
    confidence: float | None = None
    reason: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Tells two items of one queue apart."""
        first = self.sources[0]
        where = {
            Kind.JUDGEMENT: same_words(self.text),
            Kind.RECOMMENDATION: first.person_id,
            Kind.MESSAGE: first.turn_id,
        }[self.kind]
        return f"{where}\0{self.item_id or ''}"


def same_words(text: str) -> str:
    """The text as queries are told apart: neither by case nor by spaces."""
    return " ".join(text.casefold().split())


def text_hash(text: str) -> str:
    """Finds a text that was judged before."""
    return hashlib.sha256(same_words(text).encode()).hexdigest()


def check_value(kind: Kind, value: str) -> str:
    """The value, if a label of this kind can say it.

    Raises:
        BadInputError: it cannot.
    """
    known = {Kind.JUDGEMENT: GRADES.keys(), Kind.RECOMMENDATION: {"0", "1"}}.get(kind)
    if value != SKIP and (value not in known if known is not None else not value.isidentifier() or len(value) > 50):
        wanted = " or ".join(sorted(known)) if known is not None else "the name of an intent"
        raise BadInputError(f"A {kind.value} is {wanted}, not {value!r}.")
    return value
