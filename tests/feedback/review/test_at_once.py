"""Do two trainers who decide on the same thing at the same moment decide on one subject?"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from shop_floor import ShopFloor
from sqlalchemy import func, select

from feedback.privacy import erase
from feedback.review.labels import decided, label
from feedback.review.queues import queue
from feedback.review.subject import Kind, ReviewItem
from feedback.review.tables import LabelRow, ReviewSourceRow, ReviewSubjectRow
from recommender.clock import FakeClock
from recommender.db import Database


@pytest.fixture
def busy(postgres: Database, clock: FakeClock) -> ShopFloor:
    """A shop floor on PostgreSQL, where two transactions really run at once."""
    return ShopFloor(postgres, clock)


def items_of(floor: ShopFloor, kind: Kind, words: str) -> list[ReviewItem]:
    with floor.database.reading() as session:
        return [one for one in queue(session, kind, "nobody", floor.texts, budget=1000) if one.text == words]


def at_once(floor: ShopFloor, acts: Sequence[tuple[str, list[ReviewItem], str]]) -> None:
    """Every act in a transaction of its own; none commits before all have begun."""
    begun = threading.Barrier(len(acts))

    def act(rater: str, items: list[ReviewItem], value: str) -> None:
        with floor.database.transaction() as session:
            session.scalar(select(func.count()).select_from(LabelRow))
            begun.wait(timeout=30)
            label(session, rater, items, value, floor.clock.now())

    with ThreadPoolExecutor(len(acts)) as pool:
        for done in [pool.submit(act, *one) for one in acts]:
            done.result(timeout=60)


def values_of(floor: ShopFloor, kind: Kind, words: str) -> list[dict[str, str]]:
    with floor.database.reading() as session:
        return [dict(one.values) for one in decided(session, kind) if one.text == words]


Say = Callable[[ShopFloor, str], None]


def searched(floor: ShopFloor, words: str) -> None:
    floor.says("bob", words, ["sofa"])


def misunderstood(floor: ShopFloor, words: str) -> None:
    floor.says("bob", words, intent="nlu_fallback", confidence=0.1)


@pytest.mark.parametrize(
    ("kind", "say", "values"),
    [(Kind.JUDGEMENT, searched, ("3", "0")), (Kind.MESSAGE, misunderstood, ("search", "greet"))],
)
def test_two_trainers_at_once_decide_on_one_subject(
    busy: ShopFloor, kind: Kind, say: Say, values: tuple[str, str]
) -> None:
    for _ in range(5):
        words = f"blorp {uuid.uuid4().hex}"
        say(busy, words)
        (item,) = items_of(busy, kind, words)
        at_once(busy, [("ada", [item], values[0]), ("tom", [item], values[1])])
        assert values_of(busy, kind, words) == [{"ada": values[0], "tom": values[1]}]


def test_one_trainer_in_two_windows_decides_once(busy: ShopFloor) -> None:
    words = f"blorp {uuid.uuid4().hex}"
    searched(busy, words)
    items = items_of(busy, Kind.JUDGEMENT, words)
    at_once(busy, [("ada", items, "3"), ("ada", items, "3")])
    assert values_of(busy, Kind.JUDGEMENT, words) == [{"ada": "3"}]


def test_many_things_decided_at_once_in_whatever_order(busy: ShopFloor) -> None:
    words = f"blorp {uuid.uuid4().hex}"
    busy.says("bob", words, ["sofa", "chair", "hose", "lamp"])
    items = items_of(busy, Kind.JUDGEMENT, words)
    at_once(busy, [("ada", items, "3"), ("tom", items[::-1], "0")])
    assert values_of(busy, Kind.JUDGEMENT, words) == [{"ada": "3", "tom": "0"}] * 4


def test_what_names_a_thing_goes_with_the_last_who_said_it(database: Database, clock: FakeClock) -> None:
    floor = ShopFloor(database, clock)
    for name in ("bob", "eve"):
        floor.says(name, "red sofa", ["sofa"])
    items = items_of(floor, Kind.JUDGEMENT, "red sofa")
    with database.transaction() as session:
        label(session, "ada", items, "3", clock.now())

    def named() -> tuple[int, int]:
        with database.reading() as session:
            counts = [
                session.scalar(select(func.count()).select_from(one)) for one in (ReviewSubjectRow, ReviewSourceRow)
            ]
            return counts[0] or 0, counts[1] or 0

    assert named() == (1, 2)
    erase(database, floor.people["bob"][0])
    assert named() == (1, 1)
    erase(database, floor.people["eve"][0])
    assert named() == (0, 0)
