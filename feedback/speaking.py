"""Who speaks in a conversation, and how does a message get into it?

Whoever adds to a conversation, or changes who speaks there, first locks the row of its session (SQLite locks the whole
record). So the messages of one conversation are numbered in the order they were committed, and of two who want to speak
one finds that the other does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import insert
from sqlalchemy.orm import Session

from feedback.tables import MessageRow, SessionRow
from recommender.errors import NotFoundError

__all__ = [
    "Sender",
    "Speaker",
    "add_message",
    "add_messages",
    "change_speaker",
    "known",
    "lock_conversation",
    "new_rasa_session",
]

Speaker = Literal["bot", "queued", "human", "closed"]
Sender = Literal["shopper", "bot", "human"]


def lock_conversation(session: Session, session_id: str) -> SessionRow:
    """The conversation, which nobody else adds to until the transaction ends.

    Raises:
        NotFoundError: there is none (any more).
    """
    return known(session.get(SessionRow, session_id, with_for_update=True, populate_existing=True))


def known(row: SessionRow | None) -> SessionRow:
    """The row.

    Raises:
        NotFoundError: there is none.
    """
    if row is None:
        raise NotFoundError("This conversation does not exist any more; open a new session.")
    return row


def change_speaker(conversation: SessionRow, speaker: Speaker) -> None:
    """From now on `speaker` has the (locked) conversation; the assistant begins with a new Rasa session."""
    conversation.speaker = speaker
    conversation.speaker_version += 1
    if speaker == "bot":
        new_rasa_session(conversation)


def new_rasa_session(conversation: SessionRow) -> None:
    """Rasa will not remember the turns before this moment; what they were about lies in the dialogue's state."""
    conversation.rasa_session += 1
    conversation.rasa_turns = 0


def add_message(
    session: Session,
    session_id: str,
    sender: Sender,
    body: Mapping[str, Any],
    now: datetime,
    *,
    turn_id: str | None = None,
    agent: str | None = None,
) -> MessageRow:
    """Say something in the (locked) conversation; `agent` is the display name of a person of the shop."""
    row = MessageRow(
        session_id=session_id, turn_id=turn_id, sender=sender, agent=agent, body=dict(body), created_at=now
    )
    session.add(row)
    session.flush()
    return row


def add_messages(
    session: Session, session_id: str, sender: Sender, bodies: Sequence[Mapping[str, Any]], now: datetime, turn_id: str
) -> None:
    """Say several things in a row in the (locked) conversation, with one statement."""
    rows = [
        {"session_id": session_id, "turn_id": turn_id, "sender": sender, "body": dict(body), "created_at": now}
        for body in bodies
    ]
    if rows:
        session.execute(insert(MessageRow), rows)
