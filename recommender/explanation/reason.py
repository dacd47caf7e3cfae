"""What can be the reason that a product is shown?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from recommender.understanding.query import Constraint

__all__ = ["Reason", "ReasonKind"]


class ReasonKind(StrEnum):
    """What moved the product up, or let it in."""

    WORDS = "words"
    """Words of the query occur in the product's text (`words`)."""
    MEANING = "meaning"
    """The product's text means something like the query."""
    CONSTRAINT = "constraint"
    """It meets a condition (`constraint`): a cause of being listed at all, not of the score."""
    HISTORY = "history"
    """The person showed that they like another product (`item_id`) by doing `signal` with it."""
    AGAIN = "again"
    """The person bought it (`days` ago, where known), and about so much later (`usual_days`) it is bought again."""
    ASKED = "asked"
    """The person searched for `words` lately."""
    TASTE = "taste"
    """Of results that are about as good it is nearer to what the person likes, as for `item_id` with which they did
    `signal`."""
    EXPLORED = "explored"
    """Drawn by lot from what comes next: a place kept free to learn what else the person likes."""
    POPULAR = "popular"
    """Many people took an interest in it."""
    RATED = "rated"
    """Its rating, or by how many it was rated, let it in or decided its place (`rating`, `rating_count`)."""
    CHEAPEST = "cheapest"
    """It leads a list that begins with the lowest price."""
    DEAREST = "dearest"
    """It leads a list that begins with the highest price."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One cause, and by how much the product's score falls when it is taken away."""

    kind: ReasonKind
    effect: float = 0.0
    words: tuple[str, ...] = ()
    constraint: Constraint | None = None
    item_id: str = ""
    signal: str = ""
    model: str = ""
    """The model that saw it most, where a person's past is the cause."""
    days: int | None = None
    usual_days: int | None = None
    rating: float = 0.0
    rating_count: int = 0
