"""What is said of one product when somebody looks at it?"""

from __future__ import annotations

from dataclasses import replace

from actions.attributes import telling_attributes
from actions.dialogue.state import Listing
from actions.replies.schema import ProductsReply, Reply
from actions.turn import Turn, chips
from recommender.catalogue.product import Product
from recommender.search.port import Hit

__all__ = ["attributes_of", "show_details"]

_DESCRIPTION_CHARACTERS = 400
_NAMED_ATTRIBUTES = 6


def show_details(turn: Turn, product: Product) -> list[Reply]:
    """The product's card, what the shop says of it, and what can be done with it."""
    cards, shown = turn.record([Hit(product.id, 0.0)], Listing("details"), {})
    # Looking closer at one product leaves the list it came from where it is: "the third one" still works.
    in_list = any(one.id == product.id for one in turn.state.shown)
    turn.state = replace(turn.state, shown=turn.state.shown if in_list else shown, focus=product.id)
    description = _shortened(product.description)
    denied = turn.words("attribute.no")
    telling = {name: value for name, value in attributes_of(turn, product).items() if value != denied}
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


def attributes_of(turn: Turn, product: Product) -> dict[str, str]:
    """The attributes of `product` that tell a shopper something, by readable name, in the shopper's language."""
    return telling_attributes(product, turn.words("attribute.yes"), turn.words("attribute.no"))


def _shortened(text: str) -> str:
    if len(text) <= _DESCRIPTION_CHARACTERS:
        return text
    return text[:_DESCRIPTION_CHARACTERS].rsplit(" ", 1)[0] + " …"
