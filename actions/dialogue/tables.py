"""How is the state of a dialogue kept in SQL?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from recommender.db import Base, JsonColumn, UtcDateTime

__all__ = ["DialogueRow"]


class DialogueRow(Base):
    """What one conversation is about right now; `version` refuses a second writer."""

    __tablename__ = "dialogues"

    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"), primary_key=True)
    version: Mapped[int]
    state: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
