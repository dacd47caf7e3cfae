"""Are conversations kept in order, answered once, and never by two speakers?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback.conversations import (
    TURNS_PER_RASA_SESSION,
    accept_turn,
    begin_turn,
    find_payload,
    find_session,
    find_turn,
    finish_turn,
    issue_payload,
    messages_after,
    open_session,
    replies_of,
    unanswered_turns,
)
from feedback.people import new_person
from recommender.clock import FakeClock
from recommender.db import Database
from recommender.errors import BadInputError, NotFoundError

HELLO = {"type": "text", "text": "Hello there."}


class Shop:
    """One conversation, each step in its own transaction."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.database = database
        self.clock = clock
        self.session_id = self.open()

    def open(self) -> str:
        with self.database.transaction() as session:
            return open_session(session, new_person(session), "web", self.clock.now()).id

    def accept(self, text: str = "a kettle", client_message_id: str | None = None) -> str:
        with self.database.transaction() as session:
            accepted = accept_turn(
                session, self.session_id, text=text, client_message_id=client_message_id, now=self.clock.now()
            )
            return accepted.turn.id

    def begin(self, turn_id: str, may_renew: bool = True) -> tuple[str, int] | None:
        with self.database.transaction() as session:
            begun = begin_turn(session, turn_id, may_renew=may_renew)
            return None if begun is None else (begun.sender, begun.speaker_version)

    def finish(self, turn_id: str, version: int = 0, text: str = "Hello there.") -> str:
        with self.database.transaction() as session:
            return finish_turn(
                session,
                turn_id,
                [{"type": "text", "text": text}],
                speaker_version=version,
                timing_ms={"total": 1.0},
                now=self.clock.now(),
            )

    def speak(self, speaker: str) -> None:
        with self.database.transaction() as session:
            row = find_session(session, self.session_id)
            row.speaker = speaker
            row.speaker_version += 1

    def said(self, after: int = 0) -> list[tuple[str, str]]:
        with self.database.reading() as session:
            return [(m.sender, m.body["text"]) for m in messages_after(session, self.session_id, after)]


@pytest.fixture
def shop(database: Database, clock: FakeClock) -> Shop:
    return Shop(database, clock)


def test_a_turn_is_kept_answered_and_read_back_in_order(shop: Shop) -> None:
    turn = shop.accept("a kettle", "m1")
    assert shop.begin(turn) == (f"{shop.session_id}.0", 0)
    assert shop.finish(turn) == "answered"

    assert shop.said() == [("shopper", "a kettle"), ("bot", "Hello there.")]
    with shop.database.reading() as session:
        first, second = messages_after(session, shop.session_id)
        assert (first.client_message_id, second.client_message_id) == ("m1", None)
        assert messages_after(session, shop.session_id, after=first.id) == [second]
        assert messages_after(session, shop.session_id, limit=1) == [first]
        assert replies_of(session, turn) == [HELLO]


def test_the_same_client_message_is_one_turn_in_one_conversation_and_another_in_the_next(shop: Shop) -> None:
    turn = shop.accept("a kettle", "m1")
    assert shop.accept("something else", "m1") == turn
    assert shop.said() == [("shopper", "a kettle")]
    shop.session_id = shop.open()
    assert shop.accept("a kettle", "m1") != turn


def test_a_turn_is_answered_once(shop: Shop) -> None:
    turn = shop.accept()
    shop.begin(turn)
    shop.finish(turn, text="first")
    assert shop.begin(turn) is None
    assert shop.finish(turn, text="second") == "answered"
    assert shop.said()[1:] == [("bot", "first")]


def test_what_was_accepted_and_not_answered_is_listed_in_the_order_it_was_said(shop: Shop) -> None:
    turns = [shop.accept(str(number)) for number in range(4)]
    shop.begin(turns[1])
    shop.finish(turns[1])
    with shop.database.reading() as session:
        assert [turn.id for turn in unanswered_turns(session)] == [turns[0], turns[2], turns[3]]


def test_rasa_gets_a_new_conversation_after_enough_turns_but_not_amid_a_question(shop: Shop) -> None:
    for _ in range(TURNS_PER_RASA_SESSION):
        assert shop.begin(shop.accept()) == (f"{shop.session_id}.0", 0)
    assert shop.begin(shop.accept(), may_renew=False) == (f"{shop.session_id}.0", 0)
    assert shop.begin(shop.accept()) == (f"{shop.session_id}.1", 0)
    assert shop.begin(shop.accept()) == (f"{shop.session_id}.1", 0)


@pytest.mark.parametrize("speaker", ["queued", "human"])
def test_while_a_human_speaks_a_message_is_kept_and_the_assistant_gets_none(shop: Shop, speaker: str) -> None:
    shop.speak(speaker)
    turn = shop.accept("is anybody there")
    assert shop.begin(turn) is None
    assert shop.finish(turn) == "kept"
    assert shop.said() == [("shopper", "is anybody there")]


def test_a_human_who_takes_over_between_accepting_and_beginning_keeps_the_turn(shop: Shop) -> None:
    turn = shop.accept()
    shop.speak("human")
    assert shop.begin(turn) is None
    with shop.database.reading() as session:
        assert find_turn(session, turn).status == "kept"


def test_a_conversation_a_human_closed_goes_on_with_the_assistant_in_a_new_rasa_session(shop: Shop) -> None:
    shop.speak("closed")
    turn = shop.accept()
    assert shop.begin(turn) == (f"{shop.session_id}.1", 2)
    assert shop.finish(turn, version=2) == "answered"


def test_a_payload_is_worth_something_only_in_the_conversation_it_was_issued_to(shop: Shop) -> None:
    other = shop.open()
    with shop.database.transaction() as session:
        payload = issue_payload(session, shop.session_id, "more", {"page": 2}, "Show more")
        assert find_payload(session, shop.session_id, payload).arguments == {"page": 2}
        with pytest.raises(BadInputError, match="not issued to this session"):
            find_payload(session, other, payload)
        with pytest.raises(BadInputError, match="not issued to this session"):
            find_payload(session, shop.session_id, "made-up")
        pressed = accept_turn(session, shop.session_id, payload_id=payload, now=shop.clock.now()).turn
        assert (pressed.text, pressed.payload_id) == ("Show more", payload)


def test_speaking_keeps_a_session_fresh(shop: Shop) -> None:
    shop.clock.advance(timedelta(days=3))
    shop.accept()
    with shop.database.reading() as session:
        assert find_session(session, shop.session_id).last_seen_at == shop.clock.now()


def test_an_unknown_conversation_or_turn_is_not_found(shop: Shop) -> None:
    with shop.database.transaction() as session:
        with pytest.raises(NotFoundError, match="open a new session"):
            accept_turn(session, "nobody", text="hello", now=shop.clock.now())
        with pytest.raises(NotFoundError, match="erased"):
            begin_turn(session, "nothing", may_renew=True)


steps = st.lists(st.sampled_from(["accept", "begin", "finish", "human", "queued", "bot", "closed"]), max_size=25)


@given(steps=steps)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_assistant_never_speaks_after_the_speaker_changed(shop: Shop, steps: list[str]) -> None:
    """Rule 11, on any order of accepting, beginning, finishing and handing over, with one turn open at a time."""
    shop.session_id = shop.open()
    speaker, changes, turn, begun = "bot", 0, "", None
    for step in steps:
        if step == "accept":
            turn, begun = shop.accept(), None
            if speaker == "closed":
                speaker, changes = "bot", changes + 1
        elif step == "begin" and turn:
            begun = shop.begin(turn)  # begun anew (after a crash) while a human speaks, it is theirs
        elif step == "finish" and begun is not None:
            heard = len(shop.said())
            status = shop.finish(turn, version=begun[1])
            unchanged = begun[1] == changes
            assert status == ("answered" if unchanged else "dropped")
            assert len(shop.said()) - heard == (1 if unchanged else 0)
            with shop.database.reading() as session:
                assert (find_turn(session, turn).draft is None) == unchanged
            turn, begun = "", None
        elif step in {"human", "queued", "bot", "closed"} and step != speaker:
            shop.speak(step)
            speaker, changes = step, changes + 1
