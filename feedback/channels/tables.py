"""How are the updates, chats and accounts of other channels kept in SQL?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from recommender.db import Base, BigId, JsonColumn, UtcDateTime

__all__ = ["AccountRow", "ChatRow", "UpdateRow"]


class AccountRow(Base):
    """By what name people find the shop on a channel."""

    __tablename__ = "channel_accounts"

    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    external_id: Mapped[str] = mapped_column(String(50))
    name: Mapped[str] = mapped_column(String(100))


class UpdateRow(Base):
    """Something that a channel delivered; committed before the delivery is acknowledged, and kept to know it again.

    `account` and `external_id` are the channel's own number for it, `place` the chat it belongs to ("" for none),
    `kind` what it is. `body` is what was delivered, until it has been worked. `status`: waiting, done, failed.
    """

    __tablename__ = "channel_updates"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    account: Mapped[str] = mapped_column(String(50))
    external_id: Mapped[int] = mapped_column(BigInteger)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"), index=True)
    place: Mapped[str] = mapped_column(String(50))
    kind: Mapped[str] = mapped_column(String(40))
    body: Mapped[dict[str, Any] | None] = mapped_column(JsonColumn)
    status: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int] = mapped_column(default=0)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("account", "external_id"),
        Index("ix_channel_updates_waiting", "account", "status", "place", "external_id"),
    )


class ChatRow(Base):
    """The conversation that a chat of a channel is, and how far its messages have been delivered there.

    `delivered_id` is the last message that is wholly there, `delivered_parts` how many parts of what follows it are.
    """

    __tablename__ = "chats"

    account: Mapped[str] = mapped_column(String(50), primary_key=True)
    place: Mapped[str] = mapped_column(String(50), primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"), index=True)
    delivered_id: Mapped[int] = mapped_column(BigInteger, default=0)
    delivered_parts: Mapped[int] = mapped_column(default=0)
    blocked: Mapped[bool] = mapped_column(default=False)
