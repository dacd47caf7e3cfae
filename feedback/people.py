"""Who is this, and by what name does a channel know them?"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from feedback.once import insert_missing
from feedback.tables import IdentityRow, PersonRow
from recommender.errors import NotFoundError

__all__ = ["SHOP_CHANNEL", "find_person", "new_person", "people_for", "person_for"]

SHOP_CHANNEL = "shop"
"""The channel of the shop's own customer numbers: imported events, signed identities, `--as USER`."""

_NAMES_PER_STATEMENT = 1000


def new_person(session: Session, now: datetime) -> str:
    """Make a person nobody knows yet; their id."""
    person = PersonRow(id=uuid.uuid4().hex, created_at=now)
    session.add(person)
    session.flush()
    return person.id


def person_for(session: Session, channel: str, external_id: str, now: datetime) -> str:
    """The person whom `channel` knows as `external_id`; made on first sight."""
    return people_for(session, channel, [external_id], now)[external_id]


def people_for(session: Session, channel: str, external_ids: Collection[str], now: datetime) -> dict[str, str]:
    """The person of each name on `channel`, by name; those who are new are made.

    Two transactions that see a name for the first time end with one person: the identity's key decides, and the loser
    takes its own person back.
    """
    known = _look_up(session, channel, external_ids)
    # In order, so that two who make many of the same people wait for each other and never crosswise.
    unknown = sorted(set(external_ids) - known.keys())
    if not unknown:
        return known
    made = {name: uuid.uuid4().hex for name in unknown}
    session.execute(insert(PersonRow), [{"id": person_id, "created_at": now} for person_id in made.values()])
    insert_missing(
        session,
        IdentityRow,
        [{"channel": channel, "external_id": name, "person_id": person_id} for name, person_id in made.items()],
    )
    found = _look_up(session, channel, unknown)
    lost = set(made.values()) - set(found.values())
    if lost:
        session.execute(delete(PersonRow).where(PersonRow.id.in_(lost)))
    return known | found


def find_person(session: Session, channel: str, external_id: str) -> str:
    """The person whom `channel` knows as `external_id`.

    Raises:
        NotFoundError: the channel knows nobody by that name.
    """
    known = _look_up(session, channel, [external_id])
    if external_id not in known:
        raise NotFoundError(f"Nobody is known as {external_id!r} on the channel {channel!r}.")
    return known[external_id]


def _look_up(session: Session, channel: str, external_ids: Collection[str]) -> dict[str, str]:
    names = list(external_ids)
    found: dict[str, str] = {}
    for start in range(0, len(names), _NAMES_PER_STATEMENT):
        query = select(IdentityRow.external_id, IdentityRow.person_id).where(
            IdentityRow.channel == channel, IdentityRow.external_id.in_(names[start : start + _NAMES_PER_STATEMENT])
        )
        found.update((row.external_id, row.person_id) for row in session.execute(query))
    return found
