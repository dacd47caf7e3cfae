"""What do "bigger" and "smaller" find, and what "larger than 50 inches"?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from actions.dialogue.state import Listing, SizeLimit
from actions.listing import PAGE_SIZE, page
from actions.measured_search import nothing_of_size, sized
from actions.measures import UNITS, Measure, measures
from actions.replies.schema import Reply
from actions.turn import Turn
from recommender.understanding.cues import Comparison, read_cues
from recommender.understanding.query import Query
from recommender.understanding.tokens import Sheet

__all__ = ["asks_for_size", "by_named_size", "by_size"]


def asks_for_size(turn: Turn) -> bool | None:
    """True for "bigger", False for "smaller", None for neither."""
    comparison = read_cues(Sheet(turn.text)).comparison
    return {Comparison.BIGGER: True, Comparison.SMALLER: False}.get(comparison) if comparison else None


def by_size(turn: Turn, query: Query, compared: Sequence[str], *, above: bool) -> list[Reply]:
    """What `query` finds that is stated to be bigger (smaller) than the products `compared`, or than all shown.

    They are compared by the measure that most of them state; where none states any, the shopper is asked for it.
    """
    ids = list(compared) or [one.id for one in turn.state.shown]
    products = turn.services.catalogue.get(ids)
    limit = _limit([measures(product) for product in products.values()], above=above)
    if limit is None:
        return [turn.say("refine.no_measure"), *turn.constraints(query)]
    return _page(turn, query, limit) or nothing_of_size(turn, query, limit)


def by_named_size(turn: Turn, limit: SizeLimit, rest: str) -> list[Reply]:
    """What the `rest` of the message looks for, or was looked for before where it names nothing, of the size wanted."""
    before = turn.state.query
    reading = turn.read(rest, amend=False if before is None else None)
    query = reading.query if reading.names_thing or before is None else turn.read(rest, amend=True).query
    found = _page(turn, query, limit)
    if found or reading.kind == "new":
        turn.state = replace(turn.state, query=query)
    if not found and reading.kind == "new":
        turn.state = replace(turn.state, listing=None, shown=(), focus=None)
    return found or nothing_of_size(turn, query, limit)


def _page(turn: Turn, query: Query, limit: SizeLimit) -> list[Reply]:
    before = turn.state
    with turn.timed("search"):
        result = sized(limit)(turn, query, limit=PAGE_SIZE, exclude=turn.unwanted)
    listing = Listing(weights=dict(result.weights), size=limit)
    found = page(turn, listing, result, query, f"measured.{limit.side}", {"written": limit.written})
    if not found:
        turn.state = before
    return found


def _limit(stated: Sequence[dict[str, Measure]], *, above: bool) -> SizeLimit | None:
    counts = {unit: sum(unit in one for one in stated) for unit in UNITS}
    unit = max(counts, key=lambda one: counts[one])
    told = [one[unit] for one in stated if unit in one]
    if not told:
        return None
    farthest = (max if above else min)(told, key=lambda one: one.value)
    return SizeLimit(unit, farthest.value, farthest.written, above)
