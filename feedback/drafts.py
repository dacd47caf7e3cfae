"""Which answers were suggested to agents, what became of each, and what can be learned from that?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from rapidfuzz.distance import Levenshtein
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.desk_tables import DraftRow
from feedback.tables import TurnRow

__all__ = ["WRITTEN", "Suggested", "decide", "drafts_for", "keep_drafts", "training_pairs"]

WRITTEN: Final = "written"
"""The source of an answer that an agent wrote without any draft."""

_LONGEST_COMPARED = 4000


@dataclass(frozen=True, slots=True)
class Suggested:
    """A draft that an agent sees; `id` is the row that keeps it."""

    id: int
    source: str
    title: str
    text: str
    confidence: float
    item_ids: tuple[str, ...]


def keep_drafts(
    session: Session, session_id: str, turn_id: str, drafts: Sequence[Any], now: datetime
) -> list[Suggested]:
    """Keep what is suggested as the answer to a turn (`source`, `title`, `text`, `confidence`, `item_ids` of each).

    A turn's drafts are kept once: whoever asks again, or another agent, gets the ones that were kept first.
    """
    earlier = drafts_for(session, turn_id)
    if earlier:
        return earlier
    session.add_all(
        DraftRow(
            session_id=session_id, turn_id=turn_id, source=one.source, title=one.title[:200], text=one.text,
            item_ids=list(one.item_ids), confidence=one.confidence, rank=rank, created_at=now,
        )
        for rank, one in enumerate(drafts, start=1)
    )  # fmt: skip
    session.flush()
    return drafts_for(session, turn_id)


def drafts_for(session: Session, turn_id: str) -> list[Suggested]:
    """What was suggested as the answer to a turn, likeliest first."""
    query = select(DraftRow).where(DraftRow.turn_id == turn_id, DraftRow.source != WRITTEN).order_by(DraftRow.rank)
    return [
        Suggested(row.id, row.source, row.title, row.text, row.confidence, tuple(row.item_ids))
        for row in session.scalars(query)
    ]


def decide(
    session: Session, session_id: str, turn_id: str, agent_id: str, chosen: int | None, sent: str, now: datetime
) -> None:
    """An agent answered the turn: `chosen` is the draft they inserted, if any, and `sent` what they sent.

    The others of the turn are rejected; those that were decided before stay as they are.
    """
    open_rows = session.scalars(select(DraftRow).where(DraftRow.turn_id == turn_id, DraftRow.outcome.is_(None))).all()
    for row in open_rows:
        row.agent_id, row.decided_at, row.outcome = agent_id, now, "rejected"
        if row.id == chosen:
            row.sent_text = sent
            row.distance = Levenshtein.distance(row.text[:_LONGEST_COMPARED], sent[:_LONGEST_COMPARED])
            row.outcome = "edited" if row.distance else "accepted"
    if sent and chosen not in {row.id for row in open_rows}:
        session.add(
            DraftRow(
                session_id=session_id, turn_id=turn_id, source=WRITTEN, title="", text="", item_ids=[], confidence=0.0,
                rank=0, created_at=now, outcome=WRITTEN, sent_text=sent, distance=len(sent[:_LONGEST_COMPARED]),
                agent_id=agent_id, decided_at=now,
            )
        )  # fmt: skip
    session.flush()


def training_pairs(session: Session) -> Iterator[dict[str, Any]]:
    """What was asked, suggested and sent, oldest first: pairs to learn better answers from."""
    query = (
        select(TurnRow.text, DraftRow)
        .join(DraftRow, DraftRow.turn_id == TurnRow.id)
        .where(DraftRow.outcome.in_(("accepted", "edited", WRITTEN)))
        .order_by(DraftRow.id)
    )
    for asked, row in session.execute(query):
        yield {
            "asked": asked, "source": row.source, "draft": row.text, "sent": row.sent_text, "outcome": row.outcome,
            "distance": row.distance,
        }  # fmt: skip
