"""How are impressions, votes and events kept in SQL?"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.once import insert_missing
from feedback.preferences import FORGOTTEN
from feedback.store import Event, Impression, Vote, VoteOutcome, check_vote, impression_not_found
from feedback.tables import EventRow, ImpressionRow, PersonRow, VoteChangeRow, VoteRow
from recommender.clock import Clock
from recommender.db import Database, JoinedDatabase

__all__ = ["SqlFeedbackStore"]


class SqlFeedbackStore:
    """The `FeedbackStore` of the record."""

    def __init__(self, database: Database | JoinedDatabase, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def within(self, session: Session) -> SqlFeedbackStore:
        """The same store inside a transaction that is under way: what it writes is kept once that commits."""
        return SqlFeedbackStore(JoinedDatabase(session), self._clock)

    def record_impressions(self, impressions: Sequence[Impression]) -> None:
        """Keep what is about to be shown; an impression that is already there stays as it was."""
        now = self._clock.now()
        rows = [
            {
                "id": shown.id,
                "person_id": shown.person_id,
                "session_id": shown.session_id,
                "turn_id": shown.turn_id,
                "item_id": shown.item_id,
                "surface": shown.surface,
                "position": shown.position,
                "score": shown.score,
                "legs": shown.legs,
                "versions": shown.versions,
                "reasons": list(shown.reasons),
                "query": shown.query,
                "propensity": shown.propensity,
                "created_at": now,
            }
            for shown in impressions
        ]
        with self._database.transaction() as session:
            insert_missing(session, ImpressionRow, rows)

    def impression(self, impression_id: str, person_id: str) -> Impression:
        """The impression with this id that this person was shown."""
        with self._database.reading() as session:
            row = _shown_to(session, impression_id, person_id)
            return Impression(
                id=row.id,
                person_id=row.person_id,
                session_id=row.session_id,
                turn_id=row.turn_id,
                item_id=row.item_id,
                surface=row.surface,
                position=row.position,
                score=row.score,
                legs=row.legs,
                versions=row.versions,
                reasons=tuple(row.reasons),
                query=row.query,
                propensity=row.propensity,
            )

    def vote(self, person_id: str, impression_id: str, value: int, reason: str | None = None) -> VoteOutcome:
        """Cast, change or take back the person's one live vote; a vote that is already so changes nothing."""
        reason = check_vote(value, reason)
        with self._database.transaction() as session:
            # First the person and then what is theirs, as whoever erases them does: then neither waits for the other.
            session.execute(
                select(PersonRow.id).where(PersonRow.id == person_id).with_for_update(read=True, key_share=True)
            )
            # The lock on the impression puts two votes on it that arrive at once in order.
            item_id = _shown_to(session, impression_id, person_id, lock=True).item_id
            vote = Vote(person_id, impression_id, item_id, value, reason)
            row = session.get(VoteRow, (person_id, impression_id), populate_existing=True)
            previous = 0 if row is None else row.value
            if (value, reason) == ((0, None) if row is None else (row.value, row.reason)):
                return VoteOutcome(vote, previous_value=previous, changed=False)
            now = self._clock.now()
            if row is None:
                row = VoteRow(person_id=person_id, impression_id=impression_id, item_id=item_id)
                session.add(row)
            row.value, row.reason, row.updated_at = value, reason, now
            session.add(
                VoteChangeRow(
                    person_id=person_id, impression_id=impression_id, value=value, reason=reason, created_at=now
                )
            )
            return VoteOutcome(vote, previous_value=previous, changed=True)

    def votes(self, person_id: str) -> Sequence[Vote]:
        """The person's live votes other than 0, oldest first."""
        statement = (
            select(VoteRow)
            .where(VoteRow.person_id == person_id, VoteRow.value != 0)
            .order_by(VoteRow.updated_at, VoteRow.impression_id)
        )
        with self._database.reading() as session:
            return [
                Vote(row.person_id, row.impression_id, row.item_id, row.value, row.reason, row.updated_at)
                for row in session.scalars(statement)
            ]

    def add_events(self, events: Sequence[Event]) -> int:
        """Keep events; how many were not there before."""
        now = self._clock.now()
        rows = [
            {
                "id": event.id,
                "person_id": event.person_id,
                "item_id": event.item_id,
                "kind": event.kind,
                "at": event.at,
                "position": event.position,
                "created_at": now,
            }
            for event in events
        ]
        with self._database.transaction() as session:
            return insert_missing(session, EventRow, rows)

    def events(self, person_id: str) -> Sequence[Event]:
        """Everything the person did, oldest first."""
        statement = (
            select(EventRow)
            .where(EventRow.person_id == person_id, EventRow.kind != FORGOTTEN)
            .order_by(EventRow.at.nulls_first(), EventRow.position.nulls_first(), EventRow.created_at, EventRow.id)
        )
        with self._database.reading() as session:
            return [
                Event(row.id, row.person_id, row.item_id, row.kind, row.at, row.position)
                for row in session.scalars(statement)
            ]


def _shown_to(session: Session, impression_id: str, person_id: str, *, lock: bool = False) -> ImpressionRow:
    statement = select(ImpressionRow).where(ImpressionRow.id == impression_id, ImpressionRow.person_id == person_id)
    row = session.scalar(statement.with_for_update() if lock else statement)
    if row is None:
        raise impression_not_found(impression_id)
    return row
