"""Does only one process at a time hold a lease, and does a silent one lose it?"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from recommender.catalogue.lease import Leases
from recommender.clock import FakeClock
from recommender.db import Database

MINUTE = timedelta(minutes=1)


class LeaseContract:
    def test_the_second_waits_for_the_first_to_release(self, leases: Leases) -> None:
        assert leases.acquire("index", "app", MINUTE)
        assert not leases.acquire("index", "cli", MINUTE)
        assert leases.holder("index") == "app"
        leases.release("index", "app")
        assert leases.holder("index") is None
        assert leases.acquire("index", "cli", MINUTE)

    def test_a_silent_holder_loses_it(self, leases: Leases, clock: FakeClock) -> None:
        leases.acquire("index", "app", MINUTE)
        clock.advance(MINUTE)
        assert leases.holder("index") is None
        assert leases.acquire("index", "cli", MINUTE)
        assert not leases.renew("index", "app", MINUTE)
        assert leases.holder("index") == "cli"

    def test_a_renewed_lease_lasts(self, leases: Leases, clock: FakeClock) -> None:
        leases.acquire("index", "app", MINUTE)
        clock.advance(MINUTE / 2)
        assert leases.renew("index", "app", MINUTE)
        clock.advance(MINUTE * 3 / 4)
        assert not leases.acquire("index", "cli", MINUTE)

    def test_what_was_never_held_cannot_be_renewed(self, leases: Leases) -> None:
        assert not leases.renew("index", "app", MINUTE)

    def test_acquiring_again_extends(self, leases: Leases, clock: FakeClock) -> None:
        leases.acquire("index", "app", MINUTE)
        assert leases.acquire("index", "app", 3 * MINUTE)
        clock.advance(2 * MINUTE)
        assert leases.holder("index") == "app"

    def test_only_its_holder_releases_it(self, leases: Leases) -> None:
        leases.acquire("index", "app", MINUTE)
        leases.release("index", "cli")
        assert leases.holder("index") == "app"

    def test_leases_of_different_names_do_not_meet(self, leases: Leases) -> None:
        assert leases.acquire("index", "app", MINUTE)
        assert leases.acquire("training", "cli", MINUTE)

    def test_of_many_that_race_one_wins(self, leases: Leases) -> None:
        for race in range(10):
            with ThreadPoolExecutor(4) as pool:
                won = list(pool.map(lambda who, race=race: leases.acquire(f"race {race}", who, MINUTE), "abcd"))
            assert won.count(True) == 1


class TestSqliteLeases(LeaseContract):
    @pytest.fixture
    def leases(self, database: Database, clock: FakeClock) -> Leases:
        return Leases(database, clock)


class TestPostgresLeases(LeaseContract):
    @pytest.fixture
    def leases(self, postgres: Database, clock: FakeClock) -> Leases:
        return Leases(postgres, clock)
