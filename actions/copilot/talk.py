"""What does the record say of one conversation, for somebody who is about to answer in it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.dialogue.state import DialogueState
from actions.services import Services
from feedback.conversations import Message, find_session, messages_after
from feedback.tables import TurnRow

__all__ = ["Talk", "read_talk"]

_MOST_MESSAGES = 2000


@dataclass(frozen=True)
class Talk:
    """A conversation: whose it is, everything that was said in it, its turns by id, and the dialogue's state."""

    session_id: str
    person_id: str
    channel: str
    messages: Sequence[Message]
    turns: dict[str, TurnRow]
    state: DialogueState

    @cached_property
    def asked(self) -> list[Message]:
        """What the shopper said since anybody last answered them, oldest first."""
        stretch: list[Message] = []
        for message in reversed(self.messages):
            if message.sender == "shopper":
                stretch.append(message)
            elif message.sender == "human" or (message.sender == "bot" and message.turn_id is not None):
                break
        return stretch[::-1]

    @property
    def question(self) -> Message | None:
        """The shopper's last message: what a draft answers."""
        return next((message for message in reversed(self.messages) if message.sender == "shopper"), None)

    @property
    def shopper_words(self) -> str:
        """All that the shopper wrote, oldest first."""
        return "\n".join(str(one.body["text"]) for one in self.messages if one.sender == "shopper")


def read_talk(services: Services, session: Session, session_id: str) -> Talk:
    """The conversation as the record has it.

    Raises:
        NotFoundError: it does not exist (any more).
    """
    conversation = find_session(session, session_id)
    turns = session.scalars(select(TurnRow).where(TurnRow.session_id == session_id))
    return Talk(
        session_id,
        conversation.person_id,
        conversation.channel,
        messages_after(session, session_id, limit=_MOST_MESSAGES),
        {turn.id: turn for turn in turns},
        services.dialogues.load(session, session_id).state,
    )
