"""How does the cart look as a reply?"""

from __future__ import annotations

from collections.abc import Sequence

from actions.replies.schema import CartItem, CartReply
from actions.shop.cart import MOST_OF_ONE, CartLine, totals
from actions.turn import Turn
from recommender.money import decimal_string

__all__ = ["cart_reply", "cart_total", "emptied_cart"]


def cart_reply(turn: Turn, lines: Sequence[CartLine], text: str, *, listing: bool = False) -> CartReply:
    """The cart as it is now. Where it is listed, each line carries what changes it."""
    return CartReply(
        text=text,
        listing=listing,
        items=[_item(turn, line, pressable=listing) for line in lines],
        total=cart_total(turn, lines) if lines else "",
    )


def cart_total(turn: Turn, lines: Sequence[CartLine]) -> str:
    """What the cart costs today, each currency on its own."""
    sums = totals(list(lines))
    return " + ".join(turn.money(amount, currency) for currency, amount in sums.items()) or turn.words("no_price")


def emptied_cart(turn: Turn) -> CartReply:
    """Take everything out of the cart, and show it empty."""
    turn.carts.empty(turn.person_id)
    return cart_reply(turn, [], turn.say("empty_cart.done").text)


def _item(turn: Turn, line: CartLine, *, pressable: bool) -> CartItem:
    product = line.product

    def pressing(key: str, quantity: int) -> str | None:
        if not pressable or quantity > MOST_OF_ONE:
            return None
        title = turn.words(key, title=product.title)
        return turn.chip(title, "change_cart", item_id=product.id, quantity=quantity).payload

    return CartItem(
        id=product.id, title=product.title, brand=product.brand, currency=product.currency,
        price=None if product.price is None else decimal_string(product.price, product.currency),
        line_total=None if line.total is None else decimal_string(line.total, product.currency),
        quantity=line.quantity, in_stock=product.in_stock, image_url=product.image_url, url=product.url,
        more_payload=pressing("chip.more_of", line.quantity + 1),
        fewer_payload=pressing("chip.fewer_of", line.quantity - 1) if line.quantity > 1 else None,
        remove_payload=pressing("chip.remove", 0),
    )  # fmt: skip
