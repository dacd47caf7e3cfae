"""What would a shopper also see if they spent a little more?"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Final

from actions.action import TurnAction
from actions.dialogue.state import query_to_json
from actions.listing import PAGE_SIZE
from actions.personal import search_for_person
from actions.replies.schema import Reply
from actions.turn import Turn, chips
from recommender.understanding.query import Constraint, Facet, Op, Query

__all__ = ["WhatIf", "price_limit"]

_AMOUNT: Final = re.compile(r"\d{1,9}(?:[.,]\d{1,2})?")
_SHARE: Final = Decimal("0.2")
_NAMED: Final = 3


class WhatIf(TurnAction):
    """What would I see with 20 more?"""

    intent = "what_if"

    def handle(self, turn: Turn) -> list[Reply]:
        """What would come among the first results, with prices; without a limit, that there is none to raise."""
        query = turn.state.query
        limit = None if query is None else price_limit(query)
        if query is None or limit is None or limit.bound is None:
            return [turn.say("what_if.no_limit")]
        extra = _named_amount(turn.text, limit.bound) or _little_more(limit.bound)
        raised = replace(limit, bound=limit.bound + extra)
        wider = query.with_constraints(tuple(raised if one == limit else one for one in query.constraints))
        with turn.timed("search"):
            hits = search_for_person(turn, wider, limit=PAGE_SIZE, exclude=turn.unwanted).hits
            total = turn.services.searcher.search(wider, limit=1, exclude=turn.unwanted).total
            before = turn.services.searcher.search(query, limit=1, exclude=turn.unwanted).total
        products = turn.services.catalogue.get([hit.id for hit in hits])
        found = [products[hit.id] for hit in hits if hit.id in products]
        added = [one for one in found if one.price is not None and one.price > limit.bound]
        amount = {"extra": turn.money(extra, brief=True), "count": total - before}
        raise_it = turn.chip(
            turn.words("chip.relax_to", label=turn.label(raised)), "relax", query=query_to_json(wider)
        )  # fmt: skip
        if total == before:
            return [turn.say("what_if.nothing", **amount)]
        if not added:
            return [turn.say("what_if.further_down", **amount), *chips([raise_it])]
        named = "; ".join(f"{one.title} ({turn.price(one)})" for one in added[:_NAMED])
        return [turn.say("what_if.also", products=named, **amount), *chips([raise_it])]


def price_limit(query: Query) -> Constraint | None:
    """The most that may be spent, where that is a condition."""
    return next((one for one in query.constraints if one.facet is Facet.PRICE and one.op is Op.AT_MOST), None)


def _named_amount(text: str, limit: Decimal) -> Decimal | None:
    """How much more is meant: "20 more", or up to an amount above the limit."""
    found = _AMOUNT.search(text)
    if found is None:
        return None
    amount = Decimal(found.group().replace(",", "."))
    if re.search(r"\b(?:up ?to|limit (?:of|was|is|were)|instead of)\b", text, re.IGNORECASE) and amount > limit:
        return amount - limit
    return amount if amount > 0 else None


def _little_more(limit: Decimal) -> Decimal:
    """About a fifth of the limit, in a round number."""
    share = max(limit * _SHARE, Decimal("0.01"))
    step = Decimal(1).scaleb(share.adjusted())
    return (share / step).to_integral_value() * step
