"""What does the shop answer to frequent questions?"""

from __future__ import annotations

from actions.action import TurnAction
from actions.replies.schema import Reply
from actions.shop.faq import FaqEntry
from actions.turn import Turn, chips

__all__ = ["FrequentQuestion", "quote_faq"]

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


def quote_faq(turn: Turn, entry: FaqEntry) -> list[Reply]:
    """The shop's answer, word for word, and what it is from."""
    titled = f"faq.source.{entry.topic}"
    source = turn.words(titled if titled in turn.services.phrases else "faq.source")
    return [turn.say("faq.answer", question=entry.question, answer=entry.answer, source=source)]
