"""Does any channel get its updates worked once and in order, and everything that is said delivered?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot.channels import queue as queue_module
from bot.channels.delivery import Delivery
from bot.channels.port import Channel, Part, TryAgainError, UndeliverableError
from bot.channels.queue import MOST_ATTEMPTS, Queue
from bot.gateway.threads import Threads
from feedback.channels.chats import Chat, chat_for
from feedback.channels.inbox import KEPT_FOR, Delivered, Waiting, take_updates
from feedback.channels.tables import ChatRow, UpdateRow
from feedback.conversations import Message
from feedback.people import person_for
from feedback.tables import MessageRow
from recommender.clock import FakeClock
from recommender.db import Database

pytestmark = pytest.mark.anyio


class Pigeons:
    """A channel in memory, whose birds can be told to fail."""

    name = "pigeons"
    account = "pigeons:1"

    def __init__(self) -> None:
        self.worked: list[int] = []
        self.noticed: list[int] = []
        self.apologies: list[int] = []
        self.sent: list[tuple[str, object]] = []
        self.trouble: list[Exception] = []
        self.in_pieces = 1

    async def notice(self, update: Waiting) -> None:
        self.noticed.append(update.external_id)

    async def work(self, update: Waiting) -> None:
        await asyncio.sleep(0)
        if self.trouble:
            raise self.trouble.pop(0)
        self.worked.append(update.external_id)

    async def apologise(self, update: Waiting) -> None:
        self.apologies.append(update.external_id)

    def parts(self, chat: Chat, messages: Sequence[Message]) -> Sequence[Part]:
        return [(message.body["text"], piece) for message in messages for piece in range(self.in_pieces)]

    async def send(self, chat: Chat, part: Part) -> None:
        if self.trouble:
            raise self.trouble.pop(0)
        self.sent.append((chat.place, part))

    async def show_typing(self, place: str) -> None:
        return


@pytest.fixture
def pigeons() -> Pigeons:
    return Pigeons()


def arrive(
    database: Database, clock: FakeClock, numbers: Sequence[int], place: str = "roof", kind: str = "note"
) -> int:
    delivered = [Delivered(number, place, kind, {"n": number}, place) for number in numbers]
    with database.transaction() as session:
        return take_updates(session, "pigeons", "pigeons:1", delivered, clock.now())


def statuses(database: Database) -> dict[int, str]:
    with database.reading() as session:
        return {row.external_id: row.status for row in session.scalars(select(UpdateRow))}


@asynccontextmanager
async def working(channel: Channel, database: Database, clock: FakeClock) -> AsyncIterator[Queue]:
    queue = Queue(channel, database, clock, Threads(4), urgent="press")
    task = asyncio.create_task(queue.run())
    try:
        yield queue
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_what_waits_is_worked_once_in_the_channels_order(
    pigeons: Pigeons, database: Database, clock: FakeClock
) -> None:
    assert arrive(database, clock, [3, 1, 2]) == 3
    assert arrive(database, clock, [2, 4]) == 1
    async with working(pigeons, database, clock) as queue:
        await queue.idle()
    assert pigeons.worked == [1, 2, 3, 4]
    assert set(statuses(database).values()) == {"done"}


async def test_what_has_to_wait_is_tried_again_and_the_next_waits_with_it(
    pigeons: Pigeons, database: Database, clock: FakeClock
) -> None:
    pigeons.trouble = [TryAgainError("a hawk", 0.01), TryAgainError("still there", 0.01)]
    arrive(database, clock, [1, 2])
    async with working(pigeons, database, clock) as queue:
        await queue.idle()
    assert pigeons.worked == [1, 2]


async def test_what_cannot_be_worked_is_apologised_for_and_the_next_goes_on(
    pigeons: Pigeons, database: Database, clock: FakeClock
) -> None:
    pigeons.trouble = [RuntimeError("lost")]
    arrive(database, clock, [1, 2])
    async with working(pigeons, database, clock) as queue:
        await queue.idle()
    assert (pigeons.apologies, pigeons.worked) == ([1], [2])
    assert statuses(database) == {1: "failed", 2: "done"}


async def test_what_kills_its_process_again_and_again_is_given_up(
    pigeons: Pigeons, database: Database, clock: FakeClock
) -> None:
    arrive(database, clock, [1])
    with database.transaction() as session:
        session.scalars(select(UpdateRow)).one().attempts = MOST_ATTEMPTS
    async with working(pigeons, database, clock) as queue:
        await queue.idle()
    assert (pigeons.apologies, pigeons.worked) == ([1], [])


async def test_what_is_urgent_is_noticed_though_the_chat_is_busy(
    pigeons: Pigeons, database: Database, clock: FakeClock
) -> None:
    pigeons.trouble = [TryAgainError("a hawk", 60)]
    arrive(database, clock, [1])
    arrive(database, clock, [2], kind="press")
    async with working(pigeons, database, clock):
        async with asyncio.timeout(20):
            while pigeons.noticed != [2]:
                await asyncio.sleep(0)
    assert pigeons.worked == []
    assert statuses(database) == {1: "waiting", 2: "waiting"}


async def test_numbers_are_forgotten_once_nothing_can_come_again(
    pigeons: Pigeons, database: Database, clock: FakeClock
) -> None:
    arrive(database, clock, [1])
    async with working(pigeons, database, clock) as queue:
        await queue.idle()
    clock.advance(KEPT_FOR + timedelta(seconds=1))
    arrive(database, clock, [2])
    async with working(pigeons, database, clock) as queue:
        await queue.idle()
    assert statuses(database) == {2: "done"}


async def test_an_outage_of_the_record_is_waited_out(
    pigeons: Pigeons, database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, calls = queue_module.waiting_places, []

    def once_broken(*arguments: object) -> list[str]:
        calls.append(1)
        if len(calls) == 1:
            raise OperationalError("select", {}, Exception("gone"))
        return original(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(queue_module, "waiting_places", once_broken)
    arrive(database, clock, [1])
    async with working(pigeons, database, clock):
        async with asyncio.timeout(20):
            while pigeons.worked != [1]:
                await asyncio.sleep(0.01)


# Delivery ------------------------------------------------------------------------------------------------------------


def chat(database: Database, clock: FakeClock, place: str = "roof") -> Chat:
    with database.transaction() as session:
        person_id = person_for(session, "pigeons", place, clock.now())
        return chat_for(session, "pigeons", "pigeons:1", place, person_id, clock.now(), idle=timedelta(days=30))


def say(database: Database, clock: FakeClock, session_id: str, *texts: str, sender: str = "bot") -> None:
    with database.transaction() as session:
        for text in texts:
            session.add(
                MessageRow(
                    session_id=session_id, turn_id=None, sender=sender, body={"type": "text", "text": text},
                    created_at=clock.now(),
                )
            )  # fmt: skip
            session.flush()


def delivery(pigeons: Pigeons, database: Database, clock: FakeClock) -> Delivery:
    return Delivery(pigeons, database, clock, Threads(4))


async def test_what_is_said_is_delivered_once_and_what_the_shopper_said_is_not(
    pigeons: Pigeons, database: Database, clock: FakeClock
) -> None:
    roof = chat(database, clock)
    say(database, clock, roof.session_id, "hello", sender="shopper")
    say(database, clock, roof.session_id, "one", "two")
    for _ in range(2):
        await delivery(pigeons, database, clock).deliver("roof")
    assert [part for _, part in pigeons.sent] == [("one", 0), ("two", 0)]


async def test_after_a_death_between_two_parts_the_rest_is_delivered(
    pigeons: Pigeons, database: Database, clock: FakeClock
) -> None:
    pigeons.in_pieces = 3
    roof = chat(database, clock)
    say(database, clock, roof.session_id, "one")
    with database.transaction() as session:
        session.get_one(ChatRow, ("pigeons:1", "roof")).delivered_parts = 2
    await delivery(pigeons, database, clock).deliver("roof")
    assert [part for _, part in pigeons.sent] == [("one", 2)]


async def test_a_channel_that_asks_for_patience_gets_it_and_then_the_message(
    pigeons: Pigeons, database: Database, clock: FakeClock
) -> None:
    roof = chat(database, clock)
    say(database, clock, roof.session_id, "one")
    pigeons.trouble = [TryAgainError("a hawk", 0.01)]
    delivering = delivery(pigeons, database, clock)
    with pytest.raises(TryAgainError):
        await delivering.deliver("roof")
    running = asyncio.create_task(delivering.run())
    async with asyncio.timeout(20):
        while not pigeons.sent:
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert pigeons.sent == [("roof", ("one", 0))]


async def test_a_chat_that_cannot_be_reached_is_left_alone_and_owes_nothing_away(
    pigeons: Pigeons, database: Database, clock: FakeClock
) -> None:
    roof = chat(database, clock)
    say(database, clock, roof.session_id, "one")
    pigeons.trouble = [UndeliverableError("gone")]
    await delivery(pigeons, database, clock).deliver("roof")
    await delivery(pigeons, database, clock).deliver("roof")
    assert not pigeons.sent
    chat(database, clock)  # they write again
    await delivery(pigeons, database, clock).deliver("roof")
    assert pigeons.sent == [("roof", ("one", 0))]


async def test_a_process_that_is_stopped_finishes_the_part_it_sends(
    pigeons: Pigeons, database: Database, clock: FakeClock
) -> None:
    sending, may_end = asyncio.Event(), asyncio.Event()

    class Slow(Pigeons):
        async def send(self, chat: Chat, part: Part) -> None:
            sending.set()
            await may_end.wait()
            await super().send(chat, part)

    slow = Slow()
    roof = chat(database, clock)
    say(database, clock, roof.session_id, "one")
    task = asyncio.create_task(delivery(slow, database, clock).deliver("roof"))
    await asyncio.wait_for(sending.wait(), 10)
    task.cancel()
    may_end.set()
    await asyncio.gather(task, return_exceptions=True)
    await delivery(slow, database, clock).deliver("roof")
    assert slow.sent == [("roof", ("one", 0))]
