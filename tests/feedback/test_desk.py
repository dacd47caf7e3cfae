"""Is it known who is at the desk, and are shoppers told the truth about it?"""

from __future__ import annotations

import pytest

from feedback.desk import PRESENCE_LASTS, at_the_desk, lapsed, leave_desk, outlook, types
from feedback.presence import pulses
from recommender.clock import FakeClock
from recommender.db import Database
from tests.feedback.desk_world import ADA, BEN, World


@pytest.fixture
def world(database: Database, clock: FakeClock) -> World:
    return World(database, clock)


def names(world: World) -> list[str]:
    with world.database.reading() as session:
        return [colleague.agent.name for colleague in at_the_desk(session, world.clock.now())]


def test_a_console_that_falls_silent_is_gone_after_a_while_and_one_that_is_closed_at_once(world: World) -> None:
    world.present(ADA, BEN)
    assert names(world) == ["Ada", "Ben"]
    with world.database.transaction() as session:
        leave_desk(session, BEN, world.clock.now())
    assert names(world) == ["Ada"]
    world.clock.advance(PRESENCE_LASTS)
    assert names(world) == []


def test_only_who_is_available_counts_for_those_who_ask(world: World) -> None:
    world.present(ADA, BEN)
    world.present(BEN, available=False)
    with world.database.reading() as session:
        assert outlook(session, world.clock.now()).agents == 1
    world.present(BEN)  # a sign of life does not make anybody available again
    with world.database.reading() as session:
        assert outlook(session, world.clock.now()).agents == 1


def test_what_is_held_by_somebody_gone_is_found(world: World) -> None:
    world.present(ADA)
    world.step("take_over", ADA)
    with world.database.reading() as session:
        assert lapsed(session, world.clock.now()) == []
    world.later(minutes=1)
    with world.database.reading() as session:
        assert [row.session_id for row in lapsed(session, world.clock.now())] == [world.session_id]


def test_shoppers_see_typing_of_who_has_their_conversation_and_of_nobody_else(world: World) -> None:
    world.present(ADA, BEN)
    world.step("take_over", ADA)

    def seen() -> bool:
        with world.database.reading() as session:
            pulse = pulses(session, [world.session_id])[world.session_id]
        return pulse.human_is_typing(world.clock.now())

    with world.database.transaction() as session:
        types(session, BEN, world.session_id, world.clock.now())
    assert not seen()
    with world.database.transaction() as session:
        types(session, ADA, world.session_id, world.clock.now())
    assert seen()
    with world.database.reading() as session:
        typing = {one.agent.name: one.typing for one in at_the_desk(session, world.clock.now())}
    assert typing == {"Ada": True, "Ben": True}
    world.step("say", ADA, [{"type": "text", "text": "There."}])
    assert not seen()


def test_the_usual_wait_is_the_median_of_lately_and_unknown_while_there_is_little_to_go_by(world: World) -> None:
    for minutes in (2, 9, 4):
        one = world.stranger()
        with world.database.reading() as session:
            assert outlook(session, world.clock.now()).wait_minutes is None
        world.ask(one)
        world.later(minutes=minutes)
        world.step("claim", ADA, session_id=one)
        world.step("close", ADA, session_id=one)
    world.ask()
    assert world.standing().wait_minutes == 4
    assert world.standing().position == 1
    world.later(days=8)
    assert world.standing().wait_minutes is None
