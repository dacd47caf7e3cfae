"""What does the assistant know about the person it talks with, and how do they make it forget?"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from sqlalchemy import func, select

from actions.action import TurnAction
from actions.cart import yes_or_no
from actions.dialogue.state import Pending
from actions.replies.schema import Reply
from actions.turn import Turn, chips
from feedback.tables import ImpressionRow, SessionRow, TurnRow

__all__ = ["ForgetMe", "WhatYouKnow"]

_NAMED_TITLES = 5


class WhatYouKnow(TurnAction):
    """What do you know about me?"""

    intent = "what_you_know"

    def handle(self, turn: Turn) -> list[Reply]:
        """Everything that is kept of this person, from the records, and how to have it erased."""
        services, person = turn.services, turn.person_id
        with services.database.reading() as session:
            own = SessionRow.person_id == person
            conversations = session.scalar(select(func.count()).select_from(SessionRow).where(own)) or 0
            messages = select(func.count()).select_from(TurnRow).join(SessionRow, SessionRow.id == TurnRow.session_id)
            said = session.scalar(messages.where(own)) or 0
            impressions = select(func.count()).select_from(ImpressionRow).where(ImpressionRow.person_id == person)
            shown = session.scalar(impressions) or 0
        votes = services.feedback.votes(person)
        facts = [
            turn.words("know.conversations", count=conversations, said=said),
            turn.words("know.shown", count=shown),
        ]
        for key, value in (("know.liked", 1), ("know.disliked", -1)):
            ids = list(dict.fromkeys(vote.item_id for vote in votes if vote.value == value))
            if ids:
                facts.append(turn.words(key, count=len(ids), titles=self._titles(turn, ids)))
        events = Counter(event.kind for event in services.feedback.events(person))
        facts += [turn.words("know.events", kind=kind, count=count) for kind, count in sorted(events.items())]
        cart = [line.product.id for line in services.carts.lines(person)]
        saved = [product.id for product in services.carts.saved(person)]
        for key, ids in (("know.cart", cart), ("know.saved", saved)):
            if ids:
                facts.append(turn.words(key, count=len(ids), titles=self._titles(turn, ids)))
        forget = turn.chip(turn.words("intent.forget_me"), "forget_me")
        return [turn.say("know.list", facts="\n".join(f"• {fact}" for fact in facts)), *chips([forget])]

    def _titles(self, turn: Turn, ids: list[str]) -> str:
        products = turn.services.catalogue.get(ids)
        titles = [products[one].title if one in products else turn.words("a_product") for one in ids[:_NAMED_TITLES]]
        return ", ".join(titles) + (" …" if len(ids) > _NAMED_TITLES else "")


class ForgetMe(TurnAction):
    """Forget everything about me."""

    intent = "forget_me"

    def handle(self, turn: Turn) -> list[Reply]:
        """The question whether that is really meant."""
        turn.state = replace(turn.state, pending=Pending("forget_me"))
        return [turn.say("forget_me.ask"), *yes_or_no(turn)]
