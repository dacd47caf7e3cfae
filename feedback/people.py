"""Who is this, and by what name does a channel know them?"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from feedback.once import insert_missing
from feedback.tables import IdentityRow, PersonRow
from recommender.errors import NotFoundError

__all__ = ["SHOP_CHANNEL", "find_person", "new_person", "person_for"]

SHOP_CHANNEL = "shop"
"""The channel of the shop's own customer numbers: imported events, signed identities, `--as USER`."""


def new_person(session: Session) -> str:
    """Make a person nobody knows yet; their id."""
    person = PersonRow(id=uuid.uuid4().hex, created_at=datetime.now(UTC))
    session.add(person)
    session.flush()
    return person.id


def person_for(session: Session, channel: str, external_id: str) -> str:
    """The person whom `channel` knows as `external_id`; made on first sight.

    Two transactions that see the same name for the first time end with one person: the identity's key decides, and
    the loser takes its own person back.
    """
    known = _look_up(session, channel, external_id)
    if known is not None:
        return known
    person_id = new_person(session)
    identity = {"channel": channel, "external_id": external_id, "person_id": person_id}
    if insert_missing(session, IdentityRow, [identity]):
        return person_id
    session.execute(delete(PersonRow).where(PersonRow.id == person_id))
    return find_person(session, channel, external_id)


def find_person(session: Session, channel: str, external_id: str) -> str:
    """The person whom `channel` knows as `external_id`.

    Raises:
        NotFoundError: the channel knows nobody by that name.
    """
    known = _look_up(session, channel, external_id)
    if known is None:
        raise NotFoundError(f"Nobody is known as {external_id!r} on the channel {channel!r}.")
    return known


def _look_up(session: Session, channel: str, external_id: str) -> str | None:
    return session.scalar(
        select(IdentityRow.person_id).where(IdentityRow.channel == channel, IdentityRow.external_id == external_id)
    )
