"""What was said in a conversation, by whom, and in which order?

Each function is one step inside the caller's transaction. Every step that adds to a conversation first locks it (see
`feedback.speaking`), so a reader that continues after a message's number misses none.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select, update
from sqlalchemy.orm import Session

from feedback.handoff import enqueue, leave_queue, note_nobody, reopen
from feedback.payloads import find_payload
from feedback.speaking import add_messages, known, lock_conversation, new_rasa_session
from feedback.tables import MessageRow, PersonRow, SessionRow, TurnRow
from recommender.errors import NotFoundError

__all__ = [
    "LEAVE_QUEUE",
    "TURNS_PER_RASA_SESSION",
    "Accepted",
    "Begun",
    "Message",
    "accept_turn",
    "answer_of",
    "begin_turn",
    "claim_turn",
    "draft_answer",
    "find_session",
    "find_turn",
    "finish_turn",
    "known_sessions",
    "last_message_id",
    "messages_after",
    "open_session",
    "replies_of",
    "unanswered_turns",
]

TURNS_PER_RASA_SESSION = 20
"""Rasa sends its whole tracker along with every action, so a long one makes each turn slower."""

LEAVE_QUEUE = "leave_queue"
"""The intent of the chip with which somebody who waits for a person goes on with the assistant."""

_IDS_PER_STATEMENT = 500


@dataclass(frozen=True, slots=True)
class Accepted:
    """A turn whose row is there. `repeated`: an earlier delivery of the same message had made it already."""

    turn: TurnRow
    repeated: bool


@dataclass(frozen=True, slots=True)
class Begun:
    """A turn the assistant may answer, as Rasa's conversation `sender`, unless `speaker_version` changes meanwhile."""

    sender: str
    speaker_version: int


@dataclass(frozen=True, slots=True)
class Message:
    """One message as everybody sees it. `client_message_id` is set on what the shopper's own client sent, `agent` (a
    display name) on what a person of the shop said."""

    id: int
    turn_id: str | None
    client_message_id: str | None
    sender: str
    body: dict[str, Any]
    created_at: datetime
    agent: str | None = None


def open_session(
    session: Session, person_id: str, channel: str, now: datetime, language: str | None = None
) -> SessionRow:
    """Begin a conversation of `person_id` on `channel`; the assistant speaks, in `language` where it can."""
    row = SessionRow(
        id=uuid.uuid4().hex, person_id=person_id, channel=channel, created_at=now, last_seen_at=now, speaker="bot",
        speaker_version=0, rasa_session=0, rasa_turns=0, language=language,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def find_session(session: Session, session_id: str) -> SessionRow:
    """The conversation with this id.

    Raises:
        NotFoundError: there is none (any more).
    """
    return known(session.get(SessionRow, session_id))


def known_sessions(session: Session, session_ids: Collection[str]) -> set[str]:
    """Those of these conversations that exist."""
    ids = sorted(session_ids)
    chunks = (ids[start : start + _IDS_PER_STATEMENT] for start in range(0, len(ids), _IDS_PER_STATEMENT))
    return {one for chunk in chunks for one in session.scalars(select(SessionRow.id).where(SessionRow.id.in_(chunk)))}


def accept_turn(
    session: Session,
    session_id: str,
    *,
    text: str = "",
    payload_id: str | None = None,
    client_message_id: str | None = None,
    product_id: str | None = None,
    now: datetime,
) -> Accepted:
    """Keep what the shopper said (`text`) or pressed (`payload_id`), and on which product's page; once committed, it is
    accepted.

    While a human speaks or is awaited the turn is only kept, unless it says that the shopper would rather go on with
    the assistant. A conversation that a human closed is the assistant's again with the next message, in a new Rasa
    session.

    Raises:
        NotFoundError: the conversation does not exist.
        BadInputError: the payload was not issued to this conversation.
    """
    conversation = lock_conversation(session, session_id)
    if client_message_id is not None:
        earlier = session.scalar(
            select(TurnRow).where(TurnRow.session_id == session_id, TurnRow.client_message_id == client_message_id)
        )
        if earlier is not None:
            return Accepted(earlier, repeated=True)
    pressed = None if payload_id is None else find_payload(session, session_id, payload_id)
    if pressed is not None:
        text = pressed.title
    conversation.last_seen_at = now
    if conversation.speaker == "closed":
        reopen(conversation)
    if conversation.speaker == "queued" and pressed is not None and pressed.intent == LEAVE_QUEUE:
        leave_queue(session, conversation, now)
    turn = TurnRow(
        id=uuid.uuid4().hex, session_id=session_id, client_message_id=client_message_id, text=text,
        payload_id=payload_id, product_id=product_id,
        status="accepted" if conversation.speaker == "bot" else "kept", timing_ms={}, created_at=now,
    )  # fmt: skip
    session.add(turn)
    session.flush()
    add_messages(session, session_id, "shopper", [{"type": "text", "text": text}], now, turn.id)
    return Accepted(turn, repeated=False)


def begin_turn(session: Session, turn_id: str, *, asking: Callable[[], bool]) -> Begun | None:
    """Claim an accepted turn for the assistant; None when it is not the assistant's to answer (any more).

    After `TURNS_PER_RASA_SESSION` turns Rasa gets a new conversation, unless the assistant is `asking`: the shopper is
    then in the middle of answering a question.

    Raises:
        NotFoundError: the conversation was erased meanwhile.
    """
    turn, conversation = _locked_turn(session, turn_id)
    if turn.status != "accepted":
        return None
    if conversation.speaker != "bot":
        turn.status = "kept"
        return None
    if conversation.rasa_turns >= TURNS_PER_RASA_SESSION and not asking():
        new_rasa_session(conversation)
    conversation.rasa_turns += 1
    return Begun(f"{conversation.id}.{conversation.rasa_session}", conversation.speaker_version)


def answer_of(session: Session, turn_id: str) -> list[dict[str, Any]] | None:
    """What has been answered to the turn, also when the shopper does not see it (yet); None while that is to be done.

    Raises:
        NotFoundError: the conversation was erased.
    """
    return _answer_of(session, find_turn(session, turn_id))


def claim_turn(session: Session, turn_id: str) -> list[dict[str, Any]] | None:
    """Keep everybody else from answering the turn until the transaction ends; its answer if it has one already.

    The turns of one person, in all their conversations, change what is theirs one after the other.

    Raises:
        NotFoundError: the conversation was erased.
    """
    # First the person and then the conversation, as whoever erases them does: so the two never wait for each other.
    person = select(PersonRow.id).join(SessionRow).join(TurnRow).where(TurnRow.id == turn_id)
    session.execute(person.with_for_update(of=PersonRow, key_share=True))
    turn, _ = _locked_turn(session, turn_id)
    return _answer_of(session, turn)


def draft_answer(
    session: Session,
    turn_id: str,
    replies: Sequence[Mapping[str, Any]],
    *,
    intent: str | None,
    confidence: float | None,
) -> None:
    """Keep what the turn is answered until it is finished, and the intent it was taken for (None: nobody could say)."""
    session.execute(
        update(TurnRow)
        .where(TurnRow.id == turn_id)
        .values(draft=[dict(reply) for reply in replies], intent=intent, confidence=confidence)
    )


def finish_turn(
    session: Session,
    turn_id: str,
    replies: Sequence[Mapping[str, Any]],
    *,
    speaker_version: int,
    timing_ms: Mapping[str, float],
    failed: bool = False,
    now: datetime,
) -> str:
    """Store the assistant's replies; the status the turn ends with.

    Whoever speaks is checked again here, in the transaction that stores: when that changed since the turn was begun,
    the replies are kept as a draft that the shopper does not see, and the turn is "dropped". A reply that says that the
    shopper waits for a human now makes it so.

    Raises:
        NotFoundError: the conversation was erased meanwhile.
    """
    turn, conversation = _locked_turn(session, turn_id)
    if turn.status != "accepted":
        return turn.status
    turn.timing_ms = dict(timing_ms)
    turn.answered_at = now
    if conversation.speaker_version != speaker_version:
        turn.status = "dropped"
        turn.draft = [dict(reply) for reply in replies]
        return turn.status
    turn.status = "failed" if failed else "answered"
    turn.draft = None
    add_messages(session, conversation.id, "bot", replies, now, turn_id)
    for reply in replies:
        if reply["type"] == "handoff" and reply["status"] == "queued":
            enqueue(session, conversation, _reason(turn), reply.get("position"), now)
        elif reply["type"] == "handoff" and reply["status"] == "unavailable":
            note_nobody(session, conversation, _reason(turn), now)
    return turn.status


def find_turn(session: Session, turn_id: str) -> TurnRow:
    """The turn with this id.

    Raises:
        NotFoundError: there is none (any more).
    """
    turn = session.get(TurnRow, turn_id)
    if turn is None:
        raise _no_turn()
    return turn


def replies_of(session: Session, turn_id: str) -> list[dict[str, Any]]:
    """What the assistant answered in this turn, in order."""
    rows = select(MessageRow.body).where(MessageRow.turn_id == turn_id, MessageRow.sender == "bot")
    return list(session.scalars(rows.order_by(MessageRow.id)))


def messages_after(session: Session, session_id: str, after: int = 0, limit: int = 200) -> list[Message]:
    """The first `limit` messages of the conversation with an id above `after`, in order."""
    asked = and_(TurnRow.id == MessageRow.turn_id, MessageRow.sender == "shopper")
    rows = session.execute(
        select(MessageRow, TurnRow.client_message_id)
        .outerjoin(TurnRow, asked)
        .where(MessageRow.session_id == session_id, MessageRow.id > after)
        .order_by(MessageRow.id)
        .limit(limit)
    )
    return [
        Message(row.id, row.turn_id, client_message_id, row.sender, row.body, row.created_at, row.agent)
        for row, client_message_id in rows
    ]


def last_message_id(session: Session, session_id: str) -> int:
    """The id of the newest message of the conversation, 0 while there is none."""
    return session.scalar(select(func.max(MessageRow.id)).where(MessageRow.session_id == session_id)) or 0


def unanswered_turns(session: Session, session_id: str | None = None) -> list[TurnRow]:
    """Every turn (of one conversation) that was accepted and not answered, in the order in which they were said."""
    said = select(func.min(MessageRow.id)).where(MessageRow.turn_id == TurnRow.id).scalar_subquery()
    waiting = select(TurnRow).where(TurnRow.status == "accepted").order_by(said)
    return list(session.scalars(waiting if session_id is None else waiting.where(TurnRow.session_id == session_id)))


def _locked_turn(session: Session, turn_id: str) -> tuple[TurnRow, SessionRow]:
    of_turn = select(TurnRow.session_id).where(TurnRow.id == turn_id).scalar_subquery()
    conversation = session.scalar(
        select(SessionRow).where(SessionRow.id == of_turn).with_for_update(),
        execution_options={"populate_existing": True},
    )
    # Read again: it may have been answered while the lock was waited for.
    turn = session.get(TurnRow, turn_id, populate_existing=True)
    if conversation is None or turn is None:
        raise _no_turn()
    return turn, conversation


def _answer_of(session: Session, turn: TurnRow) -> list[dict[str, Any]] | None:
    if turn.status == "accepted" or turn.draft is not None:
        return turn.draft
    return replies_of(session, turn.id)


def _no_turn() -> NotFoundError:
    return NotFoundError("This turn does not exist any more; its conversation was erased.")


def _reason(turn: TurnRow) -> str:
    """Why a person is wanted: the shopper said so, or what they said could not be answered."""
    return "asked" if turn.intent in (None, "human") else str(turn.intent)
