"""How are requests for a person, and the people at the desk, kept in SQL?"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from recommender.db import Base, BigId, UtcDateTime

__all__ = ["DeskRow", "HandoffRow"]

_OPEN = text("ended_at IS NULL")


class HandoffRow(Base):
    """One time that a person was wanted, from the request to its end; a conversation has one open at most.

    `queued_at` is since when it waits for somebody (again, when it came back to the queue). `agent_id` is who has it,
    `answered_at` when the shopper first heard from a person. `outcome`: handed_back, closed, left, unanswered, moved,
    unavailable (nobody was there to begin with). `contact_email` is where the shopper wants the answer sent when nobody
    came, `contacted_at` when that was done. `position_told` is the place in the queue that the shopper last heard of.
    """

    __tablename__ = "handoffs"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"), index=True)
    reason: Mapped[str] = mapped_column(String(200))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    agent_id: Mapped[str | None] = mapped_column(String(32), index=True)
    agent_name: Mapped[str | None] = mapped_column(String(80))
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(String(20))
    position_told: Mapped[int | None]
    contact_email: Mapped[str | None] = mapped_column(String(320))
    contacted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rating: Mapped[int | None]
    rated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("uq_handoffs_open", "session_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_handoffs_requested_at", "requested_at"),
    )


class DeskRow(Base):
    """Somebody of the shop whose console is open, or was: `seen_at` is when it last said so.

    `available`: takes conversations now. `looking_at` is the conversation in front of them, `typing_until` until when
    they count as typing there.
    """

    __tablename__ = "desk"

    agent_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    available: Mapped[bool] = mapped_column(default=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    looking_at: Mapped[str | None] = mapped_column(String(32))
    typing_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
