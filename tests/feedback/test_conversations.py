"""Are conversations kept in order, answered once, and never by two speakers?"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback.conversations import (
    TURNS_PER_RASA_SESSION,
    accept_turn,
    begin_turn,
    claim_turn,
    draft_answer,
    find_session,
    find_turn,
    finish_turn,
    messages_after,
    open_session,
    replies_of,
    unanswered_turns,
)
from feedback.payloads import Pressable, find_payload, issue_payloads
from feedback.people import new_person
from feedback.privacy import erase
from feedback.tables import EventRow
from recommender.clock import FakeClock
from recommender.db import Database
from recommender.errors import BadInputError, NotFoundError

T = TypeVar("T")

HELLO = {"type": "text", "text": "Hello there."}
QUEUED = {"type": "handoff", "status": "queued", "text": "Somebody will be with you."}


class Shop:
    """One conversation, each step in its own transaction."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.database = database
        self.clock = clock
        self.session_id = self.open()

    def open(self) -> str:
        with self.database.transaction() as session:
            return open_session(session, new_person(session, self.clock.now()), "web", self.clock.now()).id

    def accept(self, text: str = "a kettle", client_message_id: str | None = None) -> str:
        with self.database.transaction() as session:
            accepted = accept_turn(
                session, self.session_id, text=text, client_message_id=client_message_id, now=self.clock.now()
            )
            return accepted.turn.id

    def begin(self, turn_id: str, asking: bool = False) -> tuple[str, int] | None:
        with self.database.transaction() as session:
            begun = begin_turn(session, turn_id, asking=lambda: asking)
            return None if begun is None else (begun.sender, begun.speaker_version)

    def finish(self, turn_id: str, version: int = 0, text: str = "Hello there.") -> str:
        return self.finish_with(turn_id, {"type": "text", "text": text}, version)

    def finish_with(self, turn_id: str, reply: dict[str, str], version: int = 0) -> str:
        with self.database.transaction() as session:
            return finish_turn(
                session, turn_id, [reply], speaker_version=version, timing_ms={"total": 1.0}, now=self.clock.now()
            )

    def speaker(self) -> tuple[str, int]:
        with self.database.reading() as session:
            row = find_session(session, self.session_id)
            return row.speaker, row.speaker_version

    def speak(self, speaker: str) -> None:
        with self.database.transaction() as session:
            row = find_session(session, self.session_id)
            row.speaker = speaker
            row.speaker_version += 1

    def said(self, after: int = 0) -> list[tuple[str, str]]:
        with self.database.reading() as session:
            return [(m.sender, m.body["text"]) for m in messages_after(session, self.session_id, after)]


@pytest.fixture(params=["sqlite", "postgres"])
def shop(request: pytest.FixtureRequest, clock: FakeClock) -> Shop:
    """A conversation on each database that the record may lie in."""
    return Shop(request.getfixturevalue("database" if request.param == "sqlite" else "postgres"), clock)


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
        waiting = [turns[0], turns[2], turns[3]]
        assert [turn.id for turn in unanswered_turns(session, shop.session_id)] == waiting
        everywhere = unanswered_turns(session)
        assert [turn.id for turn in everywhere if turn.session_id == shop.session_id] == waiting


def test_rasa_gets_a_new_conversation_after_enough_turns_but_not_amid_a_question(shop: Shop) -> None:
    for _ in range(TURNS_PER_RASA_SESSION):
        assert shop.begin(shop.accept()) == (f"{shop.session_id}.0", 0)
    assert shop.begin(shop.accept(), asking=True) == (f"{shop.session_id}.0", 0)
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


def test_a_reply_that_queues_the_shopper_for_a_human_is_said_and_is_the_assistants_last(shop: Shop) -> None:
    turn, early = shop.accept("a person please"), shop.accept("are you there")
    shop.begin(turn)
    assert shop.finish_with(turn, QUEUED) == "answered"
    assert shop.speaker() == ("queued", 1)
    assert shop.said()[-1] == ("bot", "Somebody will be with you.")
    assert shop.begin(early) is None
    assert shop.begin(shop.accept("hello?")) is None


def test_a_handoff_that_nobody_will_take_leaves_the_assistant_speaking(shop: Shop) -> None:
    turn = shop.accept("a person please")
    shop.begin(turn)
    shop.finish_with(turn, {**QUEUED, "status": "unavailable"})
    assert shop.speaker() == ("bot", 0)


def test_a_human_who_took_over_is_not_put_back_into_the_queue_by_a_dropped_reply(shop: Shop) -> None:
    turn = shop.accept("a person please")
    shop.begin(turn)
    shop.speak("human")
    assert shop.finish_with(turn, QUEUED) == "dropped"
    assert shop.speaker() == ("human", 1)


def test_a_conversation_a_human_closed_goes_on_with_the_assistant_in_a_new_rasa_session(shop: Shop) -> None:
    shop.speak("closed")
    turn = shop.accept()
    assert shop.begin(turn) == (f"{shop.session_id}.1", 2)
    assert shop.finish(turn, version=2) == "answered"


def test_a_payload_is_worth_something_only_in_the_conversation_it_was_issued_to(shop: Shop) -> None:
    other = shop.open()
    with shop.database.transaction() as session:
        chip = Pressable("more", "Show more", {"page": 2})
        issue_payloads(session, shop.session_id, [chip], shop.clock.now())
        payload = chip.id
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
            begin_turn(session, "nothing", asking=lambda: False)


# At once -------------------------------------------------------------------------------------------------------------


def at_once(work: Callable[[int], T], count: int = 4) -> list[T]:
    """What `count` threads return that start together."""
    start = Barrier(count)

    def begin(number: int) -> T:
        start.wait(timeout=10)
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))


def test_the_same_message_delivered_by_many_at_once_is_one_turn(shop: Shop) -> None:
    assert len(set(at_once(lambda _: shop.accept("a kettle", "m1")))) == 1
    assert shop.said() == [("shopper", "a kettle")]


def test_a_turn_finished_by_many_at_once_is_answered_once(shop: Shop) -> None:
    turn = shop.accept()
    shop.begin(turn)
    assert at_once(lambda number: shop.finish(turn, text=f"answer {number}")) == ["answered"] * 4
    assert len(shop.said()) == 2


def test_a_turn_is_claimed_by_one_at_a_time_and_the_next_finds_its_answer(shop: Shop) -> None:
    turn = shop.accept()

    def answer(number: int) -> bool:
        with shop.database.transaction() as session:
            earlier = claim_turn(session, turn)
            if earlier is None:
                draft_answer(session, turn, [HELLO], intent="greet", confidence=0.9)
            assert earlier in (None, [HELLO])
            return earlier is None

    assert sorted(at_once(answer)) == [False, False, False, True]


def test_a_reader_that_goes_on_after_a_number_misses_nothing_that_many_write_at_once(shop: Shop) -> None:
    heard: list[int] = []

    def write_or_read(number: int) -> None:
        if number:
            for at in range(10):
                shop.accept(f"{number}.{at}")
            return
        until = time.monotonic() + 20
        while len(heard) < 30 and time.monotonic() < until:
            with shop.database.reading() as session:
                heard.extend(m.id for m in messages_after(session, shop.session_id, heard[-1] if heard else 0))

    at_once(write_or_read)
    assert heard == sorted(heard)
    assert len(heard) == 30


def test_whoever_adds_to_a_conversation_waits_for_whoever_is_adding(shop: Shop) -> None:
    with ThreadPoolExecutor(1) as pool:
        with shop.database.transaction() as session:
            accept_turn(session, shop.session_id, text="first", now=shop.clock.now())
            second = pool.submit(shop.accept, "second")
            with pytest.raises(TimeoutError):
                second.result(timeout=0.3)
        second.result(timeout=10)
    assert shop.said() == [("shopper", "first"), ("shopper", "second")]


def test_erasing_a_person_and_answering_them_never_wait_for_each_other(shop: Shop) -> None:
    turn = shop.accept()
    with shop.database.reading() as session:
        person_id = find_session(session, shop.session_id).person_id

    def either(number: int) -> str:
        try:
            if number == 0:
                return "erased" if erase(shop.database, person_id).complete else "left"
            with shop.database.transaction() as session:
                claim_turn(session, turn)
                session.add(EventRow(id=f"{turn}{number}", person_id=person_id, item_id="kettle", kind="view",
                                     created_at=shop.clock.now()))  # fmt: skip
            return "answered"
        except NotFoundError:
            return "gone"

    outcomes = at_once(either)
    assert outcomes[0] == "erased"
    assert set(outcomes[1:]) <= {"answered", "gone"}


# Any order -----------------------------------------------------------------------------------------------------------

# Long enough for turns to be begun, answered and handed over several times: hypothesis prefers short lists.
STEPS = st.lists(
    st.sampled_from(["accept", "begin", "finish", "ask for a human", "human", "queued", "bot", "closed"]),
    min_size=12,
    max_size=40,
)


@given(steps=STEPS)
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
        elif step in {"finish", "ask for a human"} and begun is not None:
            heard = len(shop.said())
            status = shop.finish_with(turn, HELLO if step == "finish" else QUEUED, begun[1])
            unchanged = begun[1] == changes
            assert status == ("answered" if unchanged else "dropped")
            assert len(shop.said()) - heard == (1 if unchanged else 0)
            with shop.database.reading() as session:
                assert (find_turn(session, turn).draft is None) == unchanged
            if unchanged and step == "ask for a human":
                speaker, changes = "queued", changes + 1
            assert shop.speaker() == (speaker, changes)
            turn, begun = "", None
        elif step in {"human", "queued", "bot", "closed"} and step != speaker:
            shop.speak(step)
            speaker, changes = step, changes + 1
