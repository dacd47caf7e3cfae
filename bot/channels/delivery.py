"""How does everything that is said in a conversation reach the chat it belongs to: answers, and what people write?

Whatever is said is a row of the record, whichever process wrote it; here the rows after the last one delivered are
sent, in order, and marked. A process that dies between sending and marking sends that one part again: channels know no
other way to ask whether they have it.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Coroutine, Iterator, Sequence
from itertools import groupby
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.port import Channel, Part, TryAgainError, UndeliverableError
from bot.channels.watching import look_again_and_again
from bot.gateway.threads import Threads
from feedback.channels.chats import (
    Chat,
    behind,
    block_chat,
    find_chat,
    mark_delivered,
    newest_message_id,
    places_with_a_typing_human,
)
from feedback.conversations import Message, messages_after
from recommender.clock import Clock
from recommender.db import Database

__all__ = ["Delivery"]

_log = structlog.get_logger()

POLL_S = 0.5
_TYPING_EVERY_S = 4.0
_LONGEST_WAIT_S = 300.0
_OVERLAP = 1000
"""Messages looked at again: on PostgreSQL one may be committed after another with a higher id."""


class Delivery:
    """Delivers to the chats of `channel` until it is cancelled.

    Args:
        channel: shows and sends.
        database: the record.
        clock: the time.
        threads: bounds the threads that talk to the record.
    """

    def __init__(self, channel: Channel, database: Database, clock: Clock, threads: Threads) -> None:
        self._channel = channel
        self._database = database
        self._clock = clock
        self._threads = threads
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._owing: dict[str, asyncio.Task[None]] = {}
        self._seen = 0
        self._typing_shown_at = 0.0

    async def run(self) -> None:
        """Look for what has not been delivered, again and again."""
        try:
            await look_again_and_again(self._look, POLL_S, "messages_unread", self._channel.name)
        finally:
            for task in self._owing.values():
                task.cancel()
            await asyncio.gather(*self._owing.values(), return_exceptions=True)

    async def deliver(self, place: str) -> None:
        """Send everything that the chat misses, in order.

        Raises:
            TryAgainError: not all of it could be sent; it will be, by `run`.
        """
        async with self._locks[place]:
            while (found := await self._threads.run(self._next, place)) is not None:
                chat, messages, parts = found
                await self._send(chat, messages, parts)

    async def _look(self) -> None:
        places, typing = await self._threads.run(self._behind)
        for place in places:
            if place not in self._owing and not self._locks[place].locked():
                self._owing[place] = asyncio.create_task(self._insist(place))
        now = asyncio.get_running_loop().time()
        if typing and now - self._typing_shown_at >= _TYPING_EVERY_S:
            self._typing_shown_at = now
            await asyncio.gather(*(self._channel.show_typing(place) for place in typing))

    async def _insist(self, place: str) -> None:
        """Deliver, waiting as long and as often as the channel asks for."""
        tries = 0
        try:
            while True:
                try:
                    await self.deliver(place)
                    return
                except TryAgainError as error:
                    wait_s = min(max(error.after_s, 2.0**tries / 2), _LONGEST_WAIT_S)
                    tries += 1
                    _log.info("delivery_waits", channel=self._channel.name, reason=str(error), after_s=wait_s)
                    await asyncio.sleep(wait_s)
        except SQLAlchemyError as error:
            _log.warning("messages_unread", channel=self._channel.name, error=type(error).__name__)
        finally:
            del self._owing[place]

    async def _send(self, chat: Chat, messages: Sequence[Message], parts: Sequence[Part]) -> None:
        try:
            for number, part in enumerate(parts[chat.delivered_parts :], start=chat.delivered_parts + 1):
                whole = number == len(parts)
                mark = (messages[-1].id, 0) if whole else (chat.delivered_id, number)
                await _wholly(self._send_and_mark(chat, part, *mark))
        except UndeliverableError as error:
            _log.info("chat_blocked", channel=self._channel.name, reason=str(error))
            await self._threads.run(self._block, chat)
            return
        if chat.delivered_parts >= len(parts):
            await self._threads.run(self._mark, chat, messages[-1].id, 0)

    async def _send_and_mark(self, chat: Chat, part: Part, delivered_id: int, delivered_parts: int) -> None:
        await self._channel.send(chat, part)
        await self._threads.run(self._mark, chat, delivered_id, delivered_parts)

    # In threads, each one transaction -------------------------------------------------------------------------------

    def _behind(self) -> tuple[list[str], list[str]]:
        with self._database.reading() as session:
            newest = newest_message_id(session)
            places = behind(session, self._channel.account, self._seen)
            typing = places_with_a_typing_human(session, self._channel.account, self._clock.now())
        self._seen = max(newest - _OVERLAP, 0)
        return places, typing

    def _next(self, place: str) -> tuple[Chat, Sequence[Message], Sequence[Part]] | None:
        """The first turn's messages that are missing in the chat, and how it shows them."""
        with self._database.reading() as session:
            chat = find_chat(session, self._channel.account, place)
            if chat is None or chat.blocked:
                return None
            missing = messages_after(session, chat.session_id, chat.delivered_id)
        said = next(_turns(missing), None)
        if said is None:
            return None
        return chat, said, self._channel.parts(chat, [one for one in said if one.sender != "shopper"])

    def _mark(self, chat: Chat, delivered_id: int, parts: int) -> None:
        with self._database.transaction() as session:
            mark_delivered(session, chat, delivered_id, parts)

    def _block(self, chat: Chat) -> None:
        with self._database.transaction() as session:
            block_chat(session, chat.account, chat.place, blocked=True)


async def _wholly(step: Coroutine[Any, Any, None]) -> None:
    """Do the step to its end, also when the process is told to stop in the middle of it."""
    task = asyncio.ensure_future(step)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.gather(task, return_exceptions=True)
        raise


def _turns(messages: Sequence[Message]) -> Iterator[list[Message]]:
    """What one speaker says in one turn is shown together; a message of no turn stands alone."""
    for _, together in groupby(messages, key=lambda one: (one.sender, one.turn_id or one.id)):
        yield list(together)
