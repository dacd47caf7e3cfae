"""What did a channel deliver, what of it is still to be worked, and in which order?

Each function is one step inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from feedback.channels.tables import UpdateRow
from feedback.once import insert_missing
from feedback.people import person_for

__all__ = [
    "KEPT_FOR",
    "Delivered",
    "Waiting",
    "end_update",
    "forget_old_updates",
    "next_update",
    "take_updates",
    "waiting_of_kind",
    "waiting_places",
]

KEPT_FOR = timedelta(days=2)
"""How long the number of a worked update is known. Telegram delivers one again for 24 hours at most."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """One update as a channel delivered it. `sender` is whoever sent it, None where that is no person to talk with."""

    external_id: int
    place: str
    kind: str
    body: Mapping[str, Any]
    sender: str | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """One update that is to be worked; `attempts` counts how often that was begun, this time included."""

    id: int
    external_id: int
    place: str
    kind: str
    body: Mapping[str, Any]
    person_id: str | None
    attempts: int


def take_updates(session: Session, channel: str, account: str, delivered: Sequence[Delivered], now: datetime) -> int:
    """Keep what was delivered, each update once however often it comes; how many were new.

    Whoever sent one is a person from then on, so that export and erasure find what waits as well.
    """
    rows = [
        {
            "account": account,
            "external_id": one.external_id,
            "person_id": None if one.sender is None else person_for(session, channel, one.sender, now),
            "place": one.place,
            "kind": one.kind,
            "body": dict(one.body),
            "status": "waiting",
            "attempts": 0,
            "received_at": now,
        }
        for one in delivered
    ]
    return insert_missing(session, UpdateRow, rows)


def waiting_places(session: Session, account: str, limit: int) -> list[str]:
    """The chats for which something waits, whoever waits longest first."""
    query = (
        select(UpdateRow.place)
        .where(UpdateRow.account == account, UpdateRow.status == "waiting")
        .group_by(UpdateRow.place)
        .order_by(func.min(UpdateRow.id))
        .limit(limit)
    )
    return list(session.scalars(query))


def waiting_of_kind(session: Session, account: str, kind: str, place: str | None = None) -> list[Waiting]:
    """What waits of one kind (in one chat), in order."""
    query = select(UpdateRow).where(UpdateRow.account == account, UpdateRow.status == "waiting", UpdateRow.kind == kind)
    if place is not None:
        query = query.where(UpdateRow.place == place)
    return [_waiting(row) for row in session.scalars(query.order_by(UpdateRow.external_id).limit(500))]


def next_update(session: Session, account: str, place: str) -> Waiting | None:
    """The first update of a chat that waits, by the channel's own numbers; it counts as begun once more."""
    row = session.scalar(
        select(UpdateRow)
        .where(UpdateRow.account == account, UpdateRow.status == "waiting", UpdateRow.place == place)
        .order_by(UpdateRow.external_id)
        .limit(1)
    )
    if row is None:
        return None
    row.attempts += 1
    return _waiting(row)


def end_update(session: Session, update_id: int, status: str) -> None:
    """An update has been worked: from now on only its number is known, not what it said."""
    session.execute(update(UpdateRow).where(UpdateRow.id == update_id).values(status=status, body=None))


def forget_old_updates(session: Session, account: str, now: datetime) -> None:
    """Forget the numbers of updates that cannot be delivered again any more."""
    session.execute(
        delete(UpdateRow).where(
            UpdateRow.account == account, UpdateRow.status != "waiting", UpdateRow.received_at < now - KEPT_FOR
        )
    )


def _waiting(row: UpdateRow) -> Waiting:
    return Waiting(row.id, row.external_id, row.place, row.kind, row.body or {}, row.person_id, row.attempts)
