"""What does the shop answer to frequent questions?"""

from __future__ import annotations

from actions.action import TurnAction
from actions.replies.schema import Reply
from actions.shop.knowledge import Passage
from actions.turn import Turn, chips
from feedback.unanswered import note_unanswered

__all__ = ["FrequentQuestion", "quote_passage"]

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
        knowledge, topic = turn.services.knowledge, _TOPICS.get(turn.intent)
        passage = knowledge.about(topic, turn.text) if topic else knowledge.answer(turn.text)
        if passage is not None:
            return quote_passage(turn, passage)
        nearest = next(iter(knowledge.search(turn.text, 1)), None)
        title, score = (nearest.passage.title, nearest.score) if nearest is not None else (None, 0.0)
        now = turn.services.clock.now()
        note_unanswered(turn.changes.session, turn.session_id, turn.id, turn.text, title, score, now)
        return [turn.say("faq.nothing"), *chips([turn.chip(turn.words("chip.human"), "human")])]


def quote_passage(turn: Turn, passage: Passage) -> list[Reply]:
    """The shop's own words, and what they are from."""
    if not passage.topic:
        return [turn.say("faq.policy", answer=passage.text, title=passage.title)]
    titled = f"faq.source.{passage.topic}"
    source = turn.words(titled if titled in turn.phrases else "faq.source")
    return [turn.say("faq.answer", question=passage.title, answer=passage.text, source=source)]
