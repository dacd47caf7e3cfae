"""How are carts and requests for a person kept in SQL?"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from recommender.db import Base, BigId, UtcDateTime

__all__ = ["CartLineRow", "HandoffRow", "SavedItemRow"]


class CartLineRow(Base):
    """So many of one product in a person's cart. The price is always read from the catalogue."""

    __tablename__ = "cart_lines"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    quantity: Mapped[int]
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SavedItemRow(Base):
    """A product a person saved for later."""

    __tablename__ = "saved_items"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class HandoffRow(Base):
    """A shopper asked for a person."""

    __tablename__ = "handoffs"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"), index=True)
    reason: Mapped[str] = mapped_column(String(200))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
