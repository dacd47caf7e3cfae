"""Whose votes are set aside until somebody has looked at them, and who let them in again?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.tables import ImpressionRow, VoteRow
from feedback.training.defence import Suspicion
from feedback.training.tables import QuarantineRow
from recommender.errors import NotFoundError

__all__ = ["Quarantined", "VoteCast", "hold", "quarantined", "release", "set_aside", "votes_cast"]


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A person whose votes no model is trained on, and why. `released_by` is who let them in again, if anybody did."""

    person_id: str
    kind: str
    detail: str
    since: datetime
    released_by: str | None = None


@dataclass(frozen=True, slots=True)
class VoteCast:
    """A person's live thumb on a product (1 or -1), what they had asked for, and when."""

    item_id: str
    value: int
    query: str
    at: datetime


def set_aside(session: Session, suspects: Mapping[str, Suspicion], now: datetime) -> set[str]:
    """Keep suspects apart; everybody who is apart now. Whoever was released stays released."""
    for person_id, suspicion in suspects.items():
        if session.get(QuarantineRow, person_id) is None:
            session.add(
                QuarantineRow(person_id=person_id, kind=suspicion.kind, detail=suspicion.detail[:200], since=now)
            )
    session.flush()
    apart = select(QuarantineRow.person_id).where(QuarantineRow.released_by.is_(None))
    return set(session.scalars(apart))


def quarantined(session: Session) -> list[Quarantined]:
    """Everybody who is or was kept apart, newest first."""
    rows = session.scalars(select(QuarantineRow).order_by(QuarantineRow.since.desc(), QuarantineRow.person_id))
    return [Quarantined(row.person_id, row.kind, row.detail, row.since, row.released_by) for row in rows]


def votes_cast(session: Session, person_id: str, limit: int = 100) -> list[VoteCast]:
    """A person's newest live thumbs."""
    rows = session.execute(
        select(VoteRow.item_id, VoteRow.value, ImpressionRow.query, VoteRow.updated_at)
        .join(ImpressionRow, ImpressionRow.id == VoteRow.impression_id)
        .where(VoteRow.person_id == person_id, VoteRow.value != 0)
        .order_by(VoteRow.updated_at.desc(), VoteRow.item_id)
        .limit(limit)
    )
    return [VoteCast(*row) for row in rows.tuples()]


def release(session: Session, person_id: str, by: str) -> None:
    """Let a person's votes count again.

    Raises:
        NotFoundError: nobody of this id is kept apart.
    """
    _row(session, person_id).released_by = by


def hold(session: Session, person_id: str) -> None:
    """Set a person's votes aside again after they were released.

    Raises:
        NotFoundError: this person's never were.
    """
    _row(session, person_id).released_by = None


def _row(session: Session, person_id: str) -> QuarantineRow:
    row = session.get(QuarantineRow, person_id)
    if row is None:
        raise NotFoundError(f"The votes of {person_id!r} are not set aside: `shoptalk train suspects` shows whose are.")
    return row
