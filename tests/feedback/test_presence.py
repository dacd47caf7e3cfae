"""Is what changed in the conversations that somebody follows found, with one statement?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from feedback.conversations import accept_turn, open_session
from feedback.people import new_person
from feedback.presence import TYPING_LASTS, human_stopped_typing, human_types, pulses
from recommender.clock import FakeClock
from recommender.db import Database


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    statements: list[str] = []

    def count(_c: object, _k: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    yield statements
    event.remove(engine, "before_cursor_execute", count)


def conversations(database: Database, clock: FakeClock, count: int) -> list[str]:
    with database.transaction() as session:
        person = new_person(session, clock.now())
        return [open_session(session, person, "web", clock.now()).id for _ in range(count)]


def test_a_pulse_is_the_newest_message(database: Database, clock: FakeClock) -> None:
    one, two, silent = conversations(database, clock, 3)
    with database.transaction() as session:
        for session_id in (one, two, one):
            accept_turn(session, session_id, text="a lamp", now=clock.now())
    with database.reading() as session:
        found = pulses(session, [one, two, silent, "erased"])
    assert {session_id: pulse.last_message_id for session_id, pulse in found.items()} == {one: 3, two: 2, silent: 0}


@pytest.mark.parametrize("count", [1, 20])
def test_many_conversations_are_one_statement(database: Database, clock: FakeClock, count: int) -> None:
    ids = conversations(database, clock, count)
    with counted(database.engine) as statements, database.reading() as session:
        assert len(pulses(session, ids)) == count
    assert len(statements) == 1


def test_typing_wears_off_and_can_be_ended(database: Database, clock: FakeClock) -> None:
    one, two = conversations(database, clock, 2)
    with database.transaction() as session:
        human_types(session, one, clock.now())
        human_types(session, two, clock.now())
        human_stopped_typing(session, two)
    with database.reading() as session:
        found = pulses(session, [one, two])
    now = clock.now()
    assert found[one].human_is_typing(now)
    assert found[one].human_is_typing(now + TYPING_LASTS - timedelta(milliseconds=1))
    assert not found[one].human_is_typing(now + TYPING_LASTS)
    assert not found[two].human_is_typing(now)


def test_on_postgresql(postgres: Database, clock: FakeClock) -> None:
    (one,) = conversations(postgres, clock, 1)
    with postgres.transaction() as session:
        accept_turn(session, one, text="a lamp", now=clock.now())
        human_types(session, one, clock.now())
    with postgres.reading() as session:
        pulse = pulses(session, [one])[one]
    assert pulse.last_message_id > 0
    assert pulse.human_is_typing(clock.now())
