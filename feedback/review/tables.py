"""How are judgements kept in SQL, so that they outlive the words they were made on?

A label says what was decided on a subject, an id that means nothing by itself. What the subject was, in a shopper's
words, is in `review_sources`, which is erased with the shopper.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from recommender.db import Base, BigId, UtcDateTime

__all__ = ["LabelChangeRow", "LabelRow", "ReviewSourceRow", "ReviewSubjectRow"]


class ReviewSubjectRow(Base):
    """Under which id decisions on a thing are kept: one row a thing, however many decide on it at the same moment.

    `thing` is the hash of what it is (`labels.thing_of`). The row goes with the subject's last source.
    """

    __tablename__ = "review_subjects"

    thing: Mapped[str] = mapped_column(String(64), primary_key=True)
    subject_id: Mapped[str] = mapped_column(String(32), index=True)


class ReviewSourceRow(Base):
    """Where a subject comes from and what it says. `person_id` is None where no shopper said it (an import).

    `text_hash` finds a query that was judged before; it goes with the text.
    """

    __tablename__ = "review_sources"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    subject_id: Mapped[str] = mapped_column(String(32), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    item_id: Mapped[str | None] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    text_hash: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"), index=True)
    turn_id: Mapped[str | None] = mapped_column(ForeignKey("turns.id"), index=True)
    impression_id: Mapped[str | None] = mapped_column(ForeignKey("impressions.id"), index=True)

    __table_args__ = (Index("ix_review_sources_hash", "text_hash", "kind"),)


class LabelRow(Base):
    """What one rater decided on one subject: a grade 0 to 3, a thumb 1 or 0, an intent, or "skip"."""

    __tablename__ = "labels"

    subject_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    rater: Mapped[str] = mapped_column(String(80), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), index=True)
    item_id: Mapped[str | None] = mapped_column(String(200))
    value: Mapped[str] = mapped_column(String(60))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LabelChangeRow(Base):
    """Every decision that was ever made, in order, and whether it was taken back; those of one act share a `batch`."""

    __tablename__ = "label_changes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    batch: Mapped[str] = mapped_column(String(32), index=True)
    subject_id: Mapped[str] = mapped_column(String(32))
    rater: Mapped[str] = mapped_column(String(80), index=True)
    before: Mapped[str | None] = mapped_column(String(60))
    after: Mapped[str | None] = mapped_column(String(60))
    undone: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
