"""How is it kept whose feedback trained which model, and whose is set aside, and what a candidate would have shown?"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from recommender.db import Base, JsonColumn, UtcDateTime

__all__ = ["ModelDebtRow", "ModelUseRow", "QuarantineRow", "ShadowSearchRow"]


class ModelUseRow(Base):
    """How many votes of a person a model version was trained on."""

    __tablename__ = "model_uses"

    model_version: Mapped[str] = mapped_column(String(100), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)
    votes: Mapped[int]


class ModelDebtRow(Base):
    """How many people that a model version was trained on have been erased since, and with how many votes; not who."""

    __tablename__ = "model_debts"

    model_version: Mapped[str] = mapped_column(String(100), primary_key=True)
    people: Mapped[int]
    votes: Mapped[int]


class QuarantineRow(Base):
    """A person whose votes no model is trained on unless `released_by` says who looked and let them count."""

    __tablename__ = "quarantine"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    detail: Mapped[str] = mapped_column(String(200))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    released_by: Mapped[str | None] = mapped_column(String(80))


class ShadowSearchRow(Base):
    """A search that a candidate answered unseen: the ids that were shown, and those it would have shown."""

    __tablename__ = "shadow_searches"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"), index=True)
    model_version: Mapped[str] = mapped_column(String(100))
    query: Mapped[str] = mapped_column(Text)
    shown: Mapped[list[str]] = mapped_column(JsonColumn)
    unseen: Mapped[list[str]] = mapped_column(JsonColumn)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_shadow_searches_version_at", "model_version", "at"),)
