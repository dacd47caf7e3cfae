"""What does the shop answer to frequent questions, and how does a shopper reach a person?"""

from __future__ import annotations

from actions.action import TurnAction
from actions.replies.schema import HandoffReply, Reply
from actions.shop.faq import FaqEntry
from actions.shop.tables import HandoffRow
from actions.turn import Turn, chips

__all__ = ["AskHuman", "FrequentQuestion", "quote_faq"]

_TOPICS = {
    "faq_shipping": "shipping",
    "faq_returns": "returns",
    "faq_payment": "payment",
    "faq_hours": "hours",
}


class FrequentQuestion(TurnAction):
    """Shipping, returns, payment and opening hours."""

    intent = "faq"

    def handle(self, turn: Turn) -> list[Reply]:
        """The shop's own words, with their source; when the shop says nothing on it, so is said."""
        topic = _TOPICS.get(turn.intent)
        entry = turn.services.faq.about(topic, turn.text) if topic else turn.services.faq.matching(turn.text)
        if entry is not None:
            return quote_faq(turn, entry)
        return [turn.say("faq.nothing"), *chips([turn.chip(turn.words("chip.human"), "human")])]


class AskHuman(TurnAction):
    """A shopper wants a person."""

    intent = "human"

    def handle(self, turn: Turn) -> list[Reply]:
        """Keep the request, and say honestly that nobody is there to take it now."""
        asked_at = turn.services.clock.now()
        turn.changes.session.add(HandoffRow(session_id=turn.session_id, reason="asked", requested_at=asked_at))
        email = turn.services.settings.shop_email
        text = turn.say("human.email", email=email) if email else turn.say("human.nobody")
        return [HandoffReply(status="unavailable", text=text.text, email=email)]


def quote_faq(turn: Turn, entry: FaqEntry) -> list[Reply]:
    """The shop's answer, word for word."""
    return [turn.say("faq.answer", question=entry.question, answer=entry.answer, source=turn.services.faq.source)]
