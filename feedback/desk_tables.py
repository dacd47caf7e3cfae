"""How is what agents write, choose and decide at the desk kept in SQL?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

import feedback.tables  # noqa: F401 - declares the conversations that these refer to
from recommender.db import Base, BigId, JsonColumn, UtcDateTime

__all__ = ["CannedReplyRow", "DraftRow", "KnowledgeChangeRow", "MacroRow", "NoteRow", "TagRow", "UnansweredRow"]


class NoteRow(Base):
    """What agents tell each other about a conversation; shoppers never see it."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"), index=True)
    agent_id: Mapped[str] = mapped_column(String(32))
    agent_name: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TagRow(Base):
    """A word that agents sort a conversation by."""

    __tablename__ = "conversation_tags"

    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(40), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_conversation_tags_tag", "tag"),)


class CannedReplyRow(Base):
    """A text for many occasions, called by its shortcut; `{fields}` in it are filled from records when it is used."""

    __tablename__ = "canned_replies"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    shortcut: Mapped[str] = mapped_column(String(30), unique=True)
    title: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text)
    updated_by: Mapped[str] = mapped_column(String(80))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MacroRow(Base):
    """Several steps under one shortcut: {"do": "reply", "with": shortcut}, {"do": "close"} and so on."""

    __tablename__ = "macros"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    shortcut: Mapped[str] = mapped_column(String(30), unique=True)
    title: Mapped[str] = mapped_column(String(80))
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JsonColumn)
    updated_by: Mapped[str] = mapped_column(String(80))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DraftRow(Base):
    """One answer that was suggested to an agent, and what became of it.

    `turn_id` is the shopper's turn it answers, `source` which kind of record it was made from and `title` which one,
    `item_ids` the products it shows. `outcome` is accepted (sent as it was), edited, or rejected (something else was
    sent, or nothing); `sent_text` is what was sent and `distance` how many characters had to be changed for it.
    """

    __tablename__ = "drafts"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"), index=True)
    turn_id: Mapped[str] = mapped_column(ForeignKey("turns.id"), index=True)
    source: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    item_ids: Mapped[list[str]] = mapped_column(JsonColumn)
    confidence: Mapped[float]
    rank: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(String(10), index=True)
    sent_text: Mapped[str | None] = mapped_column(Text)
    distance: Mapped[int | None]
    agent_id: Mapped[str | None] = mapped_column(String(32))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class KnowledgeChangeRow(Base):
    """One change that an admin made to the shop's questions or policies: the whole file before and after."""

    __tablename__ = "knowledge_changes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    file: Mapped[str] = mapped_column(String(200), index=True)
    before: Mapped[str] = mapped_column(Text)
    after: Mapped[str] = mapped_column(Text)
    staff_id: Mapped[str] = mapped_column(String(32))
    staff_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class UnansweredRow(Base):
    """A question of a shopper on which the shop's own texts say nothing; `nearest` is what came closest."""

    __tablename__ = "unanswered_questions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"), index=True)
    turn_id: Mapped[str] = mapped_column(ForeignKey("turns.id"), unique=True)
    text: Mapped[str] = mapped_column(Text)
    nearest: Mapped[str | None] = mapped_column(String(200))
    score: Mapped[float]
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
