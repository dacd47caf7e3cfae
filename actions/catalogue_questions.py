"""Which is the cheapest, how many are there, what do they cost? Answered from the whole catalogue, exactly."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import ClassVar

from actions.action import TurnAction
from actions.dialogue.state import Listing, query_to_json
from actions.finding import search_for
from actions.listing import PAGE_SIZE, page
from actions.questions import subject
from actions.replies.schema import Reply
from actions.turn import Turn, chips
from recommender.catalogue.words import singular, words
from recommender.search.port import CatalogueShape
from recommender.understanding.query import Facet, Query, Sort

__all__ = ["Cheapest", "Dearest", "HowMany", "PriceRange"]

_NAMED_BRANDS = 3


class _CatalogueQuestion(TurnAction):
    """A question about everything that meets the words and conditions: those of the message, else those in force."""

    def handle(self, turn: Turn) -> list[Reply]:
        """The exact answer, and a way to see the products."""
        reading = turn.read(subject(turn.text))
        if reading.compared:
            # "Cheaper than the second one" asks for others, not for the cheapest of all.
            return search_for(turn, reading)
        query, before = reading.query, turn.state.query
        if not query.text and not query.constraints and before is not None:
            query = before
        query = Query(query.text, query.constraints)
        with turn.timed("search"):
            shape = turn.services.searcher.shape(query)
        if shape.total == 0:
            return [turn.say("shape.none", what=_what(turn, query)), *turn.constraints(query)]
        return self.answer(turn, query, shape)

    @abstractmethod
    def answer(self, turn: Turn, query: Query, shape: CatalogueShape) -> list[Reply]:
        """The answer about the products of `shape`, of which there is at least one."""


class _Extreme(_CatalogueQuestion):
    sort: ClassVar[Sort]

    def answer(self, turn: Turn, query: Query, shape: CatalogueShape) -> list[Reply]:
        """The products at exactly that price."""
        price = shape.lowest if self.sort is Sort.PRICE_ASC else shape.highest
        if price is None:
            return [turn.say("shape.no_prices", what=_what(turn, query), count=shape.total)]
        # In force from now on, so that "more" goes on with the next cheapest.
        ordered = Query(query.text, query.constraints, self.sort)
        turn.state = replace(turn.state, query=ordered)
        with turn.timed("search"):
            result = turn.services.searcher.search(ordered, limit=PAGE_SIZE, exclude=turn.unwanted)
        said = {"price": turn.money(price), "what": _what(turn, query), "count": shape.priced}
        replies = page(turn, Listing(weights=dict(result.weights)), result, ordered, f"{self.intent}.found", said)
        # The shopper may have voted all of them down: the answer stays true without showing any.
        return replies or [turn.say(f"{self.intent}.unwanted", **said)]


class Cheapest(_Extreme):
    """The lowest price there is."""

    intent = "cheapest"
    sort = Sort.PRICE_ASC


class Dearest(_Extreme):
    """The highest price there is."""

    intent = "dearest"
    sort = Sort.PRICE_DESC


class HowMany(_CatalogueQuestion):
    """How many products there are."""

    intent = "how_many"

    def answer(self, turn: Turn, query: Query, shape: CatalogueShape) -> list[Reply]:
        """The count, and the brands with the most of them."""
        said = [turn.say("how_many.found", count=shape.total, what=_what(turn, query))]
        top = sorted(shape.brands.items(), key=lambda one: (-one[1], one[0]))[:_NAMED_BRANDS]
        if len(top) > 1:
            brands = ", ".join(turn.words("how_many.brand", brand=brand, count=count) for brand, count in top)
            said.append(turn.say("how_many.brands", brands=brands))
        return [*said, *_see_them(turn, query)]


class PriceRange(_CatalogueQuestion):
    """From what price to what price there is something."""

    intent = "price_range"

    def answer(self, turn: Turn, query: Query, shape: CatalogueShape) -> list[Reply]:
        """The lowest and the highest price."""
        what = _what(turn, query)
        if shape.lowest is None or shape.highest is None:
            return [turn.say("shape.no_prices", what=what, count=shape.total)]
        key = "price_range.one" if shape.lowest == shape.highest else "price_range.found"
        said = turn.say(
            key, lowest=turn.money(shape.lowest), highest=turn.money(shape.highest), count=shape.priced, what=what
        )
        return [said, *_see_them(turn, query)]


def _what(turn: Turn, query: Query) -> str:
    """The selection in words: "“jackets” (blue, up to $50)", or everything."""
    said = {singular(word) for word in words(query.text)}
    labels = ", ".join(
        turn.label(one)
        for one in query.constraints
        if one.facet is not Facet.CATEGORY or not said.issuperset(*(value.split() for value in one.values))
    )
    if not query.text:
        return turn.words("what.constraints", labels=labels) if labels else turn.words("what.everything")
    key = "what.text_and_constraints" if labels else "what.text"
    return turn.words(key, text=query.text, labels=labels)


def _see_them(turn: Turn, query: Query) -> list[Reply]:
    """A chip that shows what was counted."""
    return chips([turn.chip(turn.words("chip.see_them"), "search", query=query_to_json(query))])
