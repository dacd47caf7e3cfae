"""What tells products apart, side by side?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from actions.action import TurnAction
from actions.dialogue.state import Listing
from actions.referring import products_meant
from actions.replies.schema import ComparisonReply, ComparisonRow, Reply
from actions.showing import attributes_of
from actions.turn import Turn, chips
from recommender.catalogue.product import Product
from recommender.search.port import Hit

__all__ = ["Compare"]

_BETTER = re.compile(r"\b(?:better|best|prefer|recommend|should i|would you)\b", re.IGNORECASE)
_COMPARED = 4
_COMPARED_ATTRIBUTES = 8


class Compare(TurnAction):
    """Products side by side."""

    intent = "compare"

    def handle(self, turn: Turn) -> list[Reply]:
        """A table from the records, and one sentence on the price when that tells them apart."""
        meant = products_meant(turn, turn.read())
        if len(meant) == 1:
            # "compare it", "compare the second one": with what else is in front of the shopper.
            others = [one.id for one in turn.state.shown if one.id != meant[0].id][:1]
            meant += turn.services.catalogue.get(others).values()
        if not meant:
            first = [one.id for one in turn.state.shown[:2]]
            products = turn.services.catalogue.get(first)
            meant = [products[one] for one in first if one in products]
        if len(meant) < 2:
            return [turn.say("compare.too_few")]
        meant = meant[:_COMPARED]
        replies = [_verdict(turn, meant), _comparison(turn, meant)]
        adding = [
            turn.chip(turn.words("chip.add", title=one.title), "add_to_cart", item_id=one.id)
            for one in meant
            if one.in_stock
        ]
        return [*replies, *chips(adding)]


def _verdict(turn: Turn, products: Sequence[Product]) -> Reply:
    if not turn.pressed and _BETTER.search(turn.text):
        rated = [one for one in products if one.rating is not None and one.rating_count]
        best = max(rated, key=lambda one: (one.rating or 0.0, one.rating_count, one.id), default=None)
        if best is None:
            return turn.say("compare.unrated")
        return turn.say("compare.best_rated", title=best.title, rating=_rating(turn, best))
    priced = [one for one in products if one.price is not None]
    one_currency = len({one.currency for one in priced}) == 1
    if len(priced) == len(products) and one_currency:
        cheapest = min(priced, key=lambda one: (one.price, one.id))
        if any(one.price != cheapest.price for one in priced):
            return turn.say("compare.cheapest", title=cheapest.title, price=turn.price(cheapest))
        return turn.say("compare.same_price", price=turn.price(cheapest))
    return turn.say("compare.plain")


def _comparison(turn: Turn, products: Sequence[Product]) -> ComparisonReply:
    cards, shown = turn.record([Hit(one.id, 0.0) for one in products], Listing("compare"), {})
    # "Why this?" asks for the search that found it, not for the comparison.
    found = {one.id: one.impression_id for one in turn.state.shown}
    shown = tuple(replace(one, impression_id=found.get(one.id) or one.impression_id) for one in shown)
    turn.state = replace(turn.state, shown=shown, focus=None)
    rows = [
        ComparisonRow(label=turn.words("compare.price"), values=[turn.price(one) for one in products]),
        ComparisonRow(label=turn.words("compare.rating"), values=[_rating(turn, one) for one in products]),
        ComparisonRow(
            label=turn.words("compare.stock"),
            values=[turn.words("in_stock" if one.in_stock else "out_of_stock") for one in products],
        ),
    ]
    if any(one.brand for one in products):
        rows.append(ComparisonRow(label=turn.words("compare.brand"), values=[one.brand for one in products]))
    telling = [attributes_of(turn, one) for one in products]
    shared = [name for name in telling[0] if all(name in one for one in telling)]
    rows += [
        ComparisonRow(label=name[:1].upper() + name[1:], values=[one[name] for one in telling])
        for name in shared[:_COMPARED_ATTRIBUTES]
    ]
    return ComparisonReply(items=cards, rows=rows)


def _rating(turn: Turn, product: Product) -> str:
    if product.rating is None:
        return ""
    return turn.words("rating", rating=f"{product.rating:g}", count=product.rating_count)
