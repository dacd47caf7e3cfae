"""Does the list at the desk say who waits, how long, and until when, and is what was said found again?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from feedback.handoff import keep_email, mark_contacted
from feedback.remarks import add_note, add_tag, all_tags, notes_on, remove_tag, tags_on
from feedback.waiting import AtDesk, Filter, conversations, waiting_ids
from recommender.clock import FakeClock
from recommender.db import Database
from recommender.errors import BadInputError
from tests.feedback.desk_world import ADA, BEN, UNAVAILABLE, World
from tests.hostile import HOSTILE


@pytest.fixture(params=["sqlite", "postgres"])
def world(request: pytest.FixtureRequest, clock: FakeClock) -> World:
    return World(request.getfixturevalue("database" if request.param == "sqlite" else "postgres"), clock)


def listed(world: World, which: Filter = "open", *, words: str = "", tag: str | None = None) -> list[AtDesk]:
    with world.database.reading() as session:
        return conversations(
            session,
            which,
            agent_id=ADA.id,
            now=world.clock.now(),
            service_level=timedelta(minutes=2),
            words=words,
            tag=tag,
        )


def mine(world: World, which: Filter, **more: str) -> bool:
    return world.session_id in [row.session_id for row in listed(world, which, **more)]  # type: ignore[arg-type]


def test_who_has_waited_longest_is_first_and_due_when_the_service_level_says(world: World) -> None:
    world.ask()
    asked_at = world.clock.now()
    other = world.stranger()
    world.later(seconds=30)
    world.ask(other)
    rows = [row for row in listed(world, "waiting") if row.session_id in (world.session_id, other)]
    assert [row.session_id for row in rows] == [world.session_id, other]
    assert (rows[0].waiting_since, rows[0].due_at) == (asked_at, asked_at + timedelta(minutes=2))


def test_all_that_ever_was_is_found_whoever_speaks_there_now(world: World) -> None:
    world.turn("a kettle that sings")
    for step in (None, "claim", "close"):
        if step is None:
            world.ask()
        else:
            world.step(step, ADA)
        assert mine(world, "all", words="kettle SINGS")
    assert not mine(world, "all", words="kettle that flies")


def test_who_waits_is_known_in_their_order(world: World) -> None:
    others = [world.stranger() for _ in range(2)]
    for one in (*others, world.session_id):
        world.later(seconds=1)
        world.ask(one)
    world.step("claim", ADA, session_id=others[0])

    def waiting() -> list[str]:
        with world.database.reading() as session:
            return [one for one in waiting_ids(session) if one in (*others, world.session_id)]

    assert waiting() == [others[1], world.session_id]
    world.step("release", session_id=others[0])
    assert waiting() == [*others, world.session_id]


def test_a_conversation_is_waiting_then_mine_then_ended(world: World) -> None:
    world.ask()
    assert mine(world, "waiting")
    world.step("claim", ADA)
    assert mine(world, "mine")
    assert not mine(world, "waiting")
    row = next(row for row in listed(world) if row.session_id == world.session_id)
    assert row.due_at is not None  # claimed is not answered
    world.step("say", ADA, [{"type": "text", "text": "Hello"}])
    row = next(row for row in listed(world) if row.session_id == world.session_id)
    assert (row.due_at, row.last, row.unanswered) == (None, "Hello", False)
    world.step("close", ADA)
    assert mine(world, "ended")
    assert not mine(world, "open")


def test_what_a_colleague_has_is_not_mine(world: World) -> None:
    world.step("take_over", BEN)
    assert not mine(world, "mine")
    assert mine(world, "open")


def test_an_address_is_listed_until_somebody_wrote_to_it(world: World) -> None:
    world.turn("a person", UNAVAILABLE)
    assert not mine(world, "email")
    with world.database.transaction() as session:
        keep_email(session, world.session_id, "eva@example.org")
    assert mine(world, "email")
    with world.database.transaction() as session:
        mark_contacted(session, world.session_id, world.clock.now())
    assert not mine(world, "email")


def test_every_word_of_a_search_has_to_have_been_said_by_anybody(world: World) -> None:
    world.turn("A Purple kettle", {"type": "text", "text": "Here are kettles."})
    assert mine(world, "assistant", words="purple HERE")
    assert not mine(world, "assistant", words="purple sofa")
    assert mine(world, "assistant", words=world.session_id)
    assert not mine(world, "assistant", words="%")


@pytest.mark.parametrize("name", HOSTILE)
def test_no_search_breaks_the_list(database: Database, clock: FakeClock, name: str) -> None:
    world = World(database, clock)
    world.turn("a kettle")
    assert isinstance(listed(world, "assistant", words=HOSTILE[name]), list)


def test_tags_are_kept_once_however_they_are_written_and_filter_the_list(world: World) -> None:
    world.ask()
    with world.database.transaction() as session:
        assert add_tag(session, world.session_id, "  VIP   customer ", world.clock.now()) == "vip customer"
        add_tag(session, world.session_id, "vip customer", world.clock.now())
        assert tags_on(session, world.session_id) == ["vip customer"]
        assert "vip customer" in all_tags(session)
    assert mine(world, "open", tag="vip customer")
    assert not mine(world, "open", tag="other")
    with world.database.transaction() as session:
        remove_tag(session, world.session_id, "vip customer")
        for wrong in ("", "  ", "x" * 41, "a\x07b"):
            with pytest.raises(BadInputError):
                add_tag(session, world.session_id, wrong, world.clock.now())


def test_notes_are_for_colleagues_and_never_among_the_messages(world: World) -> None:
    with world.database.transaction() as session:
        add_note(session, world.session_id, ADA, " Be gentle. ", world.clock.now())
        assert [(one.agent_name, one.text) for one in notes_on(session, world.session_id)] == [("Ada", "Be gentle.")]
        with pytest.raises(BadInputError):
            add_note(session, world.session_id, ADA, " ", world.clock.now())
    assert world.messages() == []
