"""How are the updates of a channel worked: each once, in order within a chat, many chats at a time?

What waits is in the record, so a process that dies leaves it to the next one.
"""

from __future__ import annotations

import asyncio
import traceback
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.port import Channel, TryAgainError
from bot.channels.watching import look_again_and_again
from bot.gateway.threads import Threads
from feedback.channels.inbox import (
    Waiting,
    end_update,
    forget_old_updates,
    next_update,
    waiting_of_kind,
    waiting_places,
)
from recommender.clock import Clock
from recommender.db import Database

__all__ = ["Queue"]

_log = structlog.get_logger()

MOST_CHATS = 32
"""Chats worked at once. The gateway takes 64 turns, and the web's are among them."""

POLL_S = 0.1
MOST_ATTEMPTS = 5
"""Times an update is begun before it is given up: one that kills its process must not do so for ever."""

_FORGET_EVERY = timedelta(hours=1)


class Queue:
    """Works what waits for `channel` until it is cancelled.

    Args:
        channel: does the work.
        database: the record.
        clock: the time.
        threads: bounds the threads that talk to the record.
        urgent: the kind of update that the channel has to notice at once.
    """

    def __init__(self, channel: Channel, database: Database, clock: Clock, threads: Threads, *, urgent: str) -> None:
        self._channel = channel
        self._database = database
        self._clock = clock
        self._threads = threads
        self._urgent = urgent
        self._lanes: dict[str, asyncio.Task[None]] = {}
        self._noticed: dict[int, asyncio.Task[None]] = {}
        self._forget_at = clock.now()

    async def run(self) -> None:
        """Look for what waits, again and again; an outage of the record is waited out."""
        try:
            await look_again_and_again(self._look, POLL_S, "queue_unread", self._channel.name)
        finally:
            tasks = [*self._lanes.values(), *self._noticed.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def idle(self) -> None:
        """Wait until nothing waits (any more)."""
        while self._lanes or (await self._threads.run(self._waiting))[0]:
            await asyncio.sleep(0.01)

    async def _look(self) -> None:
        places, urgent = await self._threads.run(self._waiting)
        self._noticed = {id_: task for id_, task in self._noticed.items() if not task.done() or id_ in urgent}
        for id_, update in urgent.items():
            if id_ not in self._noticed:
                self._noticed[id_] = asyncio.create_task(self._notice(update))
        for place in places:
            if place not in self._lanes and len(self._lanes) < MOST_CHATS:
                self._lanes[place] = asyncio.create_task(self._work_all(place))

    async def _notice(self, update: Waiting) -> None:
        try:
            await self._channel.notice(update)
        except Exception as error:  # noqa: BLE001 - it is still worked in its turn
            _log.warning("update_unnoticed", channel=self._channel.name, error=type(error).__name__)

    async def _work_all(self, place: str) -> None:
        try:
            while (update := await self._threads.run(self._next, place)) is not None:
                await self._work(update)
        except SQLAlchemyError as error:
            _log.warning("queue_unread", channel=self._channel.name, error=type(error).__name__)
            await asyncio.sleep(1)
        finally:
            del self._lanes[place]

    async def _work(self, update: Waiting) -> None:
        facts = {"channel": self._channel.name, "kind": update.kind, "update": update.id}
        status = "done"
        try:
            if update.attempts > MOST_ATTEMPTS:
                raise RuntimeError("it was begun too often")
            while True:
                try:
                    await self._channel.work(update)
                    break
                except TryAgainError as error:
                    _log.info("update_waits", **facts, reason=str(error), after_s=error.after_s)
                    await asyncio.sleep(error.after_s)
        except SQLAlchemyError:
            raise
        except Exception as error:  # noqa: BLE001 - one update that cannot be worked must not stop a chat
            status = "failed"
            where = "".join(traceback.format_tb(error.__traceback__))
            _log.error("update_failed", **facts, error=type(error).__name__, where=where)
            await self._channel.apologise(update)
        await self._threads.run(self._end, update.id, status)

    # In threads, each one transaction -------------------------------------------------------------------------------

    def _waiting(self) -> tuple[list[str], dict[int, Waiting]]:
        account, now = self._channel.account, self._clock.now()
        if now >= self._forget_at:
            self._forget_at = now + _FORGET_EVERY
            with self._database.transaction() as session:
                forget_old_updates(session, account, now)
        with self._database.reading() as session:
            places = waiting_places(session, account, MOST_CHATS * 2)
            return places, {one.id: one for one in waiting_of_kind(session, account, self._urgent)}

    def _next(self, place: str) -> Waiting | None:
        with self._database.transaction() as session:
            return next_update(session, self._channel.account, place)

    def _end(self, update_id: int, status: str) -> None:
        with self._database.transaction() as session:
            end_update(session, update_id, status)
