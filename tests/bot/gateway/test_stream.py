"""Do all windows of a conversation see the same messages, also after the line dropped? Over real sockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
import uvicorn
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from test_messages import SlowBackend
from world import World, open_session

from actions.services import Services
from bot.backend import ChatBackend
from bot.gateway.live import Live
from bot.gateway.threads import Threads
from bot.gateway.watch import watch
from feedback.conversations import open_session as open_conversation
from feedback.people import new_person
from feedback.presence import TYPING_LASTS, human_stopped_typing, human_types
from feedback.tables import MessageRow, SessionRow
from recommender.db import Database
from recommender.errors import BusyError

pytestmark = pytest.mark.anyio


class Server(uvicorn.Server):
    """A server that leaves the signals to pytest."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(world: World, backend: ChatBackend | None = None) -> AsyncIterator[httpx.AsyncClient]:
    server = Server(uvicorn.Config(world.app(backend), port=0, log_config=None, timeout_graceful_shutdown=2))
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=5) as client:
        yield client
    server.should_exit = True
    await running


class Window:
    """One open stream; `take` is the next event of it."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()

    async def take(self) -> dict[str, Any]:
        event: dict[str, Any] = {}
        async with asyncio.timeout(5):
            async for line in self._lines:
                name, _, value = line.partition(": ")
                if line and name:
                    event[name] = json.loads(value) if name == "data" else value
                elif event:
                    return event
        raise AssertionError("the stream ended")

    async def texts(self, count: int) -> list[str]:
        events = []
        while len(events) < count:
            event = await self.take()
            if event["event"] == "message":
                assert int(event["id"]) == event["data"]["id"]
                events.append(event["data"]["body"]["text"])
        return events


@asynccontextmanager
async def window(client: httpx.AsyncClient, token: dict[str, str], after: str | None = None) -> AsyncIterator[Window]:
    headers = token if after is None else {**token, "Last-Event-ID": after}
    async with client.stream("GET", "/api/stream", headers=headers) as response:
        assert response.status_code == httpx.codes.OK
        assert response.headers["Content-Type"].startswith("text/event-stream")
        yield Window(response)


async def test_two_windows_of_one_conversation_see_the_same(world: World) -> None:
    async with serving(world) as client:
        token = await open_session(client)
        async with window(client, token) as one, window(client, token) as two:
            await client.post("/api/messages", json={"text": "a kettle"}, headers=token)
            await client.post("/api/messages", json={"text": "a lamp"}, headers=token)
            expected = ["a kettle", "echo: a kettle", "a lamp", "echo: a lamp"]
            assert await one.texts(4) == expected
            assert await two.texts(4) == expected


async def test_a_stream_goes_on_after_the_last_event_it_carried(world: World) -> None:
    async with serving(world) as client:
        token = await open_session(client)
        await client.post("/api/messages", json={"text": "a kettle"}, headers=token)
        async with window(client, token, after="0") as first:
            event = await first.take()
        await client.post("/api/messages", json={"text": "a lamp"}, headers=token)
        async with window(client, token, after=event["id"]) as second:
            assert await second.texts(3) == ["echo: a kettle", "a lamp", "echo: a lamp"]


async def test_without_a_last_event_a_stream_begins_now(world: World) -> None:
    async with serving(world) as client:
        token = await open_session(client)
        await client.post("/api/messages", json={"text": "long ago"}, headers=token)
        async with window(client, token) as now:
            await client.post("/api/messages", json={"text": "a lamp"}, headers=token)
            assert await now.texts(2) == ["a lamp", "echo: a lamp"]


async def test_a_window_sees_the_assistant_type(world: World) -> None:
    backend = SlowBackend()
    async with serving(world, backend) as client:
        token = await open_session(client)
        async with window(client, token) as one:
            asking = asyncio.create_task(client.post("/api/messages", json={"text": "a kettle"}, headers=token))
            seen = [await one.take(), await one.take()]
            assert [event["event"] for event in seen] == ["message", "typing"]
            assert seen[1]["data"] == {"typing": True}
            backend.may_answer.set()
            await asking
            seen = [await one.take(), await one.take()]
            assert sorted(event["event"] for event in seen) == ["message", "typing"]
            assert {"typing": False} in [event["data"] for event in seen]


async def test_nobody_follows_another_conversation(world: World) -> None:
    async with serving(world) as client:
        token, other = await open_session(client), await open_session(client)
        async with window(client, other, after="0") as theirs:
            await client.post("/api/messages", json={"text": "a secret"}, headers=token)
            await client.post("/api/messages", json={"text": "my own"}, headers=other)
            assert await theirs.texts(1) == ["my own"]


@asynccontextmanager
async def another_process(world: World) -> AsyncIterator[Database]:
    """The record as another process has it open: nothing else of this one is within its reach."""
    database = Database(world.database.url.render_as_string(hide_password=False))
    yield database
    database.close()


def answer_as_human(database: Database, session_id: str, text: str, now: datetime) -> None:
    with database.transaction() as session:
        session.add(
            MessageRow(session_id=session_id, sender="human", body={"type": "text", "text": text}, created_at=now)
        )


def the_session(world: World) -> str:
    with world.database.reading() as session:
        return session.scalars(select(SessionRow.id)).one()


async def test_a_window_sees_what_another_process_wrote(world: World) -> None:
    async with serving(world) as client, another_process(world) as elsewhere:
        token = await open_session(client)
        async with window(client, token) as one, window(client, token) as two:
            for text in ("I am Ana.", "Which lamp is it?"):
                answer_as_human(elsewhere, the_session(world), text, world.clock.now())
                assert await one.texts(1) == await two.texts(1) == [text]


async def test_a_window_sees_a_human_type_until_they_stop(world: World) -> None:
    async with serving(world) as client, another_process(world) as elsewhere:
        token = await open_session(client)
        session_id = the_session(world)
        async with window(client, token) as one:
            with elsewhere.transaction() as session:
                human_types(session, session_id, world.clock.now())
            assert await one.take() == {"event": "typing", "data": {"typing": True}}
            with elsewhere.transaction() as session:
                human_stopped_typing(session, session_id)
            assert await one.take() == {"event": "typing", "data": {"typing": False}}


async def test_a_human_who_went_away_types_no_more(world: World) -> None:
    async with serving(world) as client:
        token = await open_session(client)
        async with window(client, token) as one:
            with world.database.transaction() as session:
                human_types(session, the_session(world), world.clock.now())
            assert (await one.take())["data"] == {"typing": True}
            world.clock.advance(TYPING_LASTS)
            assert (await one.take())["data"] == {"typing": False}


async def test_streams_go_on_after_the_record_could_not_be_read(world: World) -> None:
    broken = 2

    class Failing(Database):
        @contextmanager
        def reading(self) -> Iterator[Session]:
            nonlocal broken
            if broken:
                broken -= 1
                raise OperationalError("SELECT", {}, OSError("the record is away"))
            with world.database.reading() as session:
                yield session

    live, now = Live(), world.clock.now()
    failing = cast("Services", SimpleNamespace(database=Failing(str(world.database.url)), clock=world.clock))
    with world.database.transaction() as session:
        session_id = open_conversation(session, new_person(session, now), "web", now).id
    watching = asyncio.create_task(watch(live, failing, Threads(1)))
    with live.follow(session_id) as bell:
        answer_as_human(world.database, session_id, "Hello.", now)
        async with asyncio.timeout(5):
            await bell.wait()
    assert broken == 0
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


@pytest.mark.parametrize("after", ["yesterday", "-1", "99999999999999999999"])
async def test_a_last_event_that_is_no_number_is_refused(
    client: httpx.AsyncClient, token: dict[str, str], after: str
) -> None:
    answer = await client.get("/api/stream", headers={**token, "Last-Event-ID": after})
    assert answer.status_code == httpx.codes.BAD_REQUEST


def test_a_conversation_has_only_so_many_windows() -> None:
    live = Live()
    with ExitStack() as windows:
        for _ in range(8):
            live.admit("one")
            windows.enter_context(live.follow("one"))
        with pytest.raises(BusyError, match="Too many streams"):
            live.admit("one")
        live.admit("another")
    assert live.open_streams == 0
    live.admit("one")
