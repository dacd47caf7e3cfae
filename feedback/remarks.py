"""What do agents write down about a conversation, for each other: notes and tags?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from feedback.desk_tables import NoteRow, TagRow
from feedback.handoff import Agent
from feedback.once import insert_missing
from recommender.errors import BadInputError

__all__ = ["add_note", "add_tag", "all_tags", "notes_on", "remove_tag", "tags_on"]

LONGEST_NOTE = 4000
LONGEST_TAG = 40


def add_note(session: Session, session_id: str, agent: Agent, text: str, now: datetime) -> NoteRow:
    """Write a note that no shopper ever sees.

    Raises:
        BadInputError: it is empty or too long.
    """
    text = text.strip()
    if not 0 < len(text) <= LONGEST_NOTE:
        raise BadInputError(f"A note has 1 to {LONGEST_NOTE} characters.")
    row = NoteRow(session_id=session_id, agent_id=agent.id, agent_name=agent.name, text=text, created_at=now)
    session.add(row)
    session.flush()
    return row


def notes_on(session: Session, session_id: str) -> Sequence[NoteRow]:
    """The notes on a conversation, oldest first."""
    return session.scalars(select(NoteRow).where(NoteRow.session_id == session_id).order_by(NoteRow.id)).all()


def add_tag(session: Session, session_id: str, tag: str, now: datetime) -> str:
    """Tag a conversation; the tag as it is kept. A tag that is there already stays.

    Raises:
        BadInputError: it is empty or too long.
    """
    tag = " ".join(tag.split()).casefold()
    if not 0 < len(tag) <= LONGEST_TAG or not tag.isprintable():
        raise BadInputError(f"A tag has 1 to {LONGEST_TAG} printable characters.")
    insert_missing(session, TagRow, [{"session_id": session_id, "tag": tag, "created_at": now}])
    return tag


def remove_tag(session: Session, session_id: str, tag: str) -> None:
    """Take a tag off a conversation."""
    session.execute(delete(TagRow).where(TagRow.session_id == session_id, TagRow.tag == tag))


def tags_on(session: Session, session_id: str) -> list[str]:
    """The tags of a conversation."""
    return list(session.scalars(select(TagRow.tag).where(TagRow.session_id == session_id).order_by(TagRow.tag)))


def all_tags(session: Session) -> list[str]:
    """Every tag that is in use, the most used first."""
    query = select(TagRow.tag).group_by(TagRow.tag).order_by(func.count().desc(), TagRow.tag)
    return list(session.scalars(query))
