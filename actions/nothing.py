"""What is said when nothing fits: which condition is to blame, and what would be found without it?

Nothing is ever relaxed without being asked: each way out is offered to press.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from actions.dialogue.state import query_to_json
from actions.replies.schema import Chip, Reply
from actions.turn import Turn, chips
from recommender.search.port import SearchResult
from recommender.understanding.amend import price_compared_with
from recommender.understanding.query import Constraint, Facet, Op, Query
from recommender.understanding.reading import Reading

__all__ = ["no_change_possible", "nothing_found"]

_BLAMED = 3


def nothing_found(turn: Turn, query: Query, result: SearchResult) -> list[Reply]:
    """Why `query` finds nothing, with the conditions that alone rule it out to relax."""
    if result.total > 0:
        return [turn.say("nothing.words", text=query.text), *turn.constraints(query)]
    if not query.constraints:
        return [turn.say("nothing.at_all")]
    counts = _counts_without(turn, query, query.constraints)
    if not counts:
        free = turn.chip(turn.words("chip.relax_all"), "relax", query=query_to_json(query.with_constraints(())))
        return [turn.say("nothing.together"), *turn.constraints(query), *chips([free])]
    blamed = next(iter(counts))
    said = turn.say("nothing.blame", label=turn.label(blamed), count=counts[blamed])
    return [said, *turn.constraints(query), *chips(_ways_out(turn, query, counts))]


def no_change_possible(turn: Turn, reading: Reading) -> list[Reply]:
    """Why nothing was changed: what was just asked for leaves nothing, while the list in front of the shopper stays.

    What can be pressed keeps the new wish and gives up another condition, or goes as far as there is something.
    """
    query, before = reading.query, turn.state.query or Query()
    limit = next((one for one in reading.compared if one.facet is Facet.PRICE), None)
    if limit is not None:
        key = "nothing.cheaper" if limit.op is Op.AT_MOST else "nothing.dearer"
        said = turn.say(key, price=turn.money(price_compared_with(limit)))
        others = [one for one in query.constraints if one not in reading.added]
    else:
        said = turn.say("nothing.changed", labels=", ".join(turn.label(one) for one in reading.added))
        others = list(query.constraints)
    counts = _counts_without(turn, query, others)
    return [said, *turn.constraints(before), *chips(_ways_out(turn, query, counts))]


def _counts_without(turn: Turn, query: Query, constraints: Iterable[Constraint]) -> dict[Constraint, int]:
    """How many products there are without each of the constraints, the most first; none that changes nothing."""
    counts = {}
    for dropped in constraints:
        rest = query.with_constraints(tuple(one for one in query.constraints if one != dropped))
        with turn.timed("search"):
            counts[dropped] = turn.services.searcher.search(rest, limit=1, exclude=turn.unwanted).total
    return {one: count for one, count in sorted(counts.items(), key=lambda entry: -entry[1]) if count}


def _ways_out(turn: Turn, query: Query, counts: dict[Constraint, int]) -> list[Chip]:
    return [offer for one in list(counts)[:_BLAMED] for offer in _offers(turn, query, one, counts[one])]


def _offers(turn: Turn, query: Query, blamed: Constraint, count: int) -> list[Chip]:
    """Chips that relax `blamed`: as far as the nearest price there is, and altogether."""
    rest = tuple(one for one in query.constraints if one != blamed)
    offers = []
    nearest = _nearest_price(turn, query, blamed)
    if nearest is not None:
        wider = replace(blamed, bound=nearest)
        title = turn.words("chip.relax_to", label=turn.label(wider))
        offers.append(turn.chip(title, "relax", query=query_to_json(query.with_constraints((*rest, wider)))))
    title = turn.words("chip.relax", label=turn.label(blamed), count=count)
    return [*offers, turn.chip(title, "relax", query=query_to_json(query.with_constraints(rest)))]


def _nearest_price(turn: Turn, query: Query, blamed: Constraint) -> Decimal | None:
    if blamed.facet is not Facet.PRICE or blamed.op not in (Op.AT_MOST, Op.AT_LEAST):
        return None
    rest = query.with_constraints(tuple(one for one in query.constraints if one != blamed))
    shape = turn.services.searcher.shape(rest)
    return shape.lowest if blamed.op is Op.AT_MOST else shape.highest
