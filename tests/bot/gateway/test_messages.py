"""Is a message accepted, answered once, kept in order, and never taken for a command?"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing

import httpx
import pytest
from world import World, open_session

from actions.replies.schema import TextReply
from bot.backend import Answer, FakeChatBackend, Utterance
from bot.trackers import tracker_database
from feedback.conversations import find_session, messages_after
from feedback.payloads import Pressable, issue_payloads
from feedback.privacy import erase
from feedback.tables import SessionRow, TurnRow
from recommender.errors import NotFoundError, UnavailableError

pytestmark = pytest.mark.anyio


class SlowBackend(FakeChatBackend):
    """Answers when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.may_answer = asyncio.Event()
        self.was_asked = asyncio.Event()

    async def answer(self, utterance: Utterance) -> Answer:
        self.was_asked.set()
        await self.may_answer.wait()
        return await super().answer(utterance)


def change_speaker(world: World, speaker: str) -> None:
    with world.database.transaction() as session:
        session_id = only_session(world)
        row = find_session(session, session_id)
        row.speaker, row.speaker_version = speaker, row.speaker_version + 1


def only_session(world: World) -> str:
    with world.database.reading() as session:
        return session.query(SessionRow).one().id


def pressable(world: World, intent: str, title: str) -> str:
    """The payload of something that the only session may press."""
    chip = Pressable(intent, title, {})
    with world.database.transaction() as session:
        issue_payloads(session, only_session(world), [chip], world.clock.now())
    return chip.id


async def test_a_message_is_answered_and_timed(client: httpx.AsyncClient, token: dict[str, str], world: World) -> None:
    world.backend.enqueue(Answer([TextReply(text="Here are kettles.")], {"nlu": 9.0, "search": 3.0}))
    answer = await client.post("/api/messages", json={"text": "a kettle"}, headers=token)
    assert answer.status_code == httpx.codes.OK
    body = answer.json()
    assert body["replies"] == [{"type": "text", "text": "Here are kettles."}]
    assert set(body["timing_ms"]) == {"nlu", "understand", "search", "rank", "total"}
    assert (body["timing_ms"]["nlu"], body["timing_ms"]["search"], body["timing_ms"]["rank"]) == (9.0, 3.0, 0.0)
    assert body["timing_ms"]["total"] > 0

    asked = world.backend.asked[0]
    assert asked.turn_id == body["turn_id"]
    assert asked.sender == f"{asked.session_id}.0"


async def test_the_history_is_the_conversation_in_order(client: httpx.AsyncClient, token: dict[str, str]) -> None:
    for text in ("one", "two"):
        await client.post("/api/messages", json={"text": text, "client_message_id": text}, headers=token)
    messages = (await client.get("/api/messages", headers=token)).json()["messages"]
    said = [(message["sender"], message["body"]["text"], message["client_message_id"]) for message in messages]
    assert said == [
        ("shopper", "one", "one"),
        ("bot", "echo: one", None),
        ("shopper", "two", "two"),
        ("bot", "echo: two", None),
    ]
    after = messages[1]["id"]
    rest = (await client.get(f"/api/messages?after={after}", headers=token)).json()["messages"]
    assert rest == messages[2:]
    assert (await client.get(f"/api/messages?after={messages[-1]['id']}", headers=token)).json() == {"messages": []}


@pytest.mark.parametrize(
    ("typed", "heard"),
    [
        ('/buy{"item": "all"}', 'buy{"item": "all"}'),
        ("  /restart", "restart"),
        ("/ / //restart", "restart"),
        ("\u2003/\u2003/greet", "greet"),
        ("a / b", "a / b"),
        ("\x00/gre\x1bet\u202e", "greet"),
    ],
)
async def test_typed_text_is_never_a_command(
    client: httpx.AsyncClient, token: dict[str, str], world: World, typed: str, heard: str
) -> None:
    await client.post("/api/messages", json={"text": typed}, headers=token)
    assert [asked.text for asked in world.backend.asked] == [heard]


@pytest.mark.parametrize("typed", ["", "   ", "///", " / \n/ ", "\x00\x01"])
async def test_nothing_said_is_asked_about_politely_without_rasa(
    client: httpx.AsyncClient, token: dict[str, str], world: World, typed: str
) -> None:
    answer = await client.post("/api/messages", json={"text": typed}, headers=token)
    assert answer.status_code == httpx.codes.OK
    assert "looking for" in answer.json()["replies"][0]["text"]
    assert world.backend.asked == []


async def test_a_pressed_payload_becomes_its_intent(
    client: httpx.AsyncClient, token: dict[str, str], world: World
) -> None:
    payload = pressable(world, "more", "Show more")
    answer = await client.post("/api/messages", json={"payload": payload}, headers=token)
    assert answer.status_code == httpx.codes.OK
    assert world.backend.asked[0].text == "/more"
    messages = (await client.get("/api/messages", headers=token)).json()["messages"]
    assert messages[0]["body"] == {"type": "text", "text": "Show more"}


async def test_a_payload_of_another_session_is_refused(
    client: httpx.AsyncClient, token: dict[str, str], world: World
) -> None:
    payload = pressable(world, "empty_cart", "Empty it")
    other = await open_session(client)
    for body in ({"payload": payload}, {"payload": "/empty_cart"}):
        answer = await client.post("/api/messages", json=body, headers=other)
        assert answer.status_code == httpx.codes.BAD_REQUEST
        assert "not issued to this session" in answer.json()["error"]["message"]
    assert (await client.get("/api/messages", headers=other)).json() == {"messages": []}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": "a", "payload": "b"},
        {"text": None},
        {"text": "x" * 2001},
        {"text": 7},
        {"text": "a", "user_id": "somebody"},
        {"text": "a", "client_message_id": ""},
        {"text": "a", "client_message_id": "x" * 101},
        {"text": "a", "client_message_id": "a\nb"},
        ["text"],
        "text",
    ],
)
async def test_an_unusable_message_is_refused_with_a_sentence(
    client: httpx.AsyncClient, token: dict[str, str], world: World, body: object
) -> None:
    answer = await client.post("/api/messages", json=body, headers=token)
    assert answer.status_code == httpx.codes.BAD_REQUEST
    error = answer.json()["error"]
    assert error["code"] == "bad_input"
    assert error["message"].endswith(".")
    assert error["request_id"] == answer.headers["X-Request-ID"]
    assert world.backend.asked == []


async def test_length_is_counted_after_control_characters_are_gone(
    client: httpx.AsyncClient, token: dict[str, str]
) -> None:
    answer = await client.post("/api/messages", json={"text": "x" * 2000 + "\x00" * 50}, headers=token)
    assert answer.status_code == httpx.codes.OK


async def test_a_repeated_message_is_the_same_turn(
    client: httpx.AsyncClient, token: dict[str, str], world: World
) -> None:
    message = {"text": "a kettle", "client_message_id": "m1"}
    first = (await client.post("/api/messages", json=message, headers=token)).json()
    second = (await client.post("/api/messages", json=message, headers=token)).json()
    assert second == first
    assert len(world.backend.asked) == 1


async def test_a_message_repeated_while_it_is_answered_waits_for_the_same_turn(world: World) -> None:
    backend = SlowBackend()
    async with world.client(world.app(backend)) as client:
        token = await open_session(client)
        message = {"text": "a kettle", "client_message_id": "m1"}
        both = [asyncio.create_task(client.post("/api/messages", json=message, headers=token)) for _ in range(2)]
        await backend.was_asked.wait()
        await asyncio.sleep(0.05)
        assert not any(task.done() for task in both)
        backend.may_answer.set()
        first, second = [task.result() if task.done() else await task for task in both]
        assert first.json() == second.json()
        assert len(backend.asked) == 1
        assert len((await client.get("/api/messages", headers=token)).json()["messages"]) == 2


async def test_messages_sent_at_once_are_answered_one_by_one_in_order(world: World) -> None:
    async with world.client() as client:
        token = await open_session(client)
        texts = [str(number) for number in range(8)]
        await asyncio.gather(*(client.post("/api/messages", json={"text": text}, headers=token) for text in texts))
        messages = (await client.get("/api/messages", headers=token)).json()["messages"]
        said = [message["body"]["text"] for message in messages if message["sender"] == "shopper"]
        heard = [asked.text for asked in world.backend.asked]
        assert sorted(said) == texts
        assert heard == said


async def test_without_rasa_the_actions_answer(client: httpx.AsyncClient, token: dict[str, str], world: World) -> None:
    world.backend.enqueue(UnavailableError("Rasa did not answer in time."))
    world.fallback.enqueue("Plain search found this.")
    answer = await client.post("/api/messages", json={"text": "a kettle"}, headers=token)
    assert answer.json()["replies"] == [{"type": "text", "text": "Plain search found this."}]
    assert "shoptalk_turns_without_rasa_total 1.0" in (await client.get("/metrics")).text


async def test_when_everything_is_broken_the_shopper_is_told(
    client: httpx.AsyncClient, token: dict[str, str], world: World
) -> None:
    world.backend.enqueue(UnavailableError("Rasa cannot be reached."))
    world.fallback.enqueue(RuntimeError("a secret detail"))
    answer = await client.post("/api/messages", json={"text": "a kettle"}, headers=token)
    assert answer.status_code == httpx.codes.OK
    assert "went wrong on our side" in answer.json()["replies"][0]["text"]
    assert "secret" not in answer.text


@pytest.mark.parametrize("speaker", ["human", "queued"])
async def test_while_a_human_speaks_messages_are_kept_and_rasa_hears_nothing(
    client: httpx.AsyncClient, token: dict[str, str], world: World, speaker: str
) -> None:
    change_speaker(world, speaker)
    answer = await client.post("/api/messages", json={"text": "hello?"}, headers=token)
    assert answer.json()["replies"] == []
    assert world.backend.asked == []
    messages = (await client.get("/api/messages", headers=token)).json()["messages"]
    assert [message["body"]["text"] for message in messages] == ["hello?"]


async def test_a_reply_that_comes_after_a_human_took_over_is_dropped_and_kept_as_a_draft(world: World) -> None:
    backend = SlowBackend()
    async with world.client(world.app(backend)) as client:
        token = await open_session(client)
        asking = asyncio.create_task(client.post("/api/messages", json={"text": "a kettle"}, headers=token))
        await backend.was_asked.wait()
        change_speaker(world, "human")
        backend.may_answer.set()
        assert (await asking).json()["replies"] == []
        assert len((await client.get("/api/messages", headers=token)).json()["messages"]) == 1
    with world.database.reading() as session:
        turn = session.query(TurnRow).one()
        assert (turn.status, turn.draft) == ("dropped", [{"type": "text", "text": "echo: a kettle"}])


async def test_turns_a_crash_left_behind_are_answered_in_order_on_the_next_start(world: World) -> None:
    backend = SlowBackend()
    app = world.app(backend)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://chat.example") as client:
        token = await open_session(client)
        texts = ("one", "two", "three")
        asking = [
            asyncio.create_task(
                client.post("/api/messages", json={"text": text, "client_message_id": text}, headers=token)
            )
            for text in texts
        ]
        await backend.was_asked.wait()
        while len((await client.get("/api/messages", headers=token)).json()["messages"]) < 3:
            await asyncio.sleep(0.01)
        await app.state.gateway.turns.close(grace_s=0)
        await asyncio.gather(*asking, return_exceptions=True)
    async with world.client() as client:
        for text in texts:
            answer = await client.post("/api/messages", json={"text": text, "client_message_id": text}, headers=token)
            assert answer.json()["replies"] == [{"type": "text", "text": f"echo: {text}"}]
    said = [asked.text for asked in world.backend.asked]
    with world.database.reading() as session:
        order = [m.body["text"] for m in messages_after(session, only_session(world)) if m.sender == "shopper"]
    assert said == order
    assert sorted(said) == sorted(texts)


async def test_rasa_gets_a_new_session_every_twenty_turns_but_not_amid_a_question(world: World) -> None:
    async with world.client() as client:
        token = await open_session(client)
        for number in range(20):
            await client.post("/api/messages", json={"text": f"{number}"}, headers=token)
        world.questions.asking.add(only_session(world))
        await client.post("/api/messages", json={"text": "amid a question"}, headers=token)
        world.questions.asking.clear()
        await client.post("/api/messages", json={"text": "after it"}, headers=token)
    numbers = [asked.sender.rsplit(".", 1)[1] for asked in world.backend.asked]
    assert numbers == ["0"] * 21 + ["1"]


class Forgetting(FakeChatBackend):
    """Erases the shopper and then, as Rasa does, writes down what was said."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world
        self.enqueue("You are forgotten.")

    async def answer(self, utterance: Utterance) -> Answer:
        with self._world.database.reading() as session:
            person_id = find_session(session, utterance.session_id).person_id
        erase(self._world.database, person_id)
        with closing(rasas_events(self._world)) as connection, connection:
            connection.execute("INSERT INTO events (sender_id, data) VALUES (?, 'forget me')", (utterance.sender,))
        return await super().answer(utterance)


def rasas_events(world: World) -> sqlite3.Connection:
    path = tracker_database(world.settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY, sender_id TEXT, data TEXT)")
    return connection


def remembered_by_rasa(world: World) -> list[str]:
    with closing(rasas_events(world)) as connection:
        return [sender for (sender,) in connection.execute("SELECT sender_id FROM events ORDER BY sender_id")]


async def test_a_shopper_who_has_themselves_forgotten_is_told_so_and_their_token_ends(world: World) -> None:
    async with world.client(world.app(Forgetting(world))) as client:
        token = await open_session(client)
        answer = await client.post("/api/messages", json={"text": "forget me"}, headers=token)
        assert answer.json()["replies"] == [{"type": "text", "text": "You are forgotten."}]
        assert (await client.get("/api/messages", headers=token)).status_code == httpx.codes.UNAUTHORIZED
    with world.database.reading() as session:
        assert session.query(SessionRow).count() == 0


async def test_who_was_forgotten_while_rasa_was_given_up_is_told_so(world: World) -> None:
    class TooSlow(Forgetting):
        async def answer(self, utterance: Utterance) -> Answer:
            await super().answer(utterance)
            raise UnavailableError("Rasa did not answer in time.")

    world.fallback.enqueue(NotFoundError("This turn does not exist any more; its conversation was erased."))
    async with world.client(world.app(TooSlow(world))) as client:
        token = await open_session(client)
        answer = await client.post("/api/messages", json={"text": "forget me"}, headers=token)
        assert "erased" in answer.json()["replies"][0]["text"]
        assert (await client.get("/api/messages", headers=token)).status_code == httpx.codes.UNAUTHORIZED


async def test_rasa_forgets_whom_the_record_forgot_in_all_their_conversations_and_nobody_else(world: World) -> None:
    async with world.client(world.app(Forgetting(world))) as client:
        other = await client.post("/api/sessions", json={})
        other_sender, erased_before = f"{other.json()['session_id']}.0", f"{'0' * 32}.3"
        with closing(rasas_events(world)) as connection, connection:
            connection.executemany("INSERT INTO events (sender_id) VALUES (?)", [(other_sender,), (erased_before,)])
        token = await open_session(client)
        await client.post("/api/messages", json={"text": "forget me"}, headers=token)
        assert remembered_by_rasa(world) == [other_sender]


async def test_what_rasa_wrote_after_everybody_stopped_waiting_is_forgotten_at_the_next_start(world: World) -> None:
    with closing(rasas_events(world)) as connection, connection:
        connection.execute("INSERT INTO events (sender_id) VALUES (?)", (f"{'0' * 32}.0",))
    async with world.client(), asyncio.timeout(5):
        while remembered_by_rasa(world):
            await asyncio.sleep(0.01)


async def test_a_shopper_is_forgotten_though_rasas_trackers_cannot_be_reached(world: World) -> None:
    async with world.client(world.app(Forgetting(world))) as client:
        token = await open_session(client)
        with closing(rasas_events(world)) as connection, connection:
            connection.execute("CREATE TRIGGER refuse BEFORE DELETE ON events BEGIN SELECT RAISE(FAIL, 'no'); END")
        answer = await client.post("/api/messages", json={"text": "forget me"}, headers=token)
        assert answer.json()["replies"] == [{"type": "text", "text": "You are forgotten."}]
