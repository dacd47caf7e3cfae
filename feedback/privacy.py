"""What is kept of a person, and how is all of it erased?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CursorResult, Table, delete, func, select
from sqlalchemy.orm import Session

from feedback.inventory import PERSONAL_TABLES, owned_by, personal_links, personal_table
from feedback.review.labels import forget_things
from feedback.tables import PersonRow, SessionRow
from feedback.training.lineage import note_erasure
from recommender.db import Base, Database
from recommender.errors import NotFoundError

__all__ = ["ForgetTrackers", "Receipt", "erase", "export"]

TRACKERS = "rasa_trackers"
_IDS_PER_STATEMENT = 500

ForgetTrackers = Callable[[Sequence[str]], int]
"""Makes Rasa forget the conversations with these session ids; how many of its rows that were."""


@dataclass(frozen=True)
class Receipt:
    """How many rows of each store were erased, and how many a look afterwards still found: none, if all is well.

    `models` are the versions that were trained on the person's votes: they are to be retired or trained anew.
    """

    person_id: str
    erased: dict[str, int] = field(default_factory=dict)
    remaining: dict[str, int] = field(default_factory=dict)
    models: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nothing is left."""
        return not any(self.remaining.values())


def export(database: Database, person_id: str) -> dict[str, list[dict[str, Any]]]:
    """Every row about a person, by table, ready to be written as JSON.

    Raises:
        NotFoundError: there is no such person.
    """
    with database.reading() as session:
        _known(session, person_id)
        kept = {}
        for name in reversed(PERSONAL_TABLES):
            table = personal_table(name)
            query = select(table).where(owned_by(person_id, table)).order_by(*table.primary_key)
            kept[name] = [
                {column: _plain(value) for column, value in row.items()} for row in session.execute(query).mappings()
            ]
    return kept


def erase(database: Database, person_id: str, forget_trackers: ForgetTrackers | None = None) -> Receipt:
    """Erase everything about a person in one transaction, then look whether anything of it is left anywhere.

    A conversation that goes on meanwhile loses its session: what it would still write is refused. Rasa's trackers lie
    in a database of their own; `forget_trackers` reaches them.

    Raises:
        NotFoundError: there is no such person.
    """
    with database.transaction() as session:
        _known(session, person_id, lock=True)
        # Whoever is about to add to one of the person's conversations waits, and then finds it gone.
        owned = SessionRow.person_id == person_id
        session_ids = list(session.scalars(select(SessionRow.id).where(owned).with_for_update()))
        keys = {name: _keys(session, person_id, name) for name in PERSONAL_TABLES if "id" in personal_table(name).c}
        models = note_erasure(session, person_id)
        erased = {name: _delete(session, person_id, personal_table(name)) for name in PERSONAL_TABLES}
        forget_things(session)
    with database.reading() as session:
        remaining = {name: _referring(session, table, keys) for name, table in Base.metadata.tables.items()}
    if forget_trackers is not None:
        erased[TRACKERS] = forget_trackers(session_ids)
        remaining[TRACKERS] = forget_trackers(session_ids)
    return Receipt(person_id, erased, {name: count for name, count in remaining.items() if count}, models)


def _known(session: Session, person_id: str, *, lock: bool = False) -> None:
    query = select(PersonRow.id).where(PersonRow.id == person_id)
    if session.scalar(query.with_for_update() if lock else query) is None:
        raise NotFoundError(f"There is no person {person_id!r}; nothing is kept of them.")


def _keys(session: Session, person_id: str, name: str) -> list[Any]:
    table = personal_table(name)
    return list(session.scalars(select(table.c.id).where(owned_by(person_id, table))))


def _delete(session: Session, person_id: str, table: Table) -> int:
    result = session.execute(delete(table).where(owned_by(person_id, table)))
    assert isinstance(result, CursorResult)
    return result.rowcount


def _referring(session: Session, table: Table, keys: dict[str, list[Any]]) -> int:
    """How many rows of `table` are, or refer to, one of the rows that were erased."""
    searched = [(column, keys[target.name]) for column, target in personal_links(table) if target.name in keys]
    if table.name in keys:
        searched.append((table.c.id, keys[table.name]))
    count = 0
    for column, ids in searched:
        for start in range(0, len(ids), _IDS_PER_STATEMENT):
            condition = column.in_(ids[start : start + _IDS_PER_STATEMENT])
            count += session.scalar(select(func.count()).select_from(table).where(condition)) or 0
    return count


def _plain(value: Any) -> Any:
    """A value as JSON can write it."""
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
