"""What does the record of feedback tell the recommender?"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from heapq import merge
from itertools import groupby

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.preferences import FORGOTTEN
from feedback.store import FeedbackStore
from feedback.tables import EventRow, ImpressionRow, VoteRow
from recommender.clock import Clock
from recommender.db import Database
from recommender.personalisation.history import THUMB_DOWN, THUMB_UP, Signal
from recommender.personalisation.profile import KIND_WEIGHTS

__all__ = ["FeedbackHistory"]

_POPULARITY_AGE = timedelta(minutes=5)
_QUERIES = 5
_ROWS_AT_ONCE = 10_000
_BEFORE_ALL_TIME = datetime.min.replace(tzinfo=UTC)


class FeedbackHistory:
    """The recommender's `History` over the record: a person's signals as of now, popularity as of five minutes ago."""

    def __init__(self, store: FeedbackStore, database: Database, clock: Clock) -> None:
        self._store = store
        self._database = database
        self._clock = clock
        self._counting = threading.Lock()
        self._counted_at: datetime | None = None
        self._popularity: Mapping[str, float] = {}

    def signals(self, person_id: str) -> Sequence[Signal]:
        """Events and live thumbs in the order in which they came; what has no time comes first."""
        events = [(event.at, Signal(event.item_id, event.kind, event.at)) for event in self._store.events(person_id)]
        thumbs = [
            (vote.at, Signal(vote.item_id, THUMB_UP if vote.value > 0 else THUMB_DOWN, vote.at))
            for vote in self._store.votes(person_id)
        ]
        return [signal for _, signal in sorted(events + thumbs, key=lambda one: one[0] or _BEFORE_ALL_TIME)]

    def queries(self, person_id: str) -> Sequence[str]:
        """What the person searched for last, as the impressions of its results tell."""
        newest = func.max(ImpressionRow.created_at)
        query = (
            select(ImpressionRow.query)
            .where(ImpressionRow.person_id == person_id, ImpressionRow.query != "")
            .group_by(ImpressionRow.query)
            .order_by(newest.desc(), ImpressionRow.query)
            .limit(_QUERIES)
        )
        with self._database.reading() as session:
            return list(session.scalars(query))

    def everybody(self) -> Iterator[tuple[str, Sequence[Signal]]]:
        """Everybody with an event or a live thumb, read a few at a time: a shop's whole past need not fit in memory."""
        with self._database.reading() as session:
            happened = merge(_all_events(session), _all_votes(session), key=lambda one: one[0])
            for person_id, theirs in groupby(happened, key=lambda one: one[0]):
                ordered = sorted(theirs, key=lambda one: one[1] or _BEFORE_ALL_TIME)
                yield person_id, [signal for _, _, signal in ordered]

    def popularity(self) -> Mapping[str, float]:
        """By product, how many people took an interest: each person once per kind of event, at that kind's weight."""
        with self._counting:
            now = self._clock.now()
            if self._counted_at is None or now - self._counted_at >= _POPULARITY_AGE:
                self._popularity = self._count()
                self._counted_at = now
            return self._popularity

    def _count(self) -> dict[str, float]:
        people = func.count(EventRow.person_id.distinct())
        query = (
            select(EventRow.item_id, EventRow.kind, people)
            .where(EventRow.kind != FORGOTTEN)
            .group_by(EventRow.item_id, EventRow.kind)
        )
        counts: dict[str, float] = {}
        with self._database.reading() as session:
            for item_id, kind, count in session.execute(query):
                counts[item_id] = counts.get(item_id, 0.0) + count * KIND_WEIGHTS.get(kind, KIND_WEIGHTS["view"])
        return counts


_Happened = tuple[str, datetime | None, Signal]


def _all_events(session: Session) -> Iterator[_Happened]:
    """Who, when and what, by person and in the order in which it happened."""
    query = (
        select(EventRow.person_id, EventRow.at, EventRow.item_id, EventRow.kind)
        .where(EventRow.kind != FORGOTTEN)
        .order_by(
            EventRow.person_id,
            EventRow.at.nulls_first(),
            EventRow.position.nulls_first(),
            EventRow.created_at,
            EventRow.id,
        )
    )
    for person_id, at, item_id, kind in session.execute(query.execution_options(yield_per=_ROWS_AT_ONCE)):
        yield person_id, at, Signal(item_id, kind, at)


def _all_votes(session: Session) -> Iterator[_Happened]:
    """Who, when and what, by person and in the order in which it was voted."""
    query = (
        select(VoteRow.person_id, VoteRow.updated_at, VoteRow.item_id, VoteRow.value)
        .where(VoteRow.value != 0)
        .order_by(VoteRow.person_id, VoteRow.updated_at, VoteRow.impression_id)
    )
    for person_id, at, item_id, value in session.execute(query.execution_options(yield_per=_ROWS_AT_ONCE)):
        yield person_id, at, Signal(item_id, THUMB_UP if value > 0 else THUMB_DOWN, at)
