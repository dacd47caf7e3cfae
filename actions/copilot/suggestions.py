"""How do the drafts for a shopper's last words come to be, once for each turn whoever looks at it?"""

from __future__ import annotations

from dataclasses import dataclass

from actions.copilot.answers import PastAnswers
from actions.copilot.drafts import Drafting
from actions.copilot.talk import Talk, read_talk
from actions.dialogue.state import DialogueState
from actions.services import Services
from feedback.conversations import Message, find_session
from feedback.drafts import Suggested, drafts_for, keep_drafts

__all__ = ["Copilot"]


@dataclass(frozen=True)
class Copilot:
    """Drafts for agents. May be used from any thread."""

    services: Services
    drafting: Drafting

    @classmethod
    def of(cls, services: Services) -> Copilot:
        """The copilot of this shop."""
        past = PastAnswers(services.database, services.encoder)
        return cls(services, Drafting(services, past))

    def warm_up(self) -> None:
        """Load what the first draft would otherwise wait for: the shop's texts, the vocabulary, the index."""
        now = self.services.clock.now()
        said = Message(0, None, None, "shopper", {"type": "text", "text": "a warm hello"}, now)
        self.drafting.suggest(Talk("", "", "", [said], {}, DialogueState()))

    def suggest(self, session_id: str) -> list[Suggested]:
        """The drafts for the shopper's last words; made once for each turn, whoever asks.

        Raises:
            NotFoundError: the conversation does not exist (any more).
        """
        with self.services.database.reading() as session:
            talk = read_talk(self.services, session, session_id)
            turn_id = _turn(talk)
            if turn_id is None:
                return []
            if kept := drafts_for(session, turn_id):
                return kept
        drafts = self.drafting.suggest(talk)
        with self.services.database.transaction() as session:
            find_session(session, session_id)  # the shopper may have been forgotten meanwhile
            return keep_drafts(session, session_id, turn_id, drafts, self.services.clock.now())


def _turn(talk: Talk) -> str | None:
    return talk.question.turn_id if talk.question is not None else None
