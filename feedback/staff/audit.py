"""Who did what, and when?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.staff.roles import Actor
from feedback.staff.tables import AuditRow

__all__ = ["audit", "latest_actions"]

COMMAND_LINE = "command line"
"""Who acts where nobody logged in: whoever may run the program on its machine."""


def audit(
    session: Session,
    actor: Actor | None,
    action: str,
    now: datetime,
    *,
    session_id: str | None = None,
    **details: Any,
) -> None:
    """Keep that `actor` (None: the command line) did `action`, in the transaction that does it.

    `details` are ids, numbers and names of this program; `session_id` is the shopper's conversation it was done to.
    """
    session.add(
        AuditRow(
            staff_id=None if actor is None else actor.id,
            staff_name=COMMAND_LINE if actor is None else actor.name,
            action=action,
            details=details,
            session_id=session_id,
            at=now,
        )
    )


def latest_actions(session: Session, limit: int = 200, *, staff_id: str | None = None) -> Sequence[AuditRow]:
    """What was done last (by one account), newest first."""
    query = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit)
    if staff_id is not None:
        query = query.where(AuditRow.staff_id == staff_id)
    return session.scalars(query).all()
