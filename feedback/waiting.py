"""Which conversations are at the desk, who has them, how long has each waited, and which were there before?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from feedback.desk_tables import TagRow
from feedback.handoff_tables import HandoffRow
from feedback.tables import MessageRow, SessionRow

__all__ = ["FILTERS", "AtDesk", "Filter", "conversations", "waiting_ids"]

Filter = Literal["open", "waiting", "mine", "email", "assistant", "ended", "all"]

FILTERS: Final[dict[Filter, str]] = {
    "open": "Waiting and talking",
    "waiting": "Waiting",
    "mine": "Mine",
    "email": "To answer by e-mail",
    "assistant": "With the assistant",
    "ended": "Ended",
    "all": "All there ever were",
}

_LATELY = timedelta(hours=24)
_MOST = 200
_PREVIEW = 160
_LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True)
class AtDesk:
    """One conversation as a list shows it.

    `waiting_since` is since when the shopper waits for the first answer of a person (None: they do not), `due_at` when
    that should be there by the service level; `last` is the last that was said in words, and by whom.
    """

    session_id: str
    person_id: str
    channel: str
    speaker: str
    agent_id: str | None
    agent_name: str | None
    reason: str | None
    requested_at: datetime | None
    waiting_since: datetime | None
    due_at: datetime | None
    contact_email: str | None
    last_sender: str | None
    last: str
    last_at: datetime | None
    tags: tuple[str, ...]

    @property
    def unanswered(self) -> bool:
        """Whether the shopper had the last word."""
        return self.last_sender == "shopper"


def conversations(
    session: Session,
    which: Filter,
    *,
    agent_id: str,
    now: datetime,
    service_level: timedelta,
    words: str = "",
    tag: str | None = None,
) -> list[AtDesk]:
    """The conversations of one filter: who waits first, longest first; with `words`, those in which they were said."""
    handoff = aliased(HandoffRow)
    newest = (
        select(func.max(HandoffRow.id))
        .where(HandoffRow.session_id == SessionRow.id)
        .correlate(SessionRow)
        .scalar_subquery()
    )
    query = (
        select(SessionRow, handoff)
        .outerjoin(handoff, handoff.id == newest)
        .where(_of_filter(which, handoff, agent_id, now), *_saying(words))
    )
    if tag:
        query = query.where(SessionRow.id.in_(select(TagRow.session_id).where(TagRow.tag == tag)))
    if which in ("open", "waiting", "mine", "email"):
        query = query.order_by(handoff.agent_id.is_not(None), handoff.requested_at, handoff.id)
    else:
        query = query.order_by(SessionRow.last_seen_at.desc(), SessionRow.id)
    rows = session.execute(query.limit(_MOST)).all()
    ids = [conversation.id for conversation, _ in rows]
    last, tags = _last_said(session, ids), _tags(session, ids)
    return [
        _at_desk(conversation, request, last.get(conversation.id), tags.get(conversation.id, ()), service_level)
        for conversation, request in rows
    ]


def waiting_ids(session: Session) -> list[str]:
    """The conversations that wait for a person, in their order."""
    waits = HandoffRow.ended_at.is_(None) & HandoffRow.agent_id.is_(None)
    query = select(HandoffRow.session_id).where(waits).order_by(HandoffRow.requested_at, HandoffRow.id)
    return list(session.scalars(query))


def _of_filter(which: Filter, handoff: type[HandoffRow], agent_id: str, now: datetime) -> ColumnElement[bool]:
    if which == "waiting":
        return SessionRow.speaker == "queued"
    if which == "mine":
        return and_(SessionRow.speaker == "human", handoff.agent_id == agent_id)
    if which == "email":
        return and_(handoff.contact_email.is_not(None), handoff.contacted_at.is_(None))
    if which == "assistant":
        said = select(MessageRow.id).where(MessageRow.session_id == SessionRow.id).exists()
        return and_(SessionRow.speaker == "bot", SessionRow.last_seen_at > now - _LATELY, said)
    if which == "ended":
        return and_(handoff.ended_at.is_not(None), SessionRow.speaker.in_(("bot", "closed")))
    if which == "all":
        return select(MessageRow.id).where(MessageRow.session_id == SessionRow.id).exists()
    return SessionRow.speaker.in_(("queued", "human"))


def _saying(words: str) -> list[ColumnElement[bool]]:
    """Every one of the words was said in the conversation, in whatever message."""
    return [
        or_(
            select(MessageRow.id)
            .where(
                MessageRow.session_id == SessionRow.id,
                func.lower(MessageRow.body["text"].as_string()).contains(word.lower(), autoescape=True),
            )
            .exists(),
            SessionRow.id == word,
        )
        for word in words.replace("\x00", "")[:_LONGEST_SEARCH].split()
    ]


def _last_said(session: Session, session_ids: Sequence[str]) -> dict[str, MessageRow]:
    spoken = MessageRow.body["type"].as_string() == "text"
    newest = (
        select(func.max(MessageRow.id))
        .where(MessageRow.session_id.in_(session_ids), spoken)
        .group_by(MessageRow.session_id)
    )
    return {row.session_id: row for row in session.scalars(select(MessageRow).where(MessageRow.id.in_(newest)))}


def _tags(session: Session, session_ids: Collection[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    query = select(TagRow.session_id, TagRow.tag).where(TagRow.session_id.in_(session_ids)).order_by(TagRow.tag)
    for session_id, tag in session.execute(query):
        found[session_id] = (*found.get(session_id, ()), tag)
    return found


def _at_desk(
    conversation: SessionRow,
    request: HandoffRow | None,
    last: MessageRow | None,
    tags: tuple[str, ...],
    service_level: timedelta,
) -> AtDesk:
    waits = request is not None and request.ended_at is None and request.answered_at is None
    since = request.requested_at if request is not None and waits and request.reason != "taken_over" else None
    return AtDesk(
        session_id=conversation.id,
        person_id=conversation.person_id,
        channel=conversation.channel,
        speaker=conversation.speaker,
        agent_id=request.agent_id if request is not None and request.ended_at is None else None,
        agent_name=request.agent_name if request is not None else None,
        reason=request.reason if request is not None else None,
        requested_at=request.requested_at if request is not None else None,
        waiting_since=since,
        due_at=None if since is None else since + service_level,
        contact_email=request.contact_email if request is not None and request.contacted_at is None else None,
        last_sender=None if last is None else last.sender,
        last="" if last is None else str(last.body.get("text", ""))[:_PREVIEW],
        last_at=None if last is None else last.created_at,
        tags=tags,
    )
