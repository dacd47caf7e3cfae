"""Are those found who push or sink a product, and is nobody else?"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from feedback.people import new_person
from feedback.training.defence import BURST_VOTES, CAP, Cast, suspects
from feedback.training.quarantine import quarantined, release, set_aside
from feedback.training.votes import Shown, grades_of
from recommender.db import Database
from recommender.errors import NotFoundError

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def shoppers(count: int = 80, votes: int = 6) -> list[Cast]:
    """People who vote on what they come across, over some weeks; three in four thumbs go up."""
    chance = random.Random(0)
    return [
        Cast(
            f"shopper-{person}",
            f"item-{chance.randrange(200)}",
            chance.random() < 0.75,
            NOON + timedelta(minutes=chance.randrange(60 * 24 * 20)),
        )
        for person in range(count)
        for _ in range(votes)
    ]


def test_honest_shoppers_are_left_in_peace() -> None:
    assert suspects(shoppers()) == {}


def test_more_votes_than_anybody_shops_are_a_burst() -> None:
    votes = [Cast("bot", f"item-{n}", n % 3 > 0, NOON + timedelta(seconds=10 * n)) for n in range(BURST_VOTES)]
    assert {person: one.kind for person, one in suspects([*shoppers(), *votes]).items()} == {"bot": "burst"}


def test_people_who_only_came_for_one_product_are_a_rush() -> None:
    votes = [Cast(f"fake-{n}", "item-7", False, NOON + timedelta(minutes=40 * n)) for n in range(6)]
    found = suspects([*shoppers(), *votes])
    assert set(found) == {f"fake-{n}" for n in range(6)}
    assert found["fake-0"].detail == "one of 6 who within a day gave item-7 a thumb down"


def test_a_product_that_people_come_to_like_over_weeks_is_no_rush() -> None:
    votes = [Cast(f"fan-{n}", "item-7", True, NOON + timedelta(days=2 * n)) for n in range(8)]
    assert suspects([*shoppers(), *votes]) == {}


def test_people_who_vote_all_the_same_are_copycats() -> None:
    votes = [
        Cast(f"fake-{n}", f"item-{item}", item % 2 == 0, NOON + timedelta(days=3 * n, hours=item))
        for n in range(4)
        for item in range(5)
    ]
    assert {one.kind for one in suspects([*shoppers(), *votes]).values()} == {"copycat"}
    assert set(suspects([*shoppers(), *votes])) == {f"fake-{n}" for n in range(4)}


def test_nobody_counts_for_more_than_the_cap() -> None:
    votes = [Shown("busy", "t", "red sofa", f"item-{n}", 1, 1) for n in range(5 * int(CAP))]
    alone = grades_of(votes[:1]).grades[0]
    assert sum(grade.weight for grade in grades_of(votes).grades) == pytest.approx(CAP * alone.weight)


def test_who_is_set_aside_stays_so_until_somebody_has_looked(database: Database) -> None:
    with database.transaction() as session:
        fake = new_person(session, NOON)
        found = suspects([Cast(fake, f"item-{n}", True, NOON) for n in range(BURST_VOTES)])
        assert set_aside(session, found, NOON) == {fake}
        assert set_aside(session, {}, NOON) == {fake}
        release(session, fake, "tess")
        assert set_aside(session, found, NOON) == set()
        assert [(one.person_id, one.kind, one.released_by) for one in quarantined(session)] == [(fake, "burst", "tess")]
        with pytest.raises(NotFoundError, match="are not set aside"):
            release(session, "nobody", "tess")
