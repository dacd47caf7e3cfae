"""What has happened in a conversation so far, under fixed headings, for somebody who takes it over?

Every statement is read from a record and names the message it rests on; nothing is put in other words by a model. What
is short enough to be read at a glance is not summarised.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.copilot.talk import Talk
from actions.replies.labels import constraint_label
from actions.services import Services
from actions.shop.orders import find_email, find_order_number
from feedback.conversations import Message
from feedback.desk_tables import UnansweredRow
from feedback.handoff_tables import HandoffRow
from feedback.tables import ImpressionRow, VoteRow
from recommender.money import money_in_words

__all__ = ["FEWEST_WORDS", "HEADINGS", "Heading", "Statement", "Summary", "summarise"]

Heading = Literal["wants", "shown and said", "done", "open", "next"]
HEADINGS: Final[tuple[Heading, ...]] = ("wants", "shown and said", "done", "open", "next")

FEWEST_WORDS: Final = 38
"""A conversation of fewer words is read faster than its summary (the measure of Dynamics 365: 50 tokens)."""

_QUOTED = 140
_TITLES = 3


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence and the message it rests on."""

    text: str
    message_id: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The statements under each heading; a heading without any is empty."""

    parts: dict[Heading, list[Statement]]


def summarise(services: Services, session: Session, talk: Talk) -> Summary | None:
    """The conversation so far; None while there is too little to summarise."""
    said = " ".join(str(one.body["text"]) for one in talk.messages if one.body.get("text"))
    if len(said.split()) < FEWEST_WORDS or talk.question is None:
        return None
    return Summary(
        {
            "wants": list(_wants(services, talk)),
            "shown and said": list(_shown_and_said(services, session, talk)),
            "done": list(_done(services, session, talk)),
            "open": list(_open(session, talk)),
            "next": list(_next(session, talk)),
        }
    )


def _wants(services: Services, talk: Talk) -> Iterator[Statement]:
    asked = [one for one in talk.messages if one.sender == "shopper"]
    first, last = asked[0], asked[-1]
    yield Statement(f"First words: “{_quoted(first)}”", first.id)
    query = talk.state.query
    if query is not None:

        def limit(amount: Decimal) -> str:
            return money_in_words(amount, services.currency, services.settings.locale, brief=True)

        written = services.understander.written
        labels = [constraint_label(one, services.phrases, limit, written) for one in query.constraints]
        wanted = ", ".join(filter(None, [query.text, *labels]))
        if wanted:
            yield Statement(f"Search in force: {wanted}", _searched(talk, last).id)


def _shown_and_said(services: Services, session: Session, talk: Talk) -> Iterator[Statement]:
    for message in talk.messages:
        if message.body["type"] in ("products", "comparison"):
            titles = [str(item["title"]) for item in message.body["items"]]
            more = f" and {len(titles) - _TITLES} more" if len(titles) > _TITLES else ""
            verb = "compared" if message.body["type"] == "comparison" else "shown"
            yield Statement(f"{_who(message)} {verb}: {', '.join(titles[:_TITLES])}{more}", message.id)
        elif message.sender == "human" and message.body["type"] == "text":
            yield Statement(f"{_who(message)}: “{_quoted(message)}”", message.id)
        elif message.sender == "bot" and message.body["type"] == "text" and _is_answer(talk, message):
            yield Statement(f"Assistant, to a question: “{_quoted(message)}”", message.id)
    votes = session.execute(
        select(VoteRow.value, VoteRow.reason, ImpressionRow.item_id, ImpressionRow.turn_id)
        .join(ImpressionRow, ImpressionRow.id == VoteRow.impression_id)
        .where(ImpressionRow.session_id == talk.session_id, VoteRow.value != 0)
        .order_by(VoteRow.updated_at)
    ).all()
    products = services.catalogue.get([item_id for _, _, item_id, _ in votes])
    for value, reason, item_id, turn_id in votes:
        title = products[item_id].title if item_id in products else item_id
        because = f" ({reason})" if reason else ""
        yield Statement(f"{'Liked' if value > 0 else 'Disliked'}: {title}{because}", _of_turn(talk, turn_id))


def _done(services: Services, session: Session, talk: Talk) -> Iterator[Statement]:
    for turn_id, turn in talk.turns.items():
        done = {
            "add_to_cart": "Put something into the cart",
            "change_cart": "Changed the cart",
            "empty_cart": "Asked to empty the cart",
            "save_for_later": "Saved something for later",
        }.get(turn.intent or "")
        if done and turn.status == "answered":
            yield Statement(f"{done}: “{turn.text[:_QUOTED]}”", _of_turn(talk, turn_id))
    for line in services.carts.lines(talk.person_id):
        price = "" if line.total is None else (
            f" ({money_in_words(line.total, line.product.currency, services.settings.locale)})"
        )  # fmt: skip
        yield Statement(f"In the cart now: {line.quantity} × {line.product.title}{price}", talk.messages[-1].id)
    rows = session.scalars(select(HandoffRow).where(HandoffRow.session_id == talk.session_id).order_by(HandoffRow.id))
    for row in rows:
        if row.contact_email:
            told = next((one for one in talk.messages if row.contact_email in str(one.body.get("text", ""))), None)
            yield Statement(f"Address for an answer: {row.contact_email}", (told or talk.messages[-1]).id)


def _open(session: Session, talk: Talk) -> Iterator[Statement]:
    for message in talk.asked:
        yield Statement(f"Not answered yet: “{_quoted(message)}”", message.id)
    unanswered = session.scalars(
        select(UnansweredRow).where(UnansweredRow.session_id == talk.session_id, UnansweredRow.settled_at.is_(None))
    )
    for row in unanswered:
        yield Statement(f"The shop's texts had no answer to: “{row.text[:_QUOTED]}”", _of_turn(talk, row.turn_id))
    pending = talk.state.pending
    if pending is not None:
        questions = {
            "order": "The assistant still waits for an order's number and address",
            "contact": "The assistant still waits for an e-mail address",
            "empty_cart": "The assistant asked whether to empty the cart",
            "forget_me": "The assistant asked whether to forget the shopper",
        }
        yield Statement(questions[pending.kind], talk.messages[-1].id)


def _next(session: Session, talk: Talk) -> Iterator[Statement]:
    words = talk.shopper_words.splitlines()
    number = next((found for line in reversed(words) if (found := find_order_number(line))), None)
    email = next((found for line in reversed(words) if (found := find_email(line))), None)
    last = talk.messages[-1].id
    if talk.asked:
        yield Statement("Answer the last message", talk.asked[-1].id)
    if number and not email:
        yield Statement(f"Ask for the e-mail address of order {number}", last)
    if number and email:
        yield Statement(f"Look up order {number}", last)
    liked = select(VoteRow.item_id).join(ImpressionRow, ImpressionRow.id == VoteRow.impression_id)
    any_liked = session.scalar(liked.where(ImpressionRow.session_id == talk.session_id, VoteRow.value > 0).limit(1))
    if talk.state.shown and any_liked is None:
        count = len(talk.state.shown)
        which = (
            f"which of the {count} products shown last comes closest" if count > 1 else "what they think of the product"
        )
        yield Statement(f"Ask {which}", last)


def _quoted(message: Message) -> str:
    text = " ".join(str(message.body["text"]).split())
    return text if len(text) <= _QUOTED else text[:_QUOTED] + "…"


def _who(message: Message) -> str:
    return message.agent or "Assistant"


def _searched(talk: Talk, default: Message) -> Message:
    """The shopper's message that the search in force was last changed by."""
    searching = {"search", "refine", "more", "drop_constraint", "relax"}
    own = [one for one in talk.messages if one.sender == "shopper" and one.turn_id in talk.turns]
    return next((one for one in reversed(own) if talk.turns[one.turn_id or ""].intent in searching), default)


def _is_answer(talk: Talk, message: Message) -> bool:
    turn = talk.turns.get(message.turn_id or "")
    return turn is not None and (turn.intent or "").startswith(("faq", "order_status", "inform"))


def _of_turn(talk: Talk, turn_id: str) -> int:
    return next((one.id for one in talk.messages if one.turn_id == turn_id), talk.messages[-1].id)
