"""Does what was just said answer the question the assistant had asked?

A pending question is answered first, whatever Rasa takes the text for. A digression leaves it pending: the assistant
answers the digression, reminds of the question, and gives it up after `DIGRESSIONS` of them.
"""

from __future__ import annotations

import re
from dataclasses import replace

from actions.cart_view import emptied_cart
from actions.dialogue.state import Pending
from actions.order_lookup import look_up_order
from actions.replies.schema import Reply
from actions.shop.orders import find_email, find_order_number
from actions.turn import Turn
from feedback.handoff import keep_email
from feedback.privacy import erase
from recommender.catalogue.words import fold

__all__ = ["DIGRESSIONS", "remind", "settle"]

DIGRESSIONS = 2

_YES = frozenset(
    [
        "yes",
        "yeah",
        "yep",
        "yup",
        "y",
        "ok",
        "okay",
        "sure",
        "please",
        "confirm",
        "confirmed",
        "definitely",
        "absolutely",
        "correct",
        "do",
    ]
)
_NO = frozenset(["no", "nope", "nah", "n", "cancel", "dont", "don't", "not", "stop", "never", "keep", "wait"])
_FILLER = frozenset(
    [
        "my",
        "the",
        "its",
        "it",
        "it's",
        "is",
        "order",
        "number",
        "no",
        "nr",
        "and",
        "email",
        "e-mail",
        "mail",
        "address",
        "here",
        "i",
        "with",
        "was",
        "placed",
        "on",
    ]
)
_WORD = re.compile(r"[\w'@.+#-]+")
_CALLED_OFF = re.compile(
    r"(?:no[, ]+|ok[, ]+|just )?(?:cancel|stop|quit|abort|never ?mind|(?:forget|skip|leave|drop|cancel) (?:it|that))"
    r"(?:[, ]+(?:please|thanks|then))?[.! ]*"
)


def settle(turn: Turn, intent: str) -> list[Reply] | None:
    """The replies that answer the pending question; None when there is none or this is about something else."""
    pending = turn.state.pending
    if pending is None:
        return None
    if pending.kind == "order":
        return _order(turn, pending, intent)
    if pending.kind == "contact":
        return _contact(turn, intent)
    answer = _yes_or_no(turn, intent)
    if answer is None:
        return None
    turn.state = replace(turn.state, pending=None)
    if not answer:
        return [turn.say(f"{pending.kind}.kept")]
    if pending.kind == "empty_cart":
        return [emptied_cart(turn)]
    return _forget(turn)


def remind(turn: Turn, pending: Pending) -> Reply:
    """The pending question once more, after something else was answered."""
    return turn.say(f"{pending.kind}.remind")


def _order(turn: Turn, pending: Pending, intent: str) -> list[Reply] | None:
    if _calls_off(turn, intent) and not find_order_number(turn.text):
        turn.state = replace(turn.state, pending=None)
        return [turn.say("order.kept")]
    if turn.pressed:
        return None
    number, email = find_order_number(turn.text), find_email(turn.text)
    if number is None and email is None:
        return None
    if intent not in ("order_status", "inform") and not _says_little_else(turn.text, number, email):
        return None
    return look_up_order(turn, number or pending.order_number, email or pending.email)


def _contact(turn: Turn, intent: str) -> list[Reply] | None:
    """Nobody of the shop was there: where the answer is to be sent."""
    email = find_email(turn.text)
    if email is not None and not turn.pressed and keep_email(turn.changes.session, turn.session_id, email):
        turn.state = replace(turn.state, pending=None)
        return [turn.say("handoff.email_kept", email=email)]
    if _calls_off(turn, intent):
        turn.state = replace(turn.state, pending=None)
        return [turn.say("contact.kept")]
    return None


def _calls_off(turn: Turn, intent: str) -> bool:
    return intent == "deny" or (not turn.pressed and bool(_CALLED_OFF.fullmatch(fold(turn.text).strip())))


def _says_little_else(text: str, number: str | None, email: str | None) -> bool:
    rest = [word.strip(".#-").casefold() for word in _WORD.findall(text) if word.strip(".#-") not in (number, email)]
    return sum(word not in _FILLER for word in rest if word) <= 1


def _yes_or_no(turn: Turn, intent: str) -> bool | None:
    if turn.pressed:
        return {"affirm": True, "deny": False}.get(intent)
    words = [word.strip(".").casefold() for word in _WORD.findall(turn.text)]
    if not words or len(words) > 5:
        return None
    # "no, keep it" and "yes please": the first word that says either decides.
    said = next((word for word in words if word in _YES or word in _NO), None)
    if said is None:
        return {"affirm": True, "deny": False}.get(intent)
    return said in _YES


def _forget(turn: Turn) -> list[Reply]:
    receipt = erase(turn.services.database, turn.person_id)
    turn.erased = True
    if not receipt.complete:
        return [turn.say("forget_me.incomplete", left=sum(receipt.remaining.values()))]
    return [turn.say("forget_me.done", erased=sum(receipt.erased.values()))]
