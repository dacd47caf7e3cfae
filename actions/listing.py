"""How does a search become a page of products?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from actions.clarifying import CANDIDATES, with_question
from actions.dialogue.state import Listing, SizeLimit
from actions.measured_search import nothing_of_size, sized
from actions.nothing import no_change_possible, nothing_found
from actions.replies.schema import Reply
from actions.turn import Turn, chips
from recommender.explanation.reason import Reason
from recommender.search.port import SearchResult
from recommender.understanding.query import Facet, Op, Query
from recommender.understanding.reading import Reading

__all__ = ["PAGE_SIZE", "change", "find", "page"]

PAGE_SIZE = 5


def find(turn: Turn, query: Query, opening: str, size: SizeLimit | None = None, /, **slots: object) -> list[Reply]:
    """Search for `query`, which is in force from now on: opening sentence, products, conditions, what to press next.

    With `size`, only what is of that size.
    """
    turn.state = replace(turn.state, query=query, listing=None, shown=(), focus=None)
    result, replies = _search(turn, query, size, opening, slots)
    return replies or (nothing_found(turn, query, result) if size is None else nothing_of_size(turn, query, size))


def change(turn: Turn, reading: Reading, opening: str, **slots: object) -> list[Reply]:
    """Search for the changed query; a change that leaves nothing of the list in front of the shopper is not made.

    A size that the list keeps to is kept to.
    """
    before = turn.state
    size = turn.state.size
    if not before.shown or not reading.added:
        return find(turn, reading.query, opening, size, **slots)
    turn.state = replace(before, query=reading.query, listing=None, focus=None)
    result, replies = _search(turn, reading.query, size, opening, slots)
    if replies or result.total > 0:
        return replies or nothing_found(turn, reading.query, result)
    turn.state = before
    return no_change_possible(turn, reading)


def page(
    turn: Turn,
    listing: Listing,
    result: SearchResult,
    query: Query,
    opening: str,
    slots: Mapping[str, object] | None = None,
    causes: Mapping[str, Sequence[Reason]] | None = None,
) -> list[Reply]:
    """The hits of `result` as the next page of `listing`, after a sentence; nothing when there are none to show."""
    # A score of 0 says that no leg knows the words: showing such a product would be a guess.
    hits = [hit for hit in result.hits if hit.score > 0 or not query.text]
    with turn.timed("rank"):
        products = turn.show(hits, listing, result.versions, query, causes)
    if products is None:
        return []
    next_steps = [turn.chip(turn.words("chip.more"), "more")] if result.total > len(result.hits) else []
    shown = turn.state.shown
    if any(one.price is not None for one in shown) and listing.surface == "search":
        next_steps.append(turn.chip(turn.words("chip.cheaper"), "refine", text=turn.words("chip.cheaper")))
    limited = any(one.facet is Facet.PRICE and one.op is Op.AT_MOST for one in query.constraints)
    if limited and listing.surface == "search" and result.total <= len(result.hits):
        next_steps.append(turn.chip(turn.words("chip.what_if"), "what_if"))
    if len(shown) >= 2:
        first_two = [one.id for one in shown[:2]]
        next_steps.append(turn.chip(turn.words("chip.compare"), "compare", item_ids=first_two))
    return [turn.say(opening, **(slots or {})), products, *turn.constraints(query), *chips(next_steps)]


def _search(
    turn: Turn, query: Query, size: SizeLimit | None, opening: str, slots: Mapping[str, object]
) -> tuple[SearchResult, list[Reply]]:
    with turn.timed("search"):
        found = sized(size)(turn, query, limit=CANDIDATES, exclude=turn.unwanted)
    result = replace(found, hits=found.hits[:PAGE_SIZE])
    replies = page(turn, Listing(weights=dict(result.weights), size=size), result, query, opening, slots)
    return result, with_question(turn, query, found, replies, size)
