"""What does a thumb change, however it is given, and how is that said?"""

from __future__ import annotations

import re
from typing import ClassVar

from sqlalchemy import select

from actions.action import TurnAction
from actions.dislikes import less_chips, want_less
from actions.referring import ask_which, products_meant
from actions.replies.phrases import Phrases
from actions.replies.schema import Chip, Reply
from actions.turn import Turn, chips
from feedback.store import VoteOutcome
from feedback.tables import ImpressionRow
from recommender.understanding.query import Facet
from recommender.understanding.reading import Reading

__all__ = ["ThumbDown", "ThumbUp", "vote_receipt"]

REASONS = ("too_expensive", "wrong_style", "wrong_size", "not_what_i_asked", "have_it_already")
"""The codes of reasons for a thumb down that are offered to press."""

_SAID_REASONS = {
    "too_expensive": re.compile(
        r"\b(too (expensive|much|pricey|dear)|overpriced|costs? too|over (my )?budget)\b", re.I
    ),
    "wrong_size": re.compile(
        r"\b(too (small|big|large|short|long|tight|loose)|wrong size|won'?t fit|doesn'?t fit)\b", re.I
    ),
    "wrong_style": re.compile(r"\b(ugly|hideous|wrong (style|colou?r)|not my (style|taste)|boring)\b", re.I),
    "have_it_already": re.compile(r"\b(already (have|own|got|bought)|have (it|one|that) already)\b", re.I),
}


class _Thumb(TurnAction):
    value: ClassVar[int]

    def handle(self, turn: Turn) -> list[Reply]:
        """The receipt of what the vote changed, and the way back."""
        value = int(turn.arguments.get("value", self.value))
        impression = turn.arguments.get("impression_id")
        if impression is None:
            reading = turn.read(amend=False)
            brand = _brand_alone(reading)
            if brand is not None and value < 0:
                return want_less(turn, Facet.BRAND, brand, turn.services.understander.written(Facet.BRAND, brand))
            meant = products_meant(turn, turn.read())
            if not meant:
                return ask_which(turn, self.intent)
            impression = _impression_of(turn, meant[0].id)
        if impression is None:
            return [turn.say("vote.not_shown")]
        reason = turn.arguments.get("reason") or (_said_reason(turn.text) if value < 0 else None)
        outcome = turn.feedback.vote(turn.person_id, str(impression), value, reason)
        product = turn.product(outcome.vote.item_id)
        title = product.title if product else turn.words("a_product")
        receipt = turn.quote(vote_receipt(outcome, title, turn.phrases, turn.state.said))
        return [receipt, *chips(self._next(turn, outcome, str(impression)))]

    def _next(self, turn: Turn, outcome: VoteOutcome, impression: str) -> list[Chip]:
        if outcome.vote.value == 0:
            return []
        undo = turn.chip(turn.words("chip.undo"), self.intent, impression_id=impression, value=0)
        if outcome.vote.reason == "too_expensive":
            return [undo, *_cheaper(turn, outcome.vote.item_id)]
        if outcome.vote.value > 0:
            return [undo]
        product = turn.product(outcome.vote.item_id)
        less = [] if product is None else less_chips(turn, product)
        if outcome.vote.reason is not None:
            return [undo, *less]
        why = [
            turn.chip(turn.words(f"reason_code.{code}"), "thumb_down", impression_id=impression, value=-1, reason=code)
            for code in REASONS
        ]
        return [undo, *less, *why]


class ThumbUp(_Thumb):
    """The shopper likes a product."""

    intent = "thumb_up"
    value = 1


class ThumbDown(_Thumb):
    """The shopper does not want a product."""

    intent = "thumb_down"
    value = -1


def vote_receipt(outcome: VoteOutcome, title: str, phrases: Phrases, said: tuple[str, ...] = ()) -> str:
    """One sentence on what a vote changed from the next reply on; only what really follows from it is claimed."""
    value = outcome.vote.value
    if not outcome.changed:
        return phrases.say("vote.unchanged", said, title=title)
    if value == 0:
        key = "vote.undone_down" if outcome.previous_value < 0 else "vote.undone_up"
    elif value < 0:
        key = "vote.down_with_reason" if outcome.vote.reason else "vote.down"
    else:
        key = "vote.up"
    return phrases.say(key, said, title=title)


def _cheaper(turn: Turn, item_id: str) -> list[Chip]:
    """A chip for what costs less than the product, where there is a search that it came from."""
    priced = any(one.id == item_id and one.price is not None for one in turn.state.shown)
    if turn.state.query is None or not priced:
        return []
    title = turn.words("chip.cheaper")
    return [turn.chip(title, "refine", text=title, item_id=item_id)]


def _brand_alone(reading: Reading) -> str | None:
    """The brand that is named where no product is pointed at: "never show me Norda again"."""
    brands = [one for one in reading.query.constraints if one.facet is Facet.BRAND]
    return None if reading.references or not brands else brands[0].values[0]


def _said_reason(text: str) -> str | None:
    return next((code for code, pattern in _SAID_REASONS.items() if pattern.search(text)), None)


def _impression_of(turn: Turn, item_id: str) -> str | None:
    """The newest impression of the product in this conversation."""
    in_front = next((one.impression_id for one in turn.state.shown if one.id == item_id), None)
    if in_front is not None:
        return in_front
    newest = (
        select(ImpressionRow.id)
        .where(ImpressionRow.session_id == turn.session_id, ImpressionRow.item_id == item_id)
        .order_by(ImpressionRow.created_at.desc())
        .limit(1)
    )
    with turn.services.database.reading() as session:
        return session.scalar(newest)
