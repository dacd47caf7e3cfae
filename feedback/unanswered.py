"""Which questions did the shop's own texts leave unanswered?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.desk_tables import UnansweredRow
from feedback.once import insert_missing

__all__ = ["note_unanswered", "settle_unanswered", "unanswered_questions"]


def note_unanswered(
    session: Session, session_id: str, turn_id: str, text: str, nearest: str | None, score: float, now: datetime
) -> None:
    """Keep, once for each turn, that nothing the shop wrote answers this; `nearest` came closest, with `score`."""
    row = {
        "session_id": session_id, "turn_id": turn_id, "text": text, "nearest": nearest and nearest[:200],
        "score": score, "at": now,
    }  # fmt: skip
    insert_missing(session, UnansweredRow, [row])


def unanswered_questions(session: Session, limit: int = 200) -> Sequence[UnansweredRow]:
    """Those that nobody has dealt with yet, newest first."""
    query = select(UnansweredRow).where(UnansweredRow.settled_at.is_(None)).order_by(UnansweredRow.id.desc())
    return session.scalars(query.limit(limit)).all()


def settle_unanswered(session: Session, id_: int, now: datetime) -> None:
    """Somebody dealt with it: wrote the answer down, or decided that none is needed."""
    row = session.get(UnansweredRow, id_)
    if row is not None:
        row.settled_at = now
