"""Who alone may do a thing for now, when several processes could?"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from recommender.catalogue.tables import Lease
from recommender.clock import Clock
from recommender.db import Database

__all__ = ["Leases"]


class Leases:
    """Named leases in SQL. A holder that falls silent loses its lease when the time it asked for has passed.

    A holder is any text that no other process uses. Clocks of machines that share a database have to agree within a
    small part of the time a lease lasts.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def acquire(self, name: str, holder: str, lasting: timedelta) -> bool:
        """Take the lease `name` if it is free, expired or already `holder`'s; whether it is `holder`'s now."""
        now = self._clock.now()
        row = {"name": name, "holder": holder, "expires_at": now + lasting}
        with self._database.transaction() as session:
            dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
            # One statement decides, so of two that ask at once one waits and then sees the other's lease.
            taken = (
                dialect.insert(Lease)
                .values(row)
                .on_conflict_do_update(
                    index_elements=[Lease.name],
                    set_={"holder": holder, "expires_at": row["expires_at"]},
                    where=or_(Lease.expires_at <= now, Lease.holder == holder),
                )
                .returning(Lease.holder)
            )
            return session.scalar(taken) is not None

    def renew(self, name: str, holder: str, lasting: timedelta) -> bool:
        """Keep the lease for `lasting` more; False when it is no longer `holder`'s, who then has to stop."""
        with self._database.transaction() as session:
            renewed = (
                update(Lease)
                .where(Lease.name == name, Lease.holder == holder)
                .values(expires_at=self._clock.now() + lasting)
                .returning(Lease.holder)
            )
            return session.scalar(renewed) is not None

    def release(self, name: str, holder: str) -> None:
        """Give the lease back; nothing happens when it is not `holder`'s."""
        with self._database.transaction() as session:
            session.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))

    def holder(self, name: str) -> str | None:
        """Who holds the lease `name` now; None when nobody does or it has expired."""
        with self._database.reading() as session:
            live = select(Lease.holder).where(Lease.name == name, Lease.expires_at > self._clock.now())
            return session.scalar(live)
