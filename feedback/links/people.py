"""How do two people become one, and what goes back to whom when they are told apart again?

Linking gives everything of the younger record of a person to the older one: conversations with what was shown and said
in them, votes, behaviour, cart, saved products, names. What goes along with a conversation or an impression is told by
its reference; the keys of all else are noted, so that it can go back.

Taking a link apart gives back what was noted, as far as it is still there, and every conversation that was begun since
on a channel whose name goes back, with all that refers to it. What was added since and belongs to no conversation (the
cart, saved products, reported behaviour) stays with the older record. Nothing that was removed since comes back.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, delete, insert, select, true, tuple_, update
from sqlalchemy.orm import Session

from feedback.inventory import PERSONAL_TABLES, personal_links, personal_table
from feedback.links.joined import join_rows, part_rows
from feedback.links.tables import LinkCodeRow, LinkRow
from feedback.tables import IdentityRow, PersonRow, SessionRow
from recommender.errors import ConflictError, NotFoundError

__all__ = ["is_linked", "link_people", "unlink"]

_KEYS_PER_STATEMENT = 400


def link_people(session: Session, one: str, other: str, now: datetime) -> str:
    """Make two people one; the id that both are from now on.

    Raises:
        NotFoundError: one of them was erased.
        ConflictError: both are known by a name of their own on the same channel, so they are two.
    """
    kept, joining = _older_first(session, one, other)
    _refuse_two_names(session, kept.id, joining.id)
    moved: dict[str, list[Any]] = {}
    joined: dict[str, list[Any]] = {}
    session.execute(delete(LinkCodeRow).where(LinkCodeRow.person_id.in_([one, other])))
    for table, owner in _owned_tables():
        if owner.primary_key:
            joined[table.name] = join_rows(session, table, owner, kept.id, joining.id)
        if not _follows(table):
            key = _key(table, owner)
            rows = session.execute(select(*key, owner).where(owner == joining.id))
            moved[table.name] = [list(row)[:-1] for row in rows]
        session.execute(update(table).where(owner == joining.id).values({owner.name: kept.id}))
    session.expire_all()
    session.add(
        LinkRow(
            id=uuid.uuid4().hex, person_id=kept.id, other_id=joining.id, other_created_at=joining.created_at,
            moved=moved, joined={name: rows for name, rows in joined.items() if rows}, created_at=now,
        )
    )  # fmt: skip
    session.flush()
    session.execute(delete(PersonRow).where(PersonRow.id == joining.id))
    return kept.id


def is_linked(session: Session, person_id: str) -> bool:
    """Whether this person was once two."""
    return session.scalar(select(LinkRow.id).where(LinkRow.person_id == person_id).limit(1)) is not None


def unlink(session: Session, session_id: str) -> int:
    """Take apart every link that joined somebody to whom this conversation belongs; how many there were.

    Raises:
        NotFoundError: the conversation was erased.
    """
    count = 0
    while link := _link_of(session, session_id):
        _take_apart(session, link)
        count += 1
    return count


def _link_of(session: Session, session_id: str) -> LinkRow | None:
    """The link that brought this conversation to the person it belongs to, else the newest one of that person."""
    conversation = session.get(SessionRow, session_id, populate_existing=True)
    if conversation is None:
        raise NotFoundError("This conversation does not exist any more; open a new session.")
    person_id = conversation.person_id
    session.execute(select(PersonRow.id).where(PersonRow.id == person_id).with_for_update())
    newest_first = (LinkRow.created_at.desc(), LinkRow.id)
    links = list(session.scalars(select(LinkRow).where(LinkRow.person_id == person_id).order_by(*newest_first)))
    brought = (link for link in links if session_id in _sessions_going_back(session, link))
    return next(brought, links[0] if links else None)


def _take_apart(session: Session, link: LinkRow) -> None:
    kept, other = link.person_id, link.other_id
    session.execute(insert(PersonRow), [{"id": other, "created_at": link.other_created_at}])
    going = {**link.moved, "sessions": [[one] for one in sorted(_sessions_going_back(session, link))]}
    joined = link.joined
    session.delete(link)
    session.flush()
    for table, owner in _owned_tables():
        key = _key(table, owner)
        for keys in _chunks(going.get(table.name, [])):
            session.execute(update(table).where(owner == kept, _among(key, keys)).values({owner.name: other}))
        for condition in _following(table, other):
            session.execute(update(table).where(owner == kept, condition).values({owner.name: other}))
        part_rows(session, table, owner, kept, other, joined.get(table.name, []))
    session.expire_all()


def _sessions_going_back(session: Session, link: LinkRow) -> set[str]:
    """The conversations that came with the link, and those begun since on a channel whose name came with it."""
    names = tuple_(IdentityRow.channel, IdentityRow.external_id)
    came = [tuple(key) for key in link.moved.get("identities", [])]
    channels = select(IdentityRow.channel).where(names.in_(came), IdentityRow.person_id == link.person_id)
    since = select(SessionRow.id).where(
        SessionRow.person_id == link.person_id,
        SessionRow.created_at >= link.created_at,
        SessionRow.channel.in_(channels),
    )
    return {key[0] for key in link.moved.get("sessions", [])} | set(session.scalars(since))


def _older_first(session: Session, one: str, other: str) -> tuple[PersonRow, PersonRow]:
    # In order of their ids, so that two who link the same people wait for each other and never crosswise.
    rows = session.scalars(
        select(PersonRow).where(PersonRow.id.in_([one, other])).order_by(PersonRow.id).with_for_update()
    ).all()
    if one == other:
        raise ConflictError("These two are linked already.")
    if len(rows) < 2:
        raise NotFoundError("One of the two was erased; there is nothing to link.")
    kept, joining = sorted(rows, key=lambda row: (row.created_at, row.id))
    return kept, joining


def _refuse_two_names(session: Session, one: str, other: str) -> None:
    channels = [
        set(session.scalars(select(IdentityRow.channel).where(IdentityRow.person_id == person)))
        for person in (one, other)
    ]
    if channels[0] & channels[1]:
        raise ConflictError(
            "This is linked to another account of the same kind already; take that link apart first (/unlink)."
        )


def _owned_tables() -> Iterator[tuple[Table, Column[Any]]]:
    """Every table with rows that belong to a person, and by which column; those referred to come first."""
    for name in reversed(PERSONAL_TABLES):
        table = personal_table(name)
        for column, target in personal_links(table):
            if target.name == "people":
                yield table, column


def _following(table: Table, person_id: str) -> Iterator[ColumnElement[bool]]:
    """Which rows of `table` refer to something of this person, once for each column that does."""
    for column, target in personal_links(table):
        owners = [owner for owner, of in personal_links(target) if of.name == "people"]
        if target.name != "people" and owners:
            yield column.in_(select(target.c.id).where(owners[0] == person_id))


def _follows(table: Table) -> bool:
    return any(True for _ in _following(table, ""))


def _key(table: Table, owner: Column[Any]) -> list[Column[Any]]:
    """What, besides its owner, tells a row from the others; nothing where everybody has one at most."""
    return [column for column in table.primary_key if column is not owner]


def _among(key: Sequence[Column[Any]], keys: Sequence[Sequence[Any]]) -> ColumnElement[bool]:
    if not key:
        return true()
    if len(key) == 1:
        return key[0].in_([one[0] for one in keys])
    return tuple_(*key).in_([tuple(one) for one in keys])


def _chunks(keys: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(keys), _KEYS_PER_STATEMENT):
        yield keys[start : start + _KEYS_PER_STATEMENT]
