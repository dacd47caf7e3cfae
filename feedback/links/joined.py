"""What becomes of a row that two people both have (the same product in both carts) when they become one, and after?

A table says how: `info={"adds_up": {"quantity": 99}}` adds that column up, to 99 at most. Elsewhere the older row
stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, and_, delete, insert, select, update
from sqlalchemy.orm import Session

from recommender.db import UtcDateTime

__all__ = ["join_rows", "part_rows"]

Row = dict[str, Any]


def join_rows(session: Session, table: Table, owner: Column[Any], kept: str, joining: str) -> list[list[Row]]:
    """Make one row of each that both people have: `kept`'s. Each with what it was for `kept` and for `joining`."""
    theirs = _by_key(session, table, owner, joining)
    joined = []
    for key, row in _by_key(session, table, owner, kept).items():
        other = theirs.get(key)
        if other is None:
            continue
        sums = {name: min(row[name] + other[name], most) for name, most in _adds_up(table).items()}
        session.execute(delete(table).where(_is(table, other)))
        if sums:
            session.execute(update(table).where(_is(table, row)).values(sums))
        joined.append([_to_json(row), _to_json(other)])
    return joined


def part_rows(
    session: Session, table: Table, owner: Column[Any], kept: str, other: str, joined: Sequence[Sequence[Row]]
) -> None:
    """Give both people back what `join_rows` made one, as far as it is still there."""
    for before in joined:
        mine, theirs = (_from_json(table, row) for row in before)
        mine[owner.name], theirs[owner.name] = kept, other
        now = session.execute(select(table).where(_is(table, mine))).mappings().first()
        if now is None:
            continue
        shares = {name: _shares(mine[name], theirs[name], now[name], most) for name, most in _adds_up(table).items()}
        theirs |= {name: given for name, (_, given) in shares.items()}
        left = {name: rest for name, (rest, _) in shares.items()}
        session.execute(insert(table).values(theirs))
        if any(rest == 0 for rest in left.values()):
            session.execute(delete(table).where(_is(table, mine)))
        elif left:
            session.execute(update(table).where(_is(table, mine)).values(left))


def _shares(mine: int, theirs: int, now: int, most: int) -> tuple[int, int]:
    """How many of the `now` there are go to each: what each had, if nothing changed; else the other's come first."""
    if now == min(mine + theirs, most):
        return mine, theirs
    given = min(theirs, now)
    return now - given, given


def _adds_up(table: Table) -> Mapping[str, int]:
    found: Mapping[str, int] = table.info.get("adds_up", {})
    return found


def _by_key(session: Session, table: Table, owner: Column[Any], person_id: str) -> dict[tuple[Any, ...], Row]:
    rows = session.execute(select(table).where(owner == person_id)).mappings()
    others = [column.name for column in table.primary_key if column is not owner]
    return {tuple(row[name] for name in others): dict(row) for row in rows}


def _is(table: Table, row: Row) -> ColumnElement[bool]:
    return and_(*(column == row[column.name] for column in table.primary_key))


def _to_json(row: Row) -> Row:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}


def _from_json(table: Table, row: Row) -> Row:
    moments = {column.name for column in table.c if isinstance(column.type, UtcDateTime)}
    return {
        name: datetime.fromisoformat(value) if name in moments and value is not None else value
        for name, value in row.items()
    }
