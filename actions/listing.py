"""How does a search become a page of products, and what is said when there is none?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from actions.dialogue.state import Listing, constraint_to_json
from actions.replies.schema import Chip, Reply
from actions.turn import Turn, chips
from recommender.explanation.reason import Reason
from recommender.search.port import SearchResult
from recommender.understanding.query import Constraint, Facet, Op, Query

__all__ = ["PAGE_SIZE", "find", "page"]

PAGE_SIZE = 5
_BLAMED = 3


def find(turn: Turn, query: Query, opening: str, **slots: object) -> list[Reply]:
    """Search for `query`, which is in force from now on: opening sentence, products, conditions, what to press next."""
    turn.state = replace(turn.state, query=query, listing=None, shown=(), focus=None)
    with turn.timed("search"):
        result = turn.services.searcher.search(query, limit=PAGE_SIZE, exclude=turn.unwanted)
    replies = page(turn, Listing(weights=dict(result.weights)), result, query, opening, slots)
    return replies if replies else _nothing_found(turn, query, result)


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
    if len(shown) >= 2:
        first_two = [one.id for one in shown[:2]]
        next_steps.append(turn.chip(turn.words("chip.compare"), "compare", item_ids=first_two))
    return [turn.say(opening, **(slots or {})), products, *turn.constraints(query), *chips(next_steps)]


def _nothing_found(turn: Turn, query: Query, result: SearchResult) -> list[Reply]:
    """Say which condition is to blame, and offer to relax it: never relaxed without being asked."""
    if result.total > 0:
        return [turn.say("nothing.words", text=query.text), *turn.constraints(query)]
    if not query.constraints:
        return [turn.say("nothing.at_all")]
    counts = {one: _without(turn, query, one) for one in query.constraints}
    blamed = sorted((one for one in query.constraints if counts[one]), key=lambda one: -counts[one])[:_BLAMED]
    if not blamed:
        free = turn.chip(turn.words("chip.relax_all"), "relax", drop=[constraint_to_json(c) for c in query.constraints])
        return [turn.say("nothing.together"), *turn.constraints(query), *chips([free])]
    said = turn.say("nothing.blame", label=turn.label(blamed[0]), count=counts[blamed[0]])
    offers = [offer for one in blamed for offer in _offers(turn, query, one, counts[one])]
    return [said, *turn.constraints(query), *chips(offers)]


def _without(turn: Turn, query: Query, dropped: Constraint) -> int:
    rest = query.with_constraints(tuple(one for one in query.constraints if one != dropped))
    with turn.timed("search"):
        return turn.services.searcher.search(rest, limit=1, exclude=turn.unwanted).total


def _offers(turn: Turn, query: Query, blamed: Constraint, count: int) -> list[Chip]:
    """Chips that relax `blamed`: as far as the nearest price there is, and altogether."""
    drop = [constraint_to_json(blamed)]
    offers = []
    nearest = _nearest_price(turn, query, blamed)
    if nearest is not None:
        wider = replace(blamed, bound=nearest)
        title = turn.words("chip.relax_to", label=turn.label(wider))
        offers.append(turn.chip(title, "relax", drop=drop, add=constraint_to_json(wider)))
    title = turn.words("chip.relax", label=turn.label(blamed), count=count)
    return [*offers, turn.chip(title, "relax", drop=drop)]


def _nearest_price(turn: Turn, query: Query, blamed: Constraint) -> Decimal | None:
    if blamed.facet is not Facet.PRICE or blamed.op not in (Op.AT_MOST, Op.AT_LEAST):
        return None
    rest = query.with_constraints(tuple(one for one in query.constraints if one != blamed))
    shape = turn.services.searcher.shape(rest)
    return shape.lowest if blamed.op is Op.AT_MOST else shape.highest
