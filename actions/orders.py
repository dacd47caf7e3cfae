"""Where is my order?"""

from __future__ import annotations

from actions.action import TurnAction
from actions.order_lookup import look_up_order
from actions.replies.schema import Reply
from actions.shop.orders import find_email, find_order_number
from actions.turn import Turn

__all__ = ["Inform", "OrderStatus"]


class OrderStatus(TurnAction):
    """The state of an order, for whoever knows its number and address."""

    intent = "order_status"

    def handle(self, turn: Turn) -> list[Reply]:
        """What the shop's system says, or what has to be known first."""
        return look_up_order(turn, find_order_number(turn.text), find_email(turn.text))


class Inform(TurnAction):
    """A bare order number or address out of the blue; one that was asked for is taken before this."""

    intent = "inform"

    def handle(self, turn: Turn) -> list[Reply]:
        """The same as asking for the order; a text that holds neither is asked about."""
        number, email = find_order_number(turn.text), find_email(turn.text)
        if number is None and email is None:
            return [turn.say("inform.what")]
        return look_up_order(turn, number, email)
