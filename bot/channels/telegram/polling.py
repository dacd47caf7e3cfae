"""How do updates come in when Telegram is asked for them?

Asking for what comes after a number tells Telegram that everything up to it is taken, so that is done only once it is
in the record.
"""

from __future__ import annotations

import asyncio

import structlog
from sqlalchemy.exc import SQLAlchemyError
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram.envelope import KINDS, NAME, read_update
from bot.channels.telegram.sending import Bot
from bot.gateway.threads import Threads
from feedback.channels.inbox import Delivered, take_updates
from recommender.clock import Clock
from recommender.db import Database
from recommender.errors import BadInputError

__all__ = ["Polling"]

_log = structlog.get_logger()

_LONG_POLL_S = 30
_FIRST_WAIT_S, _LONGEST_WAIT_S = 1.0, 60.0


class Polling:
    """Asks for updates and keeps them until it is cancelled."""

    def __init__(self, bot: Bot, account: str, database: Database, clock: Clock, threads: Threads) -> None:
        self._bot = bot
        self._account = account
        self._database = database
        self._clock = clock
        self._threads = threads

    async def run(self) -> None:
        """Ask again and again; after a failure ever more slowly."""
        after: int | None = None
        wait_s = _FIRST_WAIT_S
        while True:
            try:
                after = await self._ask(after)
                wait_s = _FIRST_WAIT_S
            except (TelegramError, SQLAlchemyError) as error:
                if isinstance(error, Conflict | InvalidToken):
                    _log.error("updates_refused", reason=error.message)
                elif not isinstance(error, RetryAfter):
                    _log.warning("updates_not_read", error=type(error).__name__)
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, _LONGEST_WAIT_S)

    async def _ask(self, after: int | None) -> int | None:
        updates = await self._bot.get_updates(offset=after, timeout=_LONG_POLL_S, allowed_updates=list(KINDS))
        delivered = []
        for update in updates:
            try:
                delivered.append(read_update(update.to_dict()))
            except BadInputError as error:
                _log.warning("update_unreadable", reason=str(error))
        await self._threads.run(self._take, delivered)
        return updates[-1].update_id + 1 if updates else after

    def _take(self, delivered: list[Delivered]) -> None:
        if delivered:
            with self._database.transaction() as session:
                take_updates(session, NAME, self._account, delivered, self._clock.now())
