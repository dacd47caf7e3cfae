"""How are carts kept in SQL?"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from recommender.db import Base, UtcDateTime

__all__ = ["CartLineRow", "SavedItemRow"]


class CartLineRow(Base):
    """So many of one product in a person's cart. The price is always read from the catalogue."""

    __tablename__ = "cart_lines"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    quantity: Mapped[int]
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)

    # Two carts that become one hold as many as both did, as long as a cart may hold as many.
    __table_args__ = ({"info": {"adds_up": {"quantity": 99}}},)


class SavedItemRow(Base):
    """A product a person saved for later."""

    __tablename__ = "saved_items"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
