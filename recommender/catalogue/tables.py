"""How is the catalogue kept in SQL?"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from recommender.db import Base, JsonColumn, Money, UtcDateTime

__all__ = ["CatalogueSequence", "Lease", "ProductRow"]


class ProductRow(Base):
    """One product. A deleted one stays as a tombstone, so that whoever follows the change numbers sees it go."""

    __tablename__ = "products"

    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    brand: Mapped[str] = mapped_column(String(400), index=True)
    categories: Mapped[list[str]] = mapped_column(JsonColumn)
    price: Mapped[Decimal | None] = mapped_column(Money, index=True)
    currency: Mapped[str] = mapped_column(String(3))
    in_stock: Mapped[bool]
    rating: Mapped[float | None]
    rating_count: Mapped[int]
    image_url: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text)
    attributes: Mapped[dict[str, str]] = mapped_column(JsonColumn)
    text_hash: Mapped[str] = mapped_column(String(32))
    change_number: Mapped[int] = mapped_column(BigInteger)
    deleted: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_products_change_number", "change_number"),)


class CatalogueSequence(Base):
    """The last change number given out: one row, locked by the transaction that takes the next ones."""

    __tablename__ = "catalogue_sequence"

    id: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


class Lease(Base):
    """Who alone may do a thing for now (index the catalogue), and until when if they go silent."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    holder: Mapped[str] = mapped_column(String(100))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
