"""Does the recommender hear what the record holds, in order and in time?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from feedback.history import FeedbackHistory
from feedback.people import new_person
from feedback.store import Event, Impression
from recommender.clock import FakeClock
from recommender.db import Database
from recommender.personalisation.history import Signal
from tests.feedback.test_feedback_in_sql import SqlShop


def history(shop: SqlShop, clock: FakeClock) -> FeedbackHistory:
    return FeedbackHistory(shop.store, shop.database, clock)


def test_events_and_thumbs_come_in_the_order_of_their_times(database: Database, clock: FakeClock) -> None:
    shop = SqlShop(database)
    ada = shop.person()
    lamp, chair, rug = shop.show(ada, "lamp", "chair", "rug")
    shop.store.vote(ada, lamp, 1)
    shop.store.vote(ada, chair, -1)
    shop.store.vote(ada, rug, 1)
    shop.store.vote(ada, rug, 0)
    shop.store.add_events(
        [
            Event("late", ada, "sofa", "purchase", datetime(2026, 2, 1, tzinfo=UTC)),
            Event("early", ada, "sofa", "view", datetime(2025, 12, 1, tzinfo=UTC)),
            Event("ordered", ada, "table", "purchase", None, 3),
        ]
    )
    assert history(shop, clock).signals(ada) == [
        Signal("table", "purchase"),
        Signal("sofa", "view"),
        Signal("lamp", "thumb_up"),
        Signal("chair", "thumb_down"),
        Signal("sofa", "purchase"),
    ]
    assert history(shop, clock).signals("stranger") == []


def test_a_person_counts_once_however_often_they_look(database: Database, clock: FakeClock) -> None:
    shop = SqlShop(database)
    with database.transaction() as session:
        ada, bob = new_person(session, clock.now()), new_person(session, clock.now())
    shop.store.add_events([Event(f"a{number}", ada, "lamp", "view") for number in range(100)])
    shop.store.add_events([Event("b1", bob, "lamp", "purchase"), Event("b2", bob, "chair", "purchase")])
    popularity = history(shop, clock).popularity()
    assert popularity["lamp"] == popularity["chair"] + 0.3


def test_popularity_is_counted_again_after_five_minutes(database: Database, clock: FakeClock) -> None:
    shop = SqlShop(database)
    ada = shop.person()
    told = history(shop, clock)
    assert told.popularity() == {}
    shop.store.add_events([Event("e1", ada, "lamp", "purchase")])
    clock.advance(timedelta(minutes=4))
    assert told.popularity() == {}
    clock.advance(timedelta(minutes=1))
    assert told.popularity() == {"lamp": 1.0}


def test_everybody_is_told_once_with_what_signals_says_of_them(database: Database, clock: FakeClock) -> None:
    shop = SqlShop(database)
    ada, bob, eve = shop.person(), shop.person(), shop.person()
    (lamp,) = shop.show(ada, "lamp")
    shop.store.vote(ada, lamp, -1)
    shop.store.add_events(
        [
            Event("b2", bob, "rug", "purchase", None, 2),
            Event("b1", bob, "sofa", "view", None, 1),
            Event("a1", ada, "rug", "view", datetime(2025, 1, 1, tzinfo=UTC)),
        ]
    )
    told = history(shop, clock)
    everybody = list(told.everybody())
    assert [person for person, _ in everybody] == sorted([ada, bob])
    assert all(signals == told.signals(person) for person, signals in everybody)
    assert told.signals(eve) == []


def test_the_last_searches_are_remembered_newest_first_and_once(database: Database, clock: FakeClock) -> None:
    shop = SqlShop(database)
    ada, bob = shop.person(), shop.person()
    session_id, turn_id = shop.turn(ada)
    for number, query in enumerate(["red lamp", "", "rug", "red lamp"]):
        shown = Impression(f"i{number}", ada, session_id, turn_id, "lamp", "search", 1, 0.5, query=query)
        shop.store.record_impressions([shown])
    assert history(shop, clock).queries(ada) == ["red lamp", "rug"]
    assert history(shop, clock).queries(bob) == []
