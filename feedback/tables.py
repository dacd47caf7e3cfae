"""How are people, conversations, impressions, votes and events kept in SQL?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from recommender.db import Base, BigId, JsonColumn, UtcDateTime

__all__ = [
    "EventRow",
    "IdentityRow",
    "ImpressionRow",
    "MessageRow",
    "PayloadRow",
    "PersonRow",
    "PreferenceRow",
    "SessionRow",
    "TurnRow",
    "VoteChangeRow",
    "VoteRow",
]


class PersonRow(Base):
    """Somebody, known by nothing but this id and their identities."""

    __tablename__ = "people"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class IdentityRow(Base):
    """By what name a channel knows a person: the shop's customer number, a Telegram chat."""

    __tablename__ = "identities"

    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    external_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)


class SessionRow(Base):
    """One conversation on one channel. `speaker` says who speaks; `speaker_version` grows whenever that changes.

    `human_typing_until` is until when a human of the shop counts as typing, `language` (a BCP 47 tag) in which language
    the shopper reads, None where their client does not say.
    """

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    channel: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    speaker: Mapped[str] = mapped_column(String(10), default="bot")
    speaker_version: Mapped[int] = mapped_column(default=0)
    rasa_session: Mapped[int] = mapped_column(default=0)
    rasa_turns: Mapped[int] = mapped_column(default=0)
    human_typing_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    language: Mapped[str | None] = mapped_column(String(35))


class TurnRow(Base):
    """One thing a shopper said (or pressed) and what became of it.

    `status`: accepted (kept, not answered yet), answered, kept (a human speaks: not sent to Rasa), dropped (the speaker
    changed meanwhile), failed. `draft` is an answer the shopper does not see: not yet, or never if it was dropped.
    `intent` is what the text was taken for and `confidence` how surely (None for a press, whose intent is certain).
    `product_id` is the product whose page the shopper was on.
    """

    __tablename__ = "turns"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"))
    client_message_id: Mapped[str | None] = mapped_column(String(100))
    text: Mapped[str] = mapped_column(Text)
    payload_id: Mapped[str | None] = mapped_column(String(32))
    product_id: Mapped[str | None] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(10))
    intent: Mapped[str | None] = mapped_column(String(50))
    confidence: Mapped[float | None]
    timing_ms: Mapped[dict[str, float]] = mapped_column(JsonColumn, default=dict)
    draft: Mapped[list[dict[str, Any]] | None] = mapped_column(JsonColumn)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("session_id", "client_message_id"),
        Index("ix_turns_session_created", "session_id", "created_at"),
        Index("ix_turns_status", "status"),
    )


class MessageRow(Base):
    """One message as everybody sees it, numbered in the order it was said; `body` is a reply of the HTTP contract.

    `agent` is the display name, at that time, of the person of the shop who said it (`sender` human).
    """

    __tablename__ = "messages"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"))
    turn_id: Mapped[str | None] = mapped_column(ForeignKey("turns.id"), index=True)
    sender: Mapped[str] = mapped_column(String(10))
    agent: Mapped[str | None] = mapped_column(String(80))
    body: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_messages_session_id", "session_id", "id"),)


class PayloadRow(Base):
    """What pressing a chip or button means: issued by the server, for one session, looked up when it comes back."""

    __tablename__ = "payloads"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"), index=True)
    intent: Mapped[str] = mapped_column(String(50))
    arguments: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    title: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ImpressionRow(Base):
    """One product shown to one person: where in the list, with which scores, by which versions, for which reasons.

    `propensity` is how likely the product was to be on that place: 1 where nothing is drawn by lot.
    """

    __tablename__ = "impressions"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"), index=True)
    turn_id: Mapped[str] = mapped_column(ForeignKey("turns.id"), index=True)
    item_id: Mapped[str] = mapped_column(String(200), index=True)
    surface: Mapped[str] = mapped_column(String(20))
    position: Mapped[int]
    score: Mapped[float]
    propensity: Mapped[float] = mapped_column(default=1.0)
    legs: Mapped[dict[str, float]] = mapped_column(JsonColumn)
    versions: Mapped[dict[str, str]] = mapped_column(JsonColumn)
    reasons: Mapped[list[str]] = mapped_column(JsonColumn)
    query: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PreferenceRow(Base):
    """Something a person decided about what they are shown: `kind` says what, `value` of which brand or category."""

    __tablename__ = "preferences"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    value: Mapped[str] = mapped_column(String(200), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class VoteRow(Base):
    """The one live vote of a person on an impression: 1, -1, or 0 when taken back."""

    __tablename__ = "votes"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    impression_id: Mapped[str] = mapped_column(ForeignKey("impressions.id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(200), index=True)
    value: Mapped[int]
    reason: Mapped[str | None] = mapped_column(String(200))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class VoteChangeRow(Base):
    """Every vote that was ever cast, in order."""

    __tablename__ = "vote_changes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    impression_id: Mapped[str] = mapped_column(ForeignKey("impressions.id"), index=True)
    value: Mapped[int]
    reason: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class EventRow(Base):
    """Something a person did with a product: view, cart, purchase… The product may be unknown to the catalogue.

    `position` orders one person's events where the source gives an order but no time.
    """

    __tablename__ = "events"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    item_id: Mapped[str] = mapped_column(String(200), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    position: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_events_person_kind", "person_id", "kind"),)
