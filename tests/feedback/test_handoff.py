"""Does a conversation pass between assistant and people so that one speaks, the shopper knows who and none is lost?"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import text

from feedback.handoff import Agent, keep_email, rate
from feedback.handoff_tables import HandoffRow
from recommender.clock import FakeClock
from recommender.db import Database
from recommender.errors import BadInputError, ConflictError
from tests.feedback.desk_world import ADA, BEN, UNAVAILABLE, World


@pytest.fixture(params=["sqlite", "postgres"])
def world(request: pytest.FixtureRequest, clock: FakeClock) -> World:
    database = request.getfixturevalue("database" if request.param == "sqlite" else "postgres")
    if request.param == "postgres":
        with database.transaction() as session:  # others queued there before
            session.execute(text("TRUNCATE sessions CASCADE"))
    return World(database, clock)


def newest(world: World) -> HandoffRow:
    with world.database.reading() as session:
        row = session.query(HandoffRow).order_by(HandoffRow.id.desc()).first()
        assert row is not None
        return row


def test_the_assistants_answer_that_was_under_way_is_not_heard_once_a_person_speaks(world: World) -> None:
    turn = world.accept("a kettle")
    version = world.begin(turn)
    assert version is not None
    world.step("take_over", ADA)
    assert world.finish(turn, version) == "dropped"
    assert ("bot", "Hello there.") not in world.said()
    assert world.turn("are you there?") == "kept"


def test_who_waits_is_claimed_answered_and_handed_back_and_hears_each_of_it(world: World) -> None:
    world.ask()
    assert world.speaker() == "queued"
    world.step("claim", ADA)
    world.step("say", ADA, [{"type": "text", "text": "Hello, I am Ada."}])
    world.step("hand_back", ADA)
    assert world.speaker() == "bot"
    statuses = [m.body["status"] for m in world.messages() if m.body["type"] == "handoff"]
    assert statuses == ["queued", "human", "bot"]
    assert [(m.sender, m.agent) for m in world.messages() if m.sender == "human"] == [("human", "Ada")]
    assert world.turn("a kettle") == "answered"
    assert newest(world).outcome == "handed_back"


def test_of_two_agents_who_claim_at_once_one_has_it_and_the_other_is_told_who(world: World) -> None:
    world.ask()
    start = Barrier(2)

    def claim(agent: Agent) -> str:
        start.wait()
        try:
            world.step("claim", agent)
        except ConflictError as error:
            return str(error)
        return agent.name

    with ThreadPoolExecutor(2) as threads:
        outcomes = list(threads.map(claim, (ADA, BEN)))
    winner = next(outcome for outcome in outcomes if outcome in ("Ada", "Ben"))
    assert f"{winner} has this conversation already." in outcomes
    assert [m.body["agent"] for m in world.messages() if m.body.get("status") == "human"] == [winner]


def test_nobody_but_who_has_the_conversation_may_speak_or_end_it(world: World) -> None:
    world.ask()
    with pytest.raises(ConflictError, match="take it over first"):
        world.step("say", ADA, [{"type": "text", "text": "Hello"}])
    world.step("claim", ADA)
    for step, more in (("say", ([{"type": "text", "text": "Hello"}],)), ("close", ()), ("hand_back", ())):
        with pytest.raises(ConflictError, match="Ada has this conversation now"):
            world.step(step, BEN, *more)
    with pytest.raises(ConflictError, match="Ada has this conversation already"):
        world.step("take_over", BEN)
    assert world.standing().agent == "Ada"


def test_a_conversation_passed_on_belongs_to_the_colleague_and_the_shopper_hears_who(world: World) -> None:
    world.ask()
    world.step("claim", ADA)
    world.step("pass_on", ADA, BEN)
    with pytest.raises(ConflictError):
        world.step("say", ADA, [{"type": "text", "text": "Hello"}])
    world.step("say", BEN, [{"type": "text", "text": "Hello"}])
    assert world.messages()[-2].body["agent"] == "Ben"


def test_who_comes_back_to_the_queue_has_the_place_of_their_first_request(world: World) -> None:
    world.ask()
    world.step("claim", ADA)
    other = world.stranger()
    world.later(minutes=1)
    world.ask(other)
    assert world.standing(other).position == 1
    world.step("release", lost=True)
    assert world.standing().position == 1
    assert world.standing(other).position == 2
    assert world.messages()[-2].body["status"] == "queued"
    assert "nothing you said is lost" in world.messages()[-2].body["text"]


def test_who_would_rather_go_on_with_the_assistant_leaves_the_queue_by_pressing(world: World) -> None:
    world.ask()
    turn = world.press("leave_queue")
    assert world.speaker() == "bot"
    assert world.begin(turn) is not None
    assert newest(world).outcome == "left"
    # A chip that is pressed again later means no harm.
    assert world.begin(world.press("leave_queue")) is not None


def test_nobody_came_is_said_with_an_address_and_the_assistant_is_back(world: World) -> None:
    world.ask()
    world.step("give_up")
    last = world.messages()[-1].body
    assert (last["status"], last["email"]) == ("unavailable", "desk@example.org")
    assert "nobody was free" in last["text"]
    assert "e-mail" in last["text"]
    assert world.turn("then show me kettles") == "answered"
    with world.database.transaction() as session:
        assert keep_email(session, world.session_id, "eva@example.org")
    assert newest(world).contact_email == "eva@example.org"


def test_asking_again_and_again_when_nobody_is_there_changes_nothing_but_is_counted(world: World) -> None:
    for _ in range(3):
        world.turn("a person", UNAVAILABLE)
        assert world.speaker() == "bot"
    with world.database.reading() as session:
        assert [row.outcome for row in session.query(HandoffRow)] == ["unavailable"] * 3


def test_a_closed_conversation_is_the_assistants_with_the_next_word_and_does_not_come_back_by_itself(
    world: World,
) -> None:
    world.ask()
    world.step("claim", ADA)
    world.step("say", ADA, [{"type": "text", "text": "All done."}])
    world.step("close", ADA)
    assert world.speaker() == "closed"
    assert world.turn("and another thing") == "answered"
    assert world.speaker() == "bot"
    assert world.handoff() is None


def test_the_end_is_followed_by_the_question_how_it_was_and_pressing_answers_it(world: World) -> None:
    world.ask()
    world.step("claim", ADA)
    world.step("say", ADA, [{"type": "text", "text": "All done."}])
    world.step("close", ADA)
    chips = world.messages()[-1].body["items"]
    assert [chip["title"] for chip in chips] == ["Very good", "Good", "All right", "Poor", "Very poor"]
    with world.database.transaction() as session:
        rate(session, world.session_id, newest(world).id, 4, world.clock.now())
    assert newest(world).rating == 4


def test_who_was_never_answered_is_not_asked_how_it_was(world: World) -> None:
    world.step("take_over", ADA)
    world.step("close", ADA)
    assert "chips" not in [m.body["type"] for m in world.messages()]


@pytest.mark.parametrize("rating", [0, 6])
def test_a_rating_nobody_was_offered_is_refused(world: World, rating: int) -> None:
    world.ask()
    with world.database.transaction() as session, pytest.raises(BadInputError):
        rate(session, world.session_id, newest(world).id, rating, world.clock.now())
    stranger = world.stranger()
    with world.database.transaction() as session, pytest.raises(BadInputError):
        rate(session, stranger, newest(world).id, 5, world.clock.now())


def test_who_returns_on_another_channel_finds_the_same_person_there(world: World) -> None:
    world.ask()
    world.step("claim", ADA)
    telegram = world.open("telegram")
    turn = world.accept("it is me again", telegram)
    assert world.begin(turn) is None  # the assistant keeps quiet there as well
    assert world.standing(telegram).agent == "Ada"
    assert world.speaker() == "closed"
    world.step("say", ADA, [{"type": "text", "text": "Welcome back."}], session_id=telegram)
    assert world.said(telegram)[-1] == ("human", "Welcome back.")
    with pytest.raises(ConflictError):
        world.step("say", ADA, [{"type": "text", "text": "Is anybody here?"}])


def test_who_returns_on_another_channel_while_waiting_keeps_the_place(world: World) -> None:
    world.ask()
    other = world.stranger()
    world.later(seconds=5)
    world.ask(other)
    telegram = world.open("telegram")
    world.accept("hello?", telegram)
    assert world.standing(telegram).position == 1
    assert world.standing(other).position == 2
    assert "number 1" in next(text for sender, text in world.said(telegram) if sender == "bot")


def test_the_waiting_are_told_once_when_their_turn_is_next(world: World) -> None:
    first = world.stranger()
    world.ask(first)
    world.later(seconds=5)
    turn = world.accept("a person")
    version = world.begin(turn)
    assert version is not None
    world.finish(turn, version, {"type": "handoff", "status": "queued", "text": "Number 2.", "position": 2})
    assert world.step("tell_place") is False
    world.step("claim", ADA, session_id=first)
    assert world.step("tell_place") is True
    assert world.step("tell_place") is False
    assert world.said()[-1][1].startswith("You are next")


def test_two_at_once_never_have_one_conversation_on_any_database(database: Database, clock: FakeClock) -> None:
    world = World(database, clock)
    world.step("take_over", ADA)
    with pytest.raises(ConflictError):
        world.step("claim", BEN)
