"""Does a turn that is executed again, or by two at once, change everything once, or nothing at all?"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select

from actions.action import Understood, answer_turn
from actions.direct import answer_directly
from actions.registry import action_for
from actions.replies.schema import Reply
from actions.services import Services
from actions.turn import Turn
from feedback.conversations import accept_turn, answer_of, begin_turn, find_turn, finish_turn, replies_of
from feedback.tables import EventRow, ImpressionRow, PayloadRow, TurnRow, VoteChangeRow
from recommender.clock import FakeClock
from recommender.db import Base, Database
from tests.actions.conftest import Shop, Shopper


@pytest.fixture(params=["sqlite", "postgres"])
def shop(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> Shop:
    """The small shop on each database that the record may lie in."""
    database = request.getfixturevalue("database" if request.param == "sqlite" else "postgres")
    return Shop(tmp_path / "home", database, clock)


def accepted(shopper: Shopper, text: str) -> str:
    """A turn that waits for its answer."""
    with shopper.services.database.transaction() as session:
        turn_id = accept_turn(session, shopper.session_id, text=text, now=shopper.services.clock.now()).turn.id
        begin_turn(session, turn_id, asking=lambda: False)
        return turn_id


def answered(shopper: Shopper, turn_id: str, intent: str) -> list[dict[str, Any]]:
    """One execution of the turn."""
    answer = answer_turn(shopper.services, action_for(intent), shopper.session_id, turn_id, Understood(intent))
    return answer.said


def finished(shopper: Shopper, turn_id: str, replies: list[dict[str, Any]]) -> str:
    with shopper.services.database.transaction() as session:
        now = shopper.services.clock.now()
        return finish_turn(session, turn_id, replies, speaker_version=0, timing_ms={}, now=now)


def quantities(shopper: Shopper) -> dict[str, int]:
    return {line.product.id: line.quantity for line in shopper.services.carts.lines(shopper.person_id)}


def rows(database: Database, *tables: type[Base]) -> list[int]:
    with database.reading() as session:
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


CHANGED = (EventRow, ImpressionRow, PayloadRow, VoteChangeRow)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("add the second one", "add_to_cart"),
        ("save the first one for later", "save_for_later"),
        ("the third one is too expensive", "thumb_down"),
        ("blue jackets", "search"),
        ("more", "more"),
        ("let me talk to a person", "human"),
    ],
)
def test_a_turn_executed_again_gives_the_same_answer_and_changes_nothing(
    shopper: Shopper, text: str, intent: str
) -> None:
    shopper.say("jackets", "search")
    turn = accepted(shopper, text)
    first = answered(shopper, turn, intent)
    changed, cart, state = rows(shopper.services.database, *CHANGED), quantities(shopper), shopper.state()
    # After a crash it is executed again from the start, by Rasa or without it; later, when its answer is long said.
    assert answered(shopper, turn, intent) == first
    assert answer_directly(shopper.services, shopper.session_id, turn).said == first
    finished(shopper, turn, first)
    assert answered(shopper, turn, intent) == first
    assert rows(shopper.services.database, *CHANGED) == changed
    assert quantities(shopper) == cart
    assert shopper.state() == state


def test_an_action_that_rasa_was_given_up_for_changes_nothing_after_the_turns_that_followed(shopper: Shopper) -> None:
    shopper.say("jackets", "search")
    turn = accepted(shopper, "add the first one")
    instead = answer_directly(shopper.services, shopper.session_id, turn).said
    finished(shopper, turn, instead)
    shopper.say("headphones", "search")
    assert answered(shopper, turn, "add_to_cart") == instead
    assert quantities(shopper) == {}


def test_what_one_turn_adds_is_added_once_when_two_execute_it_at_once(shopper: Shopper) -> None:
    shopper.say("jackets", "search")
    turn, start = accepted(shopper, "add the first one"), Barrier(2)

    class Started(type(action_for("add_to_cart"))):  # type: ignore[misc]
        """Both have read that the turn is open before either changes anything."""

        def handle(self, turn: Turn) -> list[Reply]:
            start.wait(timeout=10)
            return super().handle(turn)  # type: ignore[no-any-return]

    def execute(_: int) -> list[dict[str, Any]]:
        answer = answer_turn(shopper.services, Started(), shopper.session_id, turn, Understood("add_to_cart"))
        return answer.said

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(execute, range(2))
    assert one == other
    assert list(quantities(shopper).values()) == [1]


def test_of_a_turn_that_fails_half_way_nothing_is_left(shopper: Shopper) -> None:
    shopper.services.carts.add(shopper.person_id, "jacket-001", 98)
    before = rows(shopper.services.database, *CHANGED)

    class AddsTwo(type(action_for("add_to_cart"))):  # type: ignore[misc]
        def handle(self, turn: Turn) -> list[Reply]:
            turn.carts.add(turn.person_id, "jacket-002", 1)
            turn.chip("Never issued", "more")
            turn.carts.add(turn.person_id, "jacket-001", 2)
            raise AssertionError("a cart never holds a hundred")

    turn = accepted(shopper, "add these")
    answer = answer_turn(shopper.services, AddsTwo(), shopper.session_id, turn)
    assert "nothing was changed" in answer.said[0]["text"]
    assert quantities(shopper) == {"jacket-001": 98}
    assert rows(shopper.services.database, *CHANGED) == before


def test_an_answer_waits_as_a_draft_until_the_turn_is_finished(shopper: Shopper) -> None:
    turn = accepted(shopper, "jackets")
    replies = answered(shopper, turn, "search")
    with shopper.services.database.reading() as session:
        assert (answer_of(session, turn), replies_of(session, turn)) == (replies, [])
    finished(shopper, turn, replies)
    with shopper.services.database.reading() as session:
        assert find_turn(session, turn).draft is None
        assert (answer_of(session, turn), replies_of(session, turn)) == (replies, replies)


def test_an_answer_whose_speaker_changed_is_not_made_again(shopper: Shopper) -> None:
    turn = accepted(shopper, "jackets")
    replies = answered(shopper, turn, "search")
    with shopper.services.database.transaction() as session:
        now = shopper.services.clock.now()
        assert finish_turn(session, turn, replies, speaker_version=7, timing_ms={}, now=now) == "dropped"
    assert answered(shopper, turn, "search") == replies


# What a turn was taken for -------------------------------------------------------------------------------------------


def taken_for(services: Services, turn_id: str) -> tuple[str | None, float | None]:
    with services.database.reading() as session:
        row = session.get_one(TurnRow, turn_id)
        return row.intent, row.confidence


def test_the_intent_and_how_sure_it_was_are_kept(shopper: Shopper) -> None:
    turn = accepted(shopper, "jackets")
    answer_turn(shopper.services, action_for("search"), shopper.session_id, turn, Understood("search", 0.91))
    assert taken_for(shopper.services, turn) == ("search", 0.91)


@pytest.mark.parametrize(
    ("ranking", "understood"),
    [
        ([("search", 0.91), ("refine", 0.05)], Understood("search", 0.91, ("search", "refine"))),
        ([("nlu_fallback", 0.5), ("show_cart", 0.31)], Understood("nlu_fallback", 0.31, ("nlu_fallback", "show_cart"))),
        ([], Understood("help")),
    ],
)
def test_what_rasa_made_of_a_message(ranking: list[tuple[str, float]], understood: Understood) -> None:
    guesses = [{"name": name, "confidence": confidence} for name, confidence in ranking]
    message = {"intent": guesses[0] if guesses else {}, "intent_ranking": guesses}
    assert Understood.of(message, "help") == understood


def test_a_press_has_an_intent_and_no_confidence(shopper: Shopper) -> None:
    shopper.say("jackets", "search")
    shopper.press("More")
    assert taken_for(shopper.services, shopper.turn_id) == ("more", None)


def test_without_rasa_nobody_says_what_a_text_was_taken_for(shopper: Shopper) -> None:
    turn = accepted(shopper, "jackets")
    answer_directly(shopper.services, shopper.session_id, turn)
    assert taken_for(shopper.services, turn) == (None, None)
