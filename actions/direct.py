"""What is answered when Rasa is not there to say what was meant?"""

from __future__ import annotations

from actions.action import TurnAction, Understood, answer_turn
from actions.finding import search_for
from actions.registry import action_for
from actions.replies.schema import Reply
from actions.services import Services
from actions.shop_questions import quote_passage
from actions.turn import Turn, TurnAnswer
from feedback.conversations import find_turn
from feedback.payloads import find_payload

__all__ = ["answer_directly"]


class _WithoutRasa(TurnAction):
    """Takes whatever is written for a search, unless the shop's own questions hold it, and says so."""

    intent = "direct"

    def handle(self, turn: Turn) -> list[Reply]:
        """The shop's answer, or what a search for the text finds."""
        passage = turn.services.knowledge.answer(turn.text)
        if passage is not None:
            return quote_passage(turn, passage)
        return [turn.say("direct.limited"), *search_for(turn, turn.read())]


def answer_directly(services: Services, session_id: str, turn_id: str) -> TurnAnswer:
    """Answer a turn without Rasa: what was pressed means exactly what it did, what was written is searched for.

    Raises:
        NotFoundError: the conversation or the turn does not exist (any more).
    """
    with services.database.reading() as session:
        row = find_turn(session, turn_id)
        pressed = row.payload_id and find_payload(session, session_id, row.payload_id).intent
    action = action_for(pressed) if pressed else _WithoutRasa()
    return answer_turn(services, action, session_id, turn_id, Understood(pressed) if pressed else None)
