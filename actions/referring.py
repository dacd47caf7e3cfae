"""Which products does the shopper mean: by pressing, by pointing ("the second one", "it"), or by id?"""

from __future__ import annotations

import re

from actions.dialogue.state import Shown
from actions.replies.schema import Reply
from actions.turn import Turn, chips
from recommender.catalogue.product import Product
from recommender.understanding.reading import Reading

__all__ = ["ask_which", "products_meant"]

# An id is named as one, or is long and holds a digit: a bare "2" is a position or a quantity.
_NAMED_ID = re.compile(r"(?:\b(?:item|product|id|sku|asin)|#)\s*[:#]?\s*([\w.-]{1,200})", re.IGNORECASE)
_LONG_ID = re.compile(r"(?<![\w.-])(?=[\w.-]*\d)[\w-]{6,200}(?![\w-])")


def products_meant(turn: Turn, reading: Reading) -> list[Product]:
    """The products meant, in the order they were named; empty when that cannot be told.

    What was pressed comes first, then what points at products in front of the shopper, then an exact id, then the
    product talked about last, then the only one in front of the shopper, then the one whose page they are on. Each was
    shown in this conversation or on that page, or the shopper named its id.
    """
    ids = _pressed(turn) or list(reading.references) or _named_by_id(turn)
    if not ids and turn.state.focus is not None:
        ids = [turn.state.focus]
    if not ids and len(turn.state.shown) == 1:
        ids = [turn.state.shown[0].id]
    if not ids and turn.state.page is not None and not turn.state.shown:
        ids = [turn.state.page]
    products = turn.services.catalogue.get(ids)
    return [products[one] for one in dict.fromkeys(ids) if one in products]


def ask_which(turn: Turn, intent: str, shown: tuple[Shown, ...] | None = None, **arguments: object) -> list[Reply]:
    """Ask which of the products in front of the shopper is meant; pressing one goes on with `intent`."""
    candidates = turn.state.shown if shown is None else shown
    if not candidates:
        return [turn.say("which.none")]
    options = [turn.chip(one.title, intent, item_id=one.id, **arguments) for one in candidates]
    return [turn.say("which.one"), *chips(options)]


def _pressed(turn: Turn) -> list[str]:
    if "item_id" in turn.arguments:
        return [str(turn.arguments["item_id"])]
    return [str(one) for one in turn.arguments.get("item_ids", ())]


def _named_by_id(turn: Turn) -> list[str]:
    if turn.pressed:
        return []
    candidates = [*_NAMED_ID.findall(turn.text), *_LONG_ID.findall(turn.text)]
    known = turn.services.catalogue.get(candidates) if candidates else {}
    return [one for one in candidates if one in known]
