"""What happens to the cart and to what is saved for later?

Only products that were shown in this conversation, or that the shopper named by their exact id, get in: nothing a text
merely claims. Price and stock are the catalogue's at that moment.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import replace

from actions.action import TurnAction
from actions.cart_view import cart_reply, cart_total
from actions.dialogue.state import Pending, Shown
from actions.referring import ask_which, products_meant
from actions.replies.schema import Chip, Reply, TextReply
from actions.shop.cart import CartLine
from actions.turn import Turn, chips, shown_item
from feedback.store import Event
from recommender.catalogue.product import Product

__all__ = ["AddToCart", "ChangeCart", "EmptyCart", "SaveForLater", "ShowCart", "ShowSaved"]

# Who says this of what is in the cart already wants to pay for it; who wants one more says so.
_BUYING = re.compile(r"\b(?:buy|purchase|take|have|get|order|check ?out)\b", re.IGNORECASE)
_ONE_MORE = re.compile(r"\b(?:add|put|another|more|again|second|extra|also|too)\b", re.IGNORECASE)
_REMOVING = re.compile(r"\b(remove|delete|drop|take|without|out|no longer|don'?t want|get rid)\b", re.IGNORECASE)
# The last one: "change item 2 to 4".
_NUMBER = re.compile(r"(?<![\w.,#-])(\d{1,2})(?![\w.,-]*\w)")


class AddToCart(TurnAction):
    """Put products into the cart."""

    intent = "add_to_cart"

    def handle(self, turn: Turn) -> list[Reply]:
        """What was added, at which price, and what the cart costs now."""
        reading = turn.read()
        quantity = int(turn.arguments.get("quantity", reading.quantity or 1))
        meant = products_meant(turn, reading)
        if not meant:
            return ask_which(turn, self.intent, quantity=quantity)
        if not turn.pressed and reading.quantity is None and self._only_buys(turn, meant):
            return [turn.say("cart.already", title=meant[0].title), *show_cart(turn)]
        said = [self._add(turn, product, quantity) for product in meant]
        replies: list[Reply] = [*said[:-1], cart_reply(turn, turn.carts.lines(turn.person_id), said[-1].text)]
        turn.state = replace(turn.state, focus=meant[-1].id)
        show = turn.chip(turn.words("chip.cart"), "show_cart")
        sold_out = [
            turn.chip(turn.words("chip.similar"), "similar", item_id=one.id) for one in meant if not one.in_stock
        ]
        return [*replies, *chips([show, *sold_out[:1]])]

    def _only_buys(self, turn: Turn, meant: Sequence[Product]) -> bool:
        if _ONE_MORE.search(turn.text) or not _BUYING.search(turn.text):
            return False
        held = {line.product.id for line in turn.carts.lines(turn.person_id)}
        return all(one.id in held for one in meant)

    def _add(self, turn: Turn, product: Product, quantity: int) -> TextReply:
        if not product.in_stock:
            return turn.say("cart.out_of_stock", title=product.title)
        held = turn.carts.add(turn.person_id, product.id, quantity)
        event_id = uuid.uuid5(uuid.UUID(turn.id), product.id).hex
        turn.feedback.add_events([Event(event_id, turn.person_id, product.id, "cart", turn.services.clock.now())])
        if product.price is None:
            return turn.say("cart.added_unpriced", title=product.title, held=held)
        total = cart_total(turn, turn.carts.lines(turn.person_id))
        return turn.say("cart.added", title=product.title, price=turn.price(product), held=held, total=total)


class ShowCart(TurnAction):
    """What is in the cart."""

    intent = "show_cart"

    def handle(self, turn: Turn) -> list[Reply]:
        """Each line with today's price, and the total."""
        return show_cart(turn)


class ChangeCart(TurnAction):
    """Another quantity of a line, or none of it."""

    intent = "change_cart"

    def handle(self, turn: Turn) -> list[Reply]:
        """The cart as it is afterwards."""
        lines = turn.services.carts.lines(turn.person_id)
        if not lines:
            return [turn.say("cart.empty")]
        in_cart = _in_front(lines)
        reading = turn.read(shown=in_cart)
        line = self._meant(turn, lines, reading.references)
        if line is None:
            return ask_which(turn, self.intent, in_cart, text=turn.text)
        quantity = self._wanted(turn, line, reading.quantity)
        if quantity is None:
            return [turn.say("cart.how_many", title=line.product.title, held=line.quantity)]
        turn.carts.set_quantity(turn.person_id, line.product.id, quantity)
        key = "cart.changed" if quantity else "cart.removed"
        replies: list[Reply] = [turn.say(key, title=line.product.title, held=quantity), *show_cart(turn)]
        if quantity:
            turn.state = replace(turn.state, focus=line.product.id)
        return replies

    def _wanted(self, turn: Turn, line: CartLine, said: int | None) -> int | None:
        """How many of the line there shall be; None when that was not said."""
        if "quantity" in turn.arguments:
            return int(turn.arguments["quantity"])
        if _REMOVING.search(turn.text):
            return 0 if said is None else max(0, line.quantity - said)
        numbers = _NUMBER.findall(turn.text)
        return said if said is not None or not numbers else int(numbers[-1])

    def _meant(self, turn: Turn, lines: Sequence[CartLine], references: Sequence[str]) -> CartLine | None:
        """The line that was pressed or pointed at, the one talked about last, or the only one."""
        by_id = {line.product.id: line for line in lines}
        named = [str(turn.arguments.get("item_id", "")), *references, turn.state.focus or ""]
        found = next((by_id[one] for one in named if one in by_id), None)
        return lines[0] if found is None and len(lines) == 1 else found


class EmptyCart(TurnAction):
    """Everything out of the cart, once the shopper has confirmed it."""

    intent = "empty_cart"

    def handle(self, turn: Turn) -> list[Reply]:
        """The question whether that is really meant."""
        lines = turn.services.carts.lines(turn.person_id)
        if not lines:
            return [turn.say("cart.empty")]
        turn.state = replace(turn.state, pending=Pending("empty_cart"))
        return [turn.say("empty_cart.ask", count=len(lines)), *yes_or_no(turn)]


class SaveForLater(TurnAction):
    """Keep a product for later."""

    intent = "save_for_later"

    def handle(self, turn: Turn) -> list[Reply]:
        """Which product is kept now."""
        meant = products_meant(turn, turn.read())
        if not meant:
            return ask_which(turn, self.intent)
        replies: list[Reply] = []
        for product in meant:
            new = turn.carts.save_for_later(turn.person_id, product.id)
            replies.append(turn.say("saved.done" if new else "saved.already", title=product.title))
        turn.state = replace(turn.state, focus=meant[-1].id)
        return [*replies, *chips([turn.chip(turn.words("chip.saved"), "show_saved")])]


class ShowSaved(TurnAction):
    """What was saved for later."""

    intent = "show_saved"

    def handle(self, turn: Turn) -> list[Reply]:
        """Each saved product with today's price."""
        saved = turn.services.carts.saved(turn.person_id)
        if not saved:
            return [turn.say("saved.none")]
        lines = [turn.words("saved.line", title=one.title, price=turn.price(one)) for one in saved]
        turn.state = replace(
            turn.state, shown=tuple(shown_item(one, None, at) for at, one in enumerate(saved, start=1))
        )
        adding = [
            turn.chip(turn.words("chip.add", title=one.title), "add_to_cart", item_id=one.id)
            for one in saved
            if one.in_stock
        ]
        return [turn.say("saved.list", lines="\n".join(lines)), *chips(adding)]


def show_cart(turn: Turn) -> list[Reply]:
    """The cart line by line; what points at "the second one" means the second line from now on."""
    lines = turn.carts.lines(turn.person_id)
    if not lines:
        return [cart_reply(turn, lines, turn.say("cart.empty").text)]
    turn.state = replace(turn.state, shown=_in_front(lines), focus=None)
    said = "\n".join(_line(turn, line) for line in lines)
    listed = turn.say("cart.list", lines=said, total=cart_total(turn, lines)).text
    cart = cart_reply(turn, lines, listed, listing=True)
    removing = [
        Chip(title=turn.words("chip.remove", title=item.title), payload=item.remove_payload)
        for item in cart.items
        if item.remove_payload is not None
    ]
    empty = turn.chip(turn.words("chip.empty_cart"), "empty_cart")
    return [cart, *chips([*removing, empty])]


def yes_or_no(turn: Turn) -> list[Reply]:
    """Chips that answer a question."""
    return chips([turn.chip(turn.words("chip.yes"), "affirm"), turn.chip(turn.words("chip.no"), "deny")])


def _line(turn: Turn, line: CartLine) -> str:
    product = line.product
    key = "cart.line" if product.in_stock else "cart.line_out_of_stock"
    return turn.words(key, held=line.quantity, title=product.title, price=turn.price(product))


def _in_front(lines: Sequence[CartLine]) -> tuple[Shown, ...]:
    return tuple(shown_item(line.product, None, at) for at, line in enumerate(lines, start=1))
