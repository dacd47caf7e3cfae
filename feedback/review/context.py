"""What does somebody who judges have to see around the thing itself?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.review.subject import ReviewItem
from feedback.tables import ImpressionRow, MessageRow, TurnRow, VoteRow

__all__ = ["Context", "Said", "Shown", "context"]

_LONGEST_CONVERSATION = 500


@dataclass(frozen=True, slots=True)
class Said:
    """One message. `here`: it belongs to the turn that is judged. `product_ids` are those of the cards it shows."""

    sender: str
    text: str
    at: datetime
    here: bool
    product_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """One product that was shown in the turn that is judged."""

    item_id: str
    position: int
    score: float
    legs: Mapping[str, float]
    versions: Mapping[str, str]
    reasons: Sequence[str]
    vote: int


@dataclass(frozen=True, slots=True)
class Context:
    """The conversation from its beginning, what was shown in the turn, and what the turn was taken for."""

    session_id: str | None
    said: Sequence[Said]
    shown: Sequence[Shown]
    intent: str | None = None
    confidence: float | None = None


def context(session: Session, item: ReviewItem) -> Context:
    """Everything around `item`, as it was where it was seen last; empty where its shopper was forgotten meanwhile."""
    turn_id = item.sources[0].turn_id
    turn = None if turn_id is None else session.get(TurnRow, turn_id)
    if turn is None:
        return Context(None, (), ())
    messages = session.scalars(
        select(MessageRow)
        .where(MessageRow.session_id == turn.session_id)
        .order_by(MessageRow.id.desc())
        .limit(_LONGEST_CONVERSATION)
    ).all()
    impressions = session.execute(
        select(ImpressionRow, VoteRow.value)
        .outerjoin(VoteRow, VoteRow.impression_id == ImpressionRow.id)
        .where(ImpressionRow.turn_id == turn.id)
        .order_by(ImpressionRow.position, ImpressionRow.id)
    )
    return Context(
        session_id=turn.session_id,
        said=[_said(message, turn.id) for message in reversed(messages)],
        shown=[
            Shown(row.item_id, row.position, row.score, row.legs, row.versions, row.reasons, vote or 0)
            for row, vote in impressions
        ],
        intent=turn.intent,
        confidence=turn.confidence,
    )


def _said(row: MessageRow, turn_id: str) -> Said:
    items = row.body.get("items") or []
    return Said(
        row.sender, _in_words(row.body, items), row.created_at, row.turn_id == turn_id,
        tuple(str(item["id"]) for item in items if row.body.get("type") == "products" and "id" in item),
    )  # fmt: skip


def _in_words(body: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> str:
    """A reply of the HTTP contract as one line of text."""
    if "text" in body:
        return str(body["text"])
    named = [str(item.get("title") or item.get("label") or "") for item in items]
    return f"[{body.get('type', 'reply')}] " + " · ".join(name for name in named if name)
