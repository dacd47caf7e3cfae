"""What may be pressed in a conversation, and what does pressing it mean?"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from feedback.tables import PayloadRow
from recommender.errors import BadInputError

__all__ = ["Pressable", "find_payload", "issue_payloads"]


@dataclass(frozen=True, slots=True)
class Pressable:
    """Something a shopper will be able to press: what `id`, which only the server knows to make, then means."""

    intent: str
    title: str
    arguments: Mapping[str, Any]
    id: str = field(default_factory=lambda: secrets.token_hex(16))


def issue_payloads(session: Session, session_id: str, pressables: Sequence[Pressable], now: datetime) -> None:
    """Take these ids back from this conversation from now on, each for what it means."""
    rows = [
        {
            "id": pressable.id,
            "session_id": session_id,
            "intent": pressable.intent,
            "arguments": dict(pressable.arguments),
            "title": pressable.title[:200],
            "created_at": now,
        }
        for pressable in pressables
    ]
    if rows:
        session.execute(insert(PayloadRow), rows)


def find_payload(session: Session, session_id: str, payload_id: str) -> PayloadRow:
    """What pressing `payload_id` means in this conversation.

    Raises:
        BadInputError: it was not issued to this conversation; whether it was to another is not told.
    """
    payload = session.get(PayloadRow, payload_id)
    if payload is None or payload.session_id != session_id:
        raise BadInputError("This payload was not issued to this session; send one that its own replies carried.")
    return payload
