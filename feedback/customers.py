"""Which of the shop's own customers did anything?"""

from __future__ import annotations

from sqlalchemy import exists, select

from feedback.people import SHOP_CHANNEL
from feedback.preferences import FORGOTTEN
from feedback.tables import EventRow, IdentityRow
from recommender.db import Database

__all__ = ["active_customers"]


def active_customers(database: Database) -> dict[str, str]:
    """The customer number of everybody with an event, by person."""
    query = select(IdentityRow.person_id, IdentityRow.external_id).where(
        IdentityRow.channel == SHOP_CHANNEL,
        exists().where(EventRow.person_id == IdentityRow.person_id, EventRow.kind != FORGOTTEN),
    )
    with database.reading() as session:
        return {row.person_id: row.external_id for row in session.execute(query)}
