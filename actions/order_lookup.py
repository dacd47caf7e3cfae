"""What is said about an order, and what still has to be asked for before anything may be said?"""

from __future__ import annotations

from dataclasses import replace

from actions.dialogue.state import Pending
from actions.replies.phrases import Phrases
from actions.replies.schema import Reply
from actions.shop.orders import Order
from actions.turn import Turn

__all__ = ["MOST_FAILED_ORDERS", "details_in_words", "look_up_order", "what_lacks"]

MOST_FAILED_ORDERS = 5
"""How often one conversation may name an order that is not found: after that it could only be guessing."""


def look_up_order(turn: Turn, number: str | None, email: str | None) -> list[Reply]:
    """Say what the shop's system says of the order, once both number and address are known; else ask for what lacks."""
    state = turn.state
    if state.failed_orders >= MOST_FAILED_ORDERS:
        turn.state = replace(state, pending=None)
        return [turn.say("order.too_often")]
    if number is None or email is None:
        turn.state = replace(state, pending=Pending("order", number, email))
        return [turn.say(what_lacks(number, email))]
    order = turn.services.orders.find(number, email)
    if order is None:
        # The same words whichever of the two was wrong: an answer must not confirm half of a guess.
        turn.state = replace(state, pending=None, failed_orders=state.failed_orders + 1)
        return [turn.say("order.not_found")]
    turn.state = replace(state, pending=None)
    details = details_in_words(turn.phrases, order)
    return [turn.say("order.found", number=order.number, status=order.status, details=details)]


def what_lacks(number: str | None, email: str | None) -> str:
    """The key of the phrase that asks for whichever is not known yet, an order's number or the address with it."""
    if number is not None:
        return "order.ask_email"
    return "order.ask_both" if email is None else "order.ask_number"


def details_in_words(phrases: Phrases, order: Order) -> str:
    """A sentence for everything that is known of an order beside its status, each after a space."""
    said = [
        phrases.say(f"order.{name}", value=value)
        for name, value in (
            ("placed_on", order.placed_on),
            ("carrier", order.carrier),
            ("tracking", order.tracking),
            ("expected_on", order.expected_on),
        )
        if value
    ]
    return "".join(f" {sentence}" for sentence in said)
