"""Which conversation is a chat of another channel, and which of its messages are not there yet?

Each function is one step inside the caller's transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.channels.tables import AccountRow, ChatRow
from feedback.conversations import open_session
from feedback.tables import MessageRow, SessionRow

__all__ = [
    "Chat",
    "account_name",
    "behind",
    "block_chat",
    "chat_for",
    "find_chat",
    "mark_delivered",
    "name_account",
    "newest_message_id",
    "places_with_a_typing_human",
    "renew_chat",
]


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat and its conversation; see `ChatRow` for how far it has got."""

    account: str
    place: str
    session_id: str
    person_id: str
    delivered_id: int
    delivered_parts: int
    blocked: bool
    language: str | None


def name_account(session: Session, channel: str, external_id: str, name: str) -> None:
    """From now on people find the shop on `channel` under `name`."""
    row = session.get(AccountRow, channel)
    if row is None:
        session.add(AccountRow(channel=channel, external_id=external_id, name=name))
    else:
        row.external_id, row.name = external_id, name


def account_name(session: Session, channel: str) -> str | None:
    """Under which name people find the shop on `channel`; None where it never was there."""
    return session.scalar(select(AccountRow.name).where(AccountRow.channel == channel))


def find_chat(session: Session, account: str, place: str) -> Chat | None:
    """The chat, if it has a conversation."""
    row = session.get(ChatRow, (account, place))
    return None if row is None else _chat(session, row)


def chat_for(
    session: Session,
    channel: str,
    account: str,
    place: str,
    person_id: str,
    now: datetime,
    *,
    idle: timedelta,
    language: str | None = None,
) -> Chat:
    """The chat of this person, who just wrote there; with a new conversation if the last one is older than `idle`.

    `language` (a BCP 47 tag) is what a new conversation is held in where the assistant can.
    """
    row = session.get(ChatRow, (account, place))
    if row is None:
        row = ChatRow(account=account, place=place, delivered_id=0, delivered_parts=0, blocked=False)
        row.session_id = open_session(session, person_id, channel, now, language).id
        session.add(row)
    elif now - session.get_one(SessionRow, row.session_id).last_seen_at > idle:
        _begin_anew(session, row, channel, now, language)
    row.blocked = False
    session.flush()
    return _chat(session, row)


def renew_chat(session: Session, channel: str, chat: Chat, now: datetime) -> Chat:
    """Let the chat begin a new conversation of the same person; the one before stays on record."""
    row = session.get_one(ChatRow, (chat.account, chat.place))
    _begin_anew(session, row, channel, now, chat.language)
    session.flush()
    return _chat(session, row)


def block_chat(session: Session, account: str, place: str, *, blocked: bool) -> None:
    """Nothing can be delivered there (any more), or it can again."""
    row = session.get(ChatRow, (account, place))
    if row is not None:
        row.blocked = blocked


def behind(session: Session, account: str, after: int) -> list[str]:
    """The chats that miss a message with an id above `after`, those blocked left out."""
    query = (
        select(ChatRow.place)
        .join(MessageRow, MessageRow.session_id == ChatRow.session_id)
        .where(
            MessageRow.id > after,
            MessageRow.id > ChatRow.delivered_id,
            MessageRow.sender != "shopper",
            ChatRow.account == account,
            ChatRow.blocked.is_(False),
        )
        .distinct()
    )
    return list(session.scalars(query))


def newest_message_id(session: Session) -> int:
    """The id of the newest message of all, 0 while there is none."""
    return session.scalar(select(func.max(MessageRow.id))) or 0


def places_with_a_typing_human(session: Session, account: str, now: datetime) -> list[str]:
    """The chats in whose conversation a person of the shop is typing at this moment."""
    query = (
        select(ChatRow.place)
        .join(SessionRow, SessionRow.id == ChatRow.session_id)
        .where(ChatRow.account == account, ChatRow.blocked.is_(False), SessionRow.human_typing_until > now)
    )
    return list(session.scalars(query))


def mark_delivered(session: Session, chat: Chat, delivered_id: int, parts: int = 0) -> None:
    """Everything up to `delivered_id`, and so many parts of what follows, is there now."""
    row = session.get(ChatRow, (chat.account, chat.place))
    # Erased, or begun anew, while it was being delivered: then there is nothing to mark.
    if row is not None and row.session_id == chat.session_id:
        row.delivered_id, row.delivered_parts = delivered_id, parts


def _begin_anew(session: Session, row: ChatRow, channel: str, now: datetime, language: str | None) -> None:
    person_id = session.get_one(SessionRow, row.session_id).person_id
    row.session_id = open_session(session, person_id, channel, now, language).id
    row.delivered_id = row.delivered_parts = 0


def _chat(session: Session, row: ChatRow) -> Chat:
    conversation = session.get_one(SessionRow, row.session_id)
    return Chat(
        row.account, row.place, row.session_id, conversation.person_id, row.delivered_id, row.delivered_parts,
        row.blocked, conversation.language,
    )  # fmt: skip
