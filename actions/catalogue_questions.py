"""Which is the cheapest, how many are there, what do they cost? Answered from the whole catalogue, exactly."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import ClassVar

from actions.action import TurnAction
from actions.dialogue.state import Listing, query_to_json
from actions.finding import as_written, respelling, search_for, with_further
from actions.listing import PAGE_SIZE, page
from actions.questions import subject
from actions.replies.schema import Chip, Reply
from actions.turn import Turn, chips, with_chips
from recommender.catalogue.words import singular, words
from recommender.search.port import CatalogueShape
from recommender.understanding.query import Facet, Query, Sort
from recommender.understanding.reading import Reading

__all__ = ["Cheapest", "Dearest", "HowMany", "PriceRange"]

_NAMED_BRANDS = 3
_LISTED_BRANDS = 12
_OF_BRANDS = re.compile(r"\b(?:brands?|labels?|makers?|makes|manufacturers?|whose)\b", re.IGNORECASE)


class _CatalogueQuestion(TurnAction):
    """A question about everything that meets the words and conditions: those of the message, else those in force.

    With `looks_afresh`, one that names a thing leaves the conditions in force aside, and tells of them beside it.
    """

    looks_afresh: ClassVar[bool] = False

    def handle(self, turn: Turn) -> list[Reply]:
        """The exact answer, and a way to see the products."""
        asked = subject(turn.text)
        reading = turn.read(asked)
        if reading.compared:
            # "Cheaper than the second one" asks for others, not for the cheapest of all.
            return search_for(turn, reading)
        query, before = reading.query, turn.state.query
        if not query.text and not query.constraints and before is not None:
            query = before
        query = Query(query.text, query.constraints)
        earlier = None
        if self.looks_afresh and reading.kind == "amend" and reading.names_thing:
            # "How many lipsticks" after red ones asks for all of them; how many are red is told as well.
            fresh = turn.read(asked, amend=False)
            wider = Query(fresh.query.text, fresh.query.constraints)
            if fresh.kind == "new" and wider != query and self.starts_afresh(wider, query):
                query, earlier = wider, query
        shape = self.shape(turn, query)
        if shape.total == 0:
            replies = [*self.none(turn, query), *self._see_without(turn, reading, asked)]
        else:
            replies = [*self.answer(turn, query, shape, earlier), *as_written(turn, reading)]
        return with_further(turn, reading, [*respelling(turn, reading), *replies])

    def starts_afresh(self, wider: Query, query: Query) -> bool:
        """Whether the question is about `wider`, what it names by itself, rather than `query`, which it amends."""
        return set(wider.constraints) <= set(query.constraints)

    def _see_without(self, turn: Turn, reading: Reading, asked: str) -> list[Reply]:
        """A chip that shows what the message names without the conditions in force, where it names a thing."""
        if reading.kind != "amend" or not reading.names_thing:
            return []
        fresh = turn.read(asked, amend=False)
        return _see_them(turn, fresh.query) if fresh.kind == "new" and self.shape(turn, fresh.query).total else []

    def shape(self, turn: Turn, query: Query) -> CatalogueShape:
        """The exact facts about what `query` selects."""
        with turn.timed("search"):
            return turn.services.searcher.shape(query)

    def none(self, turn: Turn, query: Query) -> list[Reply]:
        """What is said where nothing is selected."""
        return [turn.say("shape.none", what=_what(turn, query)), *turn.constraints(query)]

    @abstractmethod
    def answer(self, turn: Turn, query: Query, shape: CatalogueShape, earlier: Query | None) -> list[Reply]:
        """The answer about the products of `shape`, of which there is at least one.

        `earlier` is the narrower query that was in force, where the question is about more than that.
        """


class _Extreme(_CatalogueQuestion):
    sort: ClassVar[Sort]
    looks_afresh = True

    def starts_afresh(self, wider: Query, query: Query) -> bool:  # noqa: ARG002
        """Always: "the cheapest laptop" is a wish of its own, "the cheapest" goes on with the list."""
        return True

    def none(self, turn: Turn, query: Query) -> list[Reply]:
        """What comes nearest to a description that nothing answers to, said to be no more."""
        ordered = Query(query.text, query.constraints, self.sort)
        with turn.timed("search"):
            result = turn.services.searcher.search(ordered, limit=PAGE_SIZE, exclude=turn.unwanted)
        before = turn.state
        turn.state = replace(before, query=ordered)
        listing = Listing(weights=dict(result.weights))
        replies = page(turn, listing, result, ordered, "shape.nearest", {"what": _what(turn, query)})
        if not replies:
            turn.state = before
        return replies or super().none(turn, query)

    def _price(self, shape: CatalogueShape) -> Decimal | None:
        return shape.lowest if self.sort is Sort.PRICE_ASC else shape.highest

    def answer(self, turn: Turn, query: Query, shape: CatalogueShape, earlier: Query | None) -> list[Reply]:
        """The products at exactly that price, and the price under the conditions that were in force."""
        price = self._price(shape)
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
        replies = replies or [turn.say(f"{self.intent}.unwanted", **said)]
        before = None if earlier is None else self._price(self.shape(turn, earlier))
        if earlier is None or before is None or before == price:
            return replies
        told = turn.say(f"{self.intent}.as_before", price=turn.money(before), what=_what(turn, earlier))
        return with_chips(
            [replies[0], told, *replies[1:]], [_showing(turn, Query(earlier.text, earlier.constraints, self.sort))]
        )


class Cheapest(_Extreme):
    """The lowest price there is."""

    intent = "cheapest"
    sort = Sort.PRICE_ASC


class Dearest(_Extreme):
    """The highest price there is."""

    intent = "dearest"
    sort = Sort.PRICE_DESC


class HowMany(_CatalogueQuestion):
    """How many products there are, or which brands make them."""

    intent = "how_many"
    looks_afresh = True

    def answer(self, turn: Turn, query: Query, shape: CatalogueShape, earlier: Query | None) -> list[Reply]:
        """The count, and the brands with the most of them; every brand where they are asked for."""
        top = sorted(shape.brands.items(), key=lambda one: (-one[1], one[0]))
        if top and _OF_BRANDS.search(turn.text) and not turn.pressed:
            return [self._brands(turn, query, top), *_see_them(turn, query)]
        said = [turn.say("how_many.found", count=shape.total, what=_what(turn, query))]
        if earlier is not None:
            count = self.shape(turn, earlier).total
            said.append(turn.say("how_many.as_before", count=count, what=_what(turn, earlier)))
        if len(top) > 1:
            said.append(turn.say("how_many.brands", brands=_counted(turn, top[:_NAMED_BRANDS])))
        return [*said, *_see_them(turn, query)]

    def _brands(self, turn: Turn, query: Query, brands: Sequence[tuple[str, int]]) -> Reply:
        listed, further = brands[:_LISTED_BRANDS], len(brands) - _LISTED_BRANDS
        key = "brands.found" if further <= 0 else "brands.more"
        said = {"count": len(brands), "what": _what(turn, query), "further": further}
        return turn.say(key, brands=_counted(turn, listed), **said)


def _counted(turn: Turn, brands: Sequence[tuple[str, int]]) -> str:
    return ", ".join(turn.words("how_many.brand", brand=brand, count=count) for brand, count in brands)


class PriceRange(_CatalogueQuestion):
    """From what price to what price there is something."""

    intent = "price_range"
    looks_afresh = True

    def answer(self, turn: Turn, query: Query, shape: CatalogueShape, earlier: Query | None) -> list[Reply]:
        """The lowest and the highest price."""
        before = None if earlier is None else self.shape(turn, earlier)
        also = self._range(turn, earlier, before) if earlier is not None and before is not None and before.total else []
        return [*self._range(turn, query, shape), *also, *_see_them(turn, query)]

    def _range(self, turn: Turn, query: Query, shape: CatalogueShape) -> list[Reply]:
        what = _what(turn, query)
        if shape.lowest is None or shape.highest is None:
            return [turn.say("shape.no_prices", what=what, count=shape.total)]
        key = "price_range.one" if shape.lowest == shape.highest else "price_range.found"
        said = turn.say(
            key, lowest=turn.money(shape.lowest), highest=turn.money(shape.highest), count=shape.priced, what=what
        )
        return [said]


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
    return chips([_showing(turn, query)])


def _showing(turn: Turn, query: Query) -> Chip:
    return turn.chip(turn.words("chip.see_them"), "search", query=query_to_json(query))
