"""Is each number counted from facts that can be looked at, on the day it was on the shop's own clock?"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy import text as statement

from feedback.desk_tables import DraftRow
from feedback.figures import FIGURES, facts_of, key, numbers_of, top_texts
from feedback.handoff_tables import HandoffRow
from feedback.spreadsheet import csv_text, harmless
from feedback.tables import SessionRow, TurnRow
from recommender.clock import FakeClock
from recommender.db import Database
from tests.feedback.desk_world import ADA, BEN, UNAVAILABLE, World
from tests.hostile import HOSTILE

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(params=["sqlite", "postgres"])
def world(request: pytest.FixtureRequest) -> World:
    database: Database = request.getfixturevalue("database" if request.param == "sqlite" else "postgres")
    if request.param == "postgres":
        with database.transaction() as session:  # others talked there before
            session.execute(statement("TRUNCATE sessions CASCADE"))
    return World(database, FakeClock(datetime(2026, 1, 1, 22, 30, tzinfo=UTC)))


def counted(world: World, name: str, zone: ZoneInfo = BERLIN) -> Mapping[date, float | None]:
    now = world.clock.now()
    with world.database.reading() as session:
        return numbers_of(session, [name], now - timedelta(days=2), now + timedelta(hours=1), zone)[name].days


def test_a_day_is_one_of_the_shops_own_clock(world: World) -> None:
    world.turn("a kettle")
    world.later(hours=1)  # midnight in Berlin is over
    world.turn("another kettle")
    numbers = counted(world, "turns")
    assert (numbers[date(2026, 1, 1)], numbers[date(2026, 1, 2)]) == (1, 1)
    assert counted(world, "conversations")[date(2026, 1, 1)] == 1


def test_what_the_assistant_finished_alone_is_a_share_of_the_conversations(world: World) -> None:
    world.turn("a kettle")
    other = world.stranger()
    world.ask(other)
    assert counted(world, "alone")[date(2026, 1, 1)] == 50
    assert counted(world, "alone")[date(2025, 12, 31)] is None


def test_waits_are_medians_in_seconds_and_lead_to_their_conversations(world: World) -> None:
    sessions = []
    for seconds in (10, 20, 90):
        sessions.append(world.stranger())
        world.ask(sessions[-1])
        world.later(seconds=seconds)
        world.step("claim", ADA, session_id=sessions[-1])
        world.step("say", ADA, [{"type": "text", "text": "Hello"}], session_id=sessions[-1])
        world.step("close", ADA, session_id=sessions[-1])
    assert counted(world, "waiting")[date(2026, 1, 1)] == 20
    assert counted(world, "first_answer")[date(2026, 1, 1)] == 20
    with world.database.reading() as session:
        facts = list(facts_of(session, "waiting", world.clock.now() - timedelta(days=1), world.clock.now()))
    assert [(fact.session_id, fact.value) for fact in facts] == list(zip(sessions, (10, 20, 90), strict=True))


def test_who_was_told_that_nobody_is_there_is_counted_against_those_who_asked(world: World) -> None:
    world.turn("a person", UNAVAILABLE)
    world.ask()
    assert counted(world, "handoffs")[date(2026, 1, 1)] == 2
    assert counted(world, "missed")[date(2026, 1, 1)] == 50


def test_a_conversation_that_an_agent_took_unasked_is_no_request(world: World) -> None:
    world.step("take_over", ADA)
    assert counted(world, "handoffs")[date(2026, 1, 1)] == 0


def test_the_share_of_answers_that_began_with_a_draft(world: World) -> None:
    turn = world.accept("a kettle")
    with world.database.transaction() as session:
        for rank, outcome in enumerate(("accepted", "edited", "written", "rejected")):
            session.add(
                DraftRow(session_id=world.session_id, turn_id=turn, source="passage", title="", text="", item_ids=[],
                         confidence=0.5, rank=rank, created_at=world.clock.now(), outcome=outcome, sent_text="x",
                         decided_at=world.clock.now())
            )  # fmt: skip
    assert counted(world, "drafts")[date(2026, 1, 1)] == pytest.approx(200 / 3)


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_can_be_made_of_nothing_and_of_something(world: World, name: str) -> None:
    assert len(counted(world, name)) >= 3
    world.ask()
    with world.database.transaction() as session:
        row = session.query(HandoffRow).one()
        row.rating = 4
    numbers = [one for one in counted(world, name).values() if one is not None]
    assert all(one >= 0 for one in numbers)


def test_the_same_words_are_one_line_however_they_were_written(world: World) -> None:
    for said in ("Red sofa", "red  SOFA", "kettle"):
        world.turn(said)
    with world.database.reading() as session:
        span = world.clock.now() - timedelta(days=1), world.clock.now() + timedelta(hours=1)
        assert top_texts(session, "turns", *span) == [("red sofa", 2), ("kettle", 1)]
        assert [fact.text for fact in facts_of(session, "turns", *span, said="red sofa")] == ["Red sofa", "red  SOFA"]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_cell_of_an_export_is_a_formula(name: str) -> None:
    cell = harmless(HOSTILE[name])
    assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert csv_text(["a"], [[HOSTILE[name]]]).startswith("a\n")


def test_numbers_stay_numbers() -> None:
    assert csv_text(["a", "b"], [[-3, None]]) == "a,b\n-3,\n"


def test_every_number_of_a_random_fortnight_is_what_counting_by_hand_gives(world: World) -> None:
    chance = random.Random(0)
    for _ in range(60):
        world.later(minutes=chance.randrange(10, 600))
        session_id = world.stranger()
        for text in chance.sample(["a kettle", "red sofa", "Red  Sofa", "gibberish"], chance.randrange(1, 4)):
            turn_id = world.accept(text, session_id)
            version = world.begin(turn_id)
            assert version is not None
            world.finish(turn_id, version)
            with world.database.transaction() as session:
                turn = session.get_one(TurnRow, turn_id)
                turn.intent = "nlu_fallback" if text == "gibberish" else "search"
        if chance.random() < 0.5:
            world.ask(session_id)
            if chance.random() < 0.7:
                agent = chance.choice((ADA, BEN))
                world.later(seconds=chance.randrange(1, 300))
                world.step("claim", agent, session_id=session_id)
                world.later(seconds=chance.randrange(1, 60))
                world.step("say", agent, [{"type": "text", "text": "Hello"}], session_id=session_id)
                world.step("close", agent, session_id=session_id)
            else:
                world.step("give_up", session_id=session_id)
    until = world.clock.now() + timedelta(seconds=1)
    since = until - timedelta(days=8)
    with world.database.reading() as session:
        turns = [row for row in session.scalars(select(TurnRow)) if since <= row.created_at < until]
        asked = [row for row in session.scalars(select(HandoffRow)) if since <= row.requested_at < until]
        all_asked = {row.session_id for row in session.scalars(select(HandoffRow))}
        assert len(list(session.scalars(select(SessionRow)))) > len({row.session_id for row in turns}) > 20
        numbers = numbers_of(session, FIGURES, since, until, BERLIN)
        facts = list(facts_of(session, "searches", since, until))
        searched = top_texts(session, "searches", since, until)

    def median(values: list[float]) -> float:
        values, half = sorted(values), len(values) // 2
        return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2

    for day in [None, *numbers["turns"].days]:
        said = [row for row in turns if day is None or row.created_at.astimezone(BERLIN).date() == day]
        wanted = [row for row in asked if day is None or row.requested_at.astimezone(BERLIN).date() == day]
        talks = {row.session_id for row in said}
        unsure = [row for row in said if row.intent == "nlu_fallback"]
        waits = [(row.claimed_at - row.requested_at).total_seconds() for row in wanted if row.claimed_at]
        firsts = [(row.answered_at - row.requested_at).total_seconds() for row in wanted if row.answered_at]
        by_hand = {
            "conversations": len(talks),
            "turns": len(said),
            "fallbacks": 100 * len(unsure) / len(said) if said else None,
            "searches": sum(row.intent == "search" for row in said),
            "alone": 100 * len(talks - all_asked) / len(talks) if talks else None,
            "handoffs": len(wanted),
            "missed": 100 * sum(row.outcome == "unanswered" for row in wanted) / len(wanted) if wanted else None,
            "waiting": median(waits) if waits else None,
            "first_answer": median(firsts) if firsts else None,
        }
        for name, number in by_hand.items():
            found = numbers[name].total if day is None else numbers[name].days[day]
            assert found == (number if number is None else pytest.approx(number)), (name, day)
    for text, count in searched:
        own = [row for row in turns if row.intent == "search" and " ".join(row.text.lower().split()) == text]
        assert count == len(own) == sum(key("searches", fact.text) == text for fact in facts)
