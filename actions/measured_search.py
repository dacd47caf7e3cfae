"""What does a search find of only one side of a size?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Protocol

from actions.dialogue.state import SizeLimit
from actions.measures import Measure, measures
from actions.personal import search_for_person
from actions.replies.schema import Reply
from actions.turn import Turn
from recommender.search.port import SearchResult
from recommender.understanding.query import Query

__all__ = ["Searching", "nothing_of_size", "sized"]

_LOOKED_AT = 200
"""So deep a search is looked through for products of the size."""


class Searching(Protocol):
    """Searches for somebody in a conversation."""

    def __call__(self, turn: Turn, query: Query, *, limit: int, exclude: Collection[str] = ()) -> SearchResult:
        """The best `limit` results of `query` without those of the ids `exclude`."""
        ...


def sized(limit: SizeLimit | None) -> Searching:
    """A search of only what is stated to be on the right side of `limit`, as far down as anybody looks.

    Without a limit it is the usual search.
    """
    if limit is None:
        return search_for_person

    def search(turn: Turn, query: Query, *, limit: int, exclude: Collection[str] = ()) -> SearchResult:
        result = search_for_person(turn, query, limit=_LOOKED_AT, exclude=exclude)
        products = turn.services.catalogue.get([hit.id for hit in result.hits])
        fitting = [hit for hit in result.hits if hit.id in products and _fits(measures(products[hit.id]), wanted)]
        return replace(result, hits=fitting[:limit], total=len(fitting))

    wanted = limit
    return search


def nothing_of_size(turn: Turn, query: Query, limit: SizeLimit) -> list[Reply]:
    """That nothing which `query` finds is on the right side of `limit`, and the conditions to drop."""
    return [turn.say(f"measured.none_{limit.side}", written=limit.written), *turn.constraints(query)]


def _fits(stated: dict[str, Measure], limit: SizeLimit) -> bool:
    measure = stated.get(limit.unit)
    if measure is None:
        return False
    # "81.3 cm" and "32 inch" are the same size.
    slack = (-0.005 if limit.inclusive else 0.005) * limit.value
    return measure.value > limit.value + slack if limit.above else measure.value < limit.value - slack
