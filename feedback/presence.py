"""What changed in conversations that somebody follows: is there something new, and is a person typing?

Any process may add to a conversation: the app, the staff's consoles, a command. Those who follow one ask here, again
and again, so this is one statement over two indexes whatever the number of conversations.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from feedback.tables import MessageRow, SessionRow

__all__ = ["TYPING_LASTS", "Pulse", "human_stopped_typing", "human_types", "pulses"]

TYPING_LASTS = timedelta(seconds=6)
"""How long somebody counts as typing after they were last seen to: a console says so every few seconds."""

_IDS_PER_STATEMENT = 500


@dataclass(frozen=True, slots=True)
class Pulse:
    """The newest message of a conversation (0: none yet), until when a human counts as typing there, and whether the
    shopper waits for one: their place in the queue changes without a word being said."""

    last_message_id: int
    human_typing_until: datetime | None
    waits: bool = False

    def human_is_typing(self, now: datetime) -> bool:
        """Whether a human is typing at this moment."""
        return self.human_typing_until is not None and self.human_typing_until > now


def human_types(session: Session, session_id: str, now: datetime) -> None:
    """A human of the shop types in the conversation; it wears off after `TYPING_LASTS` unless it is said again."""
    _type_until(session, session_id, now + TYPING_LASTS)


def human_stopped_typing(session: Session, session_id: str) -> None:
    """The human of the shop types no more: they sent their message, or thought better of it."""
    _type_until(session, session_id, None)


def pulses(session: Session, session_ids: Collection[str]) -> dict[str, Pulse]:
    """The pulse of each of these conversations; one that does not exist (any more) has none."""
    newest = select(func.max(MessageRow.id)).where(MessageRow.session_id == SessionRow.id).scalar_subquery()
    query = select(SessionRow.id, newest, SessionRow.human_typing_until, SessionRow.speaker == "queued")
    ids = sorted(session_ids)
    found = {}
    for start in range(0, len(ids), _IDS_PER_STATEMENT):
        for session_id, last_id, until, waits in session.execute(
            query.where(SessionRow.id.in_(ids[start : start + _IDS_PER_STATEMENT]))
        ):
            found[session_id] = Pulse(last_id or 0, until, waits)
    return found


def _type_until(session: Session, session_id: str, until: datetime | None) -> None:
    session.execute(update(SessionRow).where(SessionRow.id == session_id).values(human_typing_until=until))
