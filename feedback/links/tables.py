"""How are codes that link two channels, and the links they made, kept in SQL?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from recommender.db import Base, JsonColumn, UtcDateTime

__all__ = ["LinkCodeRow", "LinkRow"]


class LinkCodeRow(Base):
    """A code that was given to a person and has not been used. Only a keyed digest of it is kept."""

    __tablename__ = "link_codes"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LinkRow(Base):
    """What was somebody else's until `created_at` and is now `person_id`'s, so that it can be given back.

    `other_id` was that somebody, who is no row of `people` any more. `moved` holds the keys of the rows that changed
    hands, by table; `joined` the rows that both had and that became one.
    """

    __tablename__ = "links"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    other_id: Mapped[str] = mapped_column(String(32))
    other_created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    moved: Mapped[dict[str, list[Any]]] = mapped_column(JsonColumn)
    joined: Mapped[dict[str, list[Any]]] = mapped_column(JsonColumn)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
