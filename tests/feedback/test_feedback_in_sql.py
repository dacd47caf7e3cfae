"""Does the store in SQL keep to the contract, on SQLite and on PostgreSQL, also when two write at once?"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select

from feedback.people import new_person, person_for
from feedback.sql import SqlFeedbackStore
from feedback.store import Event, VoteOutcome
from feedback.tables import PersonRow, SessionRow, TurnRow, VoteChangeRow
from recommender.clock import FakeClock
from recommender.db import Database
from tests.feedback.store_contract import FeedbackStoreContract, Shop


class TickingClock(FakeClock):
    """A clock that advances a second whenever it is read, so that what came later is later."""

    def now(self):  # type: ignore[no-untyped-def]
        self.advance(timedelta(seconds=1))
        return super().now()


class SqlShop(Shop):
    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = TickingClock()
        self.store: SqlFeedbackStore = SqlFeedbackStore(database, self.clock)

    def person(self) -> str:
        with self.database.transaction() as session:
            return new_person(session, self.clock.now())

    def turn(self, person_id: str) -> tuple[str, str]:
        now = self.clock.now()
        session_id, turn_id = uuid.uuid4().hex, uuid.uuid4().hex
        with self.database.transaction() as session:
            session.add(SessionRow(id=session_id, person_id=person_id, channel="web", created_at=now, last_seen_at=now))
            session.flush()
            session.add(TurnRow(id=turn_id, session_id=session_id, text="hello", status="answered", created_at=now))
        return session_id, turn_id

    def history(self, person_id: str) -> Sequence[tuple[str, int, str | None]]:
        statement = select(VoteChangeRow).where(VoteChangeRow.person_id == person_id).order_by(VoteChangeRow.id)
        with self.database.reading() as session:
            return [(row.impression_id, row.value, row.reason) for row in session.scalars(statement)]


class SqlFeedbackStoreContract(FeedbackStoreContract):
    def test_the_same_vote_delivered_by_many_at_once_is_one(self, shop: SqlShop) -> None:
        ada = shop.person()
        (lamp,) = shop.show(ada, "lamp")
        start = Barrier(4)

        def deliver(_: int) -> VoteOutcome:
            start.wait()
            return shop.store.vote(ada, lamp, 1)

        with ThreadPoolExecutor(4) as pool:
            outcomes = list(pool.map(deliver, range(4)))
        assert sorted(outcome.changed for outcome in outcomes) == [False, False, False, True]
        assert shop.history(ada) == [(lamp, 1, None)]

    def test_one_name_seen_by_many_at_once_is_one_person(self, shop: SqlShop) -> None:
        start = Barrier(4)
        name = uuid.uuid4().hex

        def arrive(_: int) -> str:
            start.wait()
            with shop.database.transaction() as session:
                return person_for(session, "shop", name, shop.clock.now())

        with shop.database.reading() as session:
            before = session.scalar(select(func.count()).select_from(PersonRow))
        with ThreadPoolExecutor(4) as pool:
            people = set(pool.map(arrive, range(4)))
        assert len(people) == 1
        with shop.database.reading() as session:
            assert session.scalar(select(func.count()).select_from(PersonRow)) == before + 1

    def test_the_same_events_delivered_by_many_at_once_are_counted_once(self, shop: SqlShop) -> None:
        ada = shop.person()
        events = [Event(f"{ada}-{number}", ada, "lamp", "view") for number in range(50)]
        start = Barrier(3)

        def deliver(_: int) -> int:
            start.wait()
            return shop.store.add_events(events)

        with ThreadPoolExecutor(3) as pool:
            assert sum(pool.map(deliver, range(3))) == 50


class TestSqlFeedbackStoreOnSqlite(SqlFeedbackStoreContract):
    @pytest.fixture
    def shop(self, database: Database) -> SqlShop:
        return SqlShop(database)


class TestSqlFeedbackStoreOnPostgres(SqlFeedbackStoreContract):
    @pytest.fixture
    def shop(self, postgres: Database) -> SqlShop:
        return SqlShop(postgres)
