"""How is a row written once, however often it is delivered?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from recommender.db import Base

__all__ = ["insert_missing"]


def insert_missing(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert the rows whose key (any unique one) is not there yet, leave the others alone; how many were new.

    On PostgreSQL a key that another transaction is just inserting is waited for, so that two deliveries at once end
    as one row.
    """
    if not rows:
        return 0
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    # Returned keys are counted because drivers do not count the rows of a batch.
    statement = insert(table).on_conflict_do_nothing().returning(*inspect(table).primary_key)
    return len(session.execute(statement, [dict(row) for row in rows]).all())
