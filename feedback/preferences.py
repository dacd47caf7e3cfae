"""What did a person decide about what they are shown, and what of their past shall no longer count?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from feedback.once import insert_missing
from feedback.tables import EventRow, ImpressionRow, PreferenceRow
from recommender.clock import Clock
from recommender.db import Database, JoinedDatabase
from recommender.understanding.query import Facet

__all__ = ["FORGOTTEN", "Decided", "Preferences", "forget_events", "forget_query"]

FORGOTTEN: Final = "forgotten"
"""The kind of an event whose content the person had removed: its id stays, so that it cannot be delivered again."""

_IMPERSONAL: Final = "impersonal"
_LESS: Final = {"less_brand": Facet.BRAND, "less_category": Facet.CATEGORY}


@dataclass(frozen=True, slots=True)
class Decided:
    """Everything a person decided: `personal` is False once they asked not to be shown what suits them; `less` are the
    brands and categories (folded) of which they want no recommendations, oldest first."""

    personal: bool = True
    less: tuple[tuple[Facet, str], ...] = ()


class Preferences:
    """Reads and writes what people decided. Each decision is kept once, however often it is made."""

    def __init__(self, database: Database | JoinedDatabase, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def within(self, session: Session) -> Preferences:
        """The same inside a transaction that is under way."""
        return Preferences(JoinedDatabase(session), self._clock)

    def of(self, person_id: str) -> Decided:
        """What this person decided."""
        query = (
            select(PreferenceRow)
            .where(PreferenceRow.person_id == person_id)
            .order_by(PreferenceRow.created_at, PreferenceRow.kind, PreferenceRow.value)
        )
        with self._database.reading() as session:
            rows = list(session.scalars(query))
        return Decided(
            personal=all(row.kind != _IMPERSONAL for row in rows),
            less=tuple((_LESS[row.kind], row.value) for row in rows if row.kind in _LESS),
        )

    def be_personal(self, person_id: str, *, personal: bool) -> bool:
        """Let what is known of the person count for what they are shown, or not; whether that is a change."""
        if personal:
            return self._drop(person_id, _IMPERSONAL, "")
        return self._add(person_id, _IMPERSONAL, "")

    def want_less(self, person_id: str, facet: Facet, value: str) -> bool:
        """Recommend nothing more of a brand or category (folded); whether that is a change."""
        return self._add(person_id, f"less_{facet}", value)

    def want_again(self, person_id: str, facet: Facet, value: str) -> bool:
        """Take that back; whether that is a change."""
        return self._drop(person_id, f"less_{facet}", value)

    def _add(self, person_id: str, kind: str, value: str) -> bool:
        row = {"person_id": person_id, "kind": kind, "value": value, "created_at": self._clock.now()}
        with self._database.transaction() as session:
            return insert_missing(session, PreferenceRow, [row]) == 1

    def _drop(self, person_id: str, kind: str, value: str) -> bool:
        statement = delete(PreferenceRow).where(
            PreferenceRow.person_id == person_id, PreferenceRow.kind == kind, PreferenceRow.value == value
        )
        with self._database.transaction() as session:
            return len(session.scalars(statement.returning(PreferenceRow.kind)).all()) == 1


def forget_events(session: Session, person_id: str, item_ids: Sequence[str], kind: str) -> int:
    """Remove what events of one kind say about a person and these products; how many there were.

    Their ids stay, with nothing in them: a file imported again, or a stream read again, changes nothing.
    """
    theirs = EventRow.person_id == person_id, EventRow.kind == kind, EventRow.item_id.in_(item_ids)
    emptied = update(EventRow).where(*theirs).values(item_id="", kind=FORGOTTEN, at=None, position=None)
    return len(session.scalars(emptied.returning(EventRow.id)).all())


def forget_query(session: Session, person_id: str, query: str) -> int:
    """Remove the words of a search from what the person was shown for it; how many impressions held them."""
    theirs = ImpressionRow.person_id == person_id, ImpressionRow.query == query
    return len(session.scalars(update(ImpressionRow).where(*theirs).values(query="").returning(ImpressionRow.id)).all())
