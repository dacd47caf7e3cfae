"""What is said of single products: details, or two side by side?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from actions.action import TurnAction
from actions.attributes import telling_attributes
from actions.dialogue.state import Listing
from actions.matching import meets
from actions.referring import ask_which, products_meant
from actions.replies.schema import ComparisonReply, ComparisonRow, ProductsReply, Reply
from actions.similar import similar_to
from actions.turn import Turn, chips, shortened
from recommender.catalogue.product import Product
from recommender.index.terms import content_words
from recommender.search.port import Hit
from recommender.understanding.query import Constraint, Facet, Op, Query

__all__ = ["Compare", "Details", "ShowItem", "show_details"]

# "Does it come in black", "is it leather": about one product, whether it is so.
_WHETHER = re.compile(
    r"^\W*(?:and |but |so |ok )?(?:is|are|does|do|has|have|can|was)\b|\b(?:comes?|available) in\b|\bmade (?:of|from)\b",
    re.IGNORECASE,
)
_ASKED_WITH = frozenset({"any", "come", "comes", "does", "good", "got", "has", "made", "one", "really", "there"})
_ASKED_WORDS = 3
"""A longer question is about more than a word."""
_BETTER = re.compile(r"\b(?:better|best|prefer|recommend|should i|would you)\b", re.IGNORECASE)
_DESCRIPTION_CHARACTERS = 400
_NAMED_ATTRIBUTES = 6
_COMPARED = 4
_COMPARED_ATTRIBUTES = 8


class Details(TurnAction):
    """Everything the catalogue says of one product."""

    intent = "details"

    def handle(self, turn: Turn) -> list[Reply]:
        """The product's card and its description in the shop's own words; of a condition, whether it is met."""
        reading = turn.read()
        meant = products_meant(turn, reading)
        if not meant:
            return ask_which(turn, self.intent)
        asking = not turn.pressed and bool(_WHETHER.search(turn.text))
        return _whether(turn, meant[0]) if asking else show_details(turn, meant[0])


class ShowItem(TurnAction):
    """Show the product whose chip was pressed."""

    intent = "show_item"

    def handle(self, turn: Turn) -> list[Reply]:
        """The same as its details."""
        product = turn.product(str(turn.arguments["item_id"]))
        return [turn.say("gone")] if product is None else show_details(turn, product)


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


def _whether(turn: Turn, product: Product) -> list[Reply]:
    """Whether the product is as it was asked for, by the shop's record.

    A colour it has not leads to what is most like it and has it. Of a word it is said whether the record has it: that
    "waterproof" is in a text does not make the product so.
    """
    reading = turn.read(amend=True, previous=Query())
    title = shortened(product.title)
    if reading.added:
        said = {"title": title, "labels": ", ".join(turn.label(one) for one in reading.added)}
        if all(meets(product, one) for one in reading.added):
            return [turn.say("details.is_so", **said), *show_details(turn, product)]
        return [turn.say("details.not_so", **said), *similar_to(turn, product, reading.added)]
    asked = [word for word in content_words(reading.query.text) if word.casefold() not in _ASKED_WITH]
    if not asked or len(asked) > _ASKED_WORDS:
        return show_details(turn, product)
    word = Constraint(Facet.WORD, Op.ANY_OF, (" ".join(asked),))
    key = "details.mentioned" if meets(product, word) else "details.not_mentioned"
    return [turn.say(key, title=title, words=" ".join(asked)), *show_details(turn, product)]


def show_details(turn: Turn, product: Product) -> list[Reply]:
    """The product's card, what the shop says of it, and what can be done with it."""
    cards, shown = turn.record([Hit(product.id, 0.0)], Listing("details"), {})
    # Looking closer at one product leaves the list it came from where it is: "the third one" still works.
    in_list = any(one.id == product.id for one in turn.state.shown)
    turn.state = replace(turn.state, shown=turn.state.shown if in_list else shown, focus=product.id)
    description = _shortened(product.description)
    denied = turn.words("attribute.no")
    telling = {name: value for name, value in _attributes(turn, product).items() if value != denied}
    attributes = "; ".join(f"{name}: {value}" for name, value in list(telling.items())[:_NAMED_ATTRIBUTES])
    said = [part for part in (description, attributes) if part]
    facts = {
        "title": product.title,
        "price": turn.price(product),
        "stock": turn.words("in_stock" if product.in_stock else "out_of_stock"),
    }
    text = turn.say("details.text", **facts, text="\n".join(said)) if said else turn.say("details.nothing", **facts)
    add = [turn.chip(turn.words("chip.add_this"), "add_to_cart", item_id=product.id)] if product.in_stock else []
    actions = [
        *add,
        turn.chip(turn.words("chip.save"), "save_for_later", item_id=product.id),
        turn.chip(turn.words("chip.similar"), "similar", item_id=product.id),
    ]
    return [text, ProductsReply(items=cards), *chips(actions)]


def _attributes(turn: Turn, product: Product) -> dict[str, str]:
    return telling_attributes(product, turn.words("attribute.yes"), turn.words("attribute.no"))


def _shortened(text: str) -> str:
    if len(text) <= _DESCRIPTION_CHARACTERS:
        return text
    return text[:_DESCRIPTION_CHARACTERS].rsplit(" ", 1)[0] + " …"


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
    telling = [_attributes(turn, one) for one in products]
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
