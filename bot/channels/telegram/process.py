"""How is the Telegram channel put together, begun and ended? It is a process of its own.

So it is restarted without anybody in the web noticing, and only one of it works, however many gateways there are: the
one that holds the lease. Webhook calls are taken by the gateway, so they are in the record while this process is away.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

import structlog
from telegram import BotCommand
from telegram.error import InvalidToken, RetryAfter, TelegramError

from bot.channels.delivery import Delivery
from bot.channels.gateway import GatewayClient
from bot.channels.phrases import english
from bot.channels.queue import Queue
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.envelope import KINDS, NAME, PRESS, account_of
from bot.channels.telegram.messages import COMMANDS
from bot.channels.telegram.polling import Polling
from bot.channels.telegram.rendering import Look
from bot.channels.telegram.sending import Bot, Sender, new_bot
from bot.channels.telegram.talk import Talk
from bot.channels.telegram.webhook import WEBHOOK_PATH
from bot.gateway.threads import Threads
from feedback.channels.chats import name_account
from recommender.catalogue.lease import Leases
from recommender.clock import Clock
from recommender.db import Database
from recommender.errors import ConfigurationError, ConflictError
from recommender.settings import Settings

__all__ = ["TelegramProcess", "serve"]

_log = structlog.get_logger()

LEASE_S = 30
_DATABASE_THREADS = 8
_LANGUAGES = (None, "zh")
"""The languages in which the commands are told; None is for everybody else."""

_FIRST_WAIT_S, _LONGEST_WAIT_S = 1.0, 60.0


class TelegramProcess:
    """Everything of one running channel.

    Args:
        settings: the token, the mode, the addresses.
        database: the record.
        clock: the time.
        gateway: takes the turns.
    """

    def __init__(self, settings: Settings, database: Database, clock: Clock, gateway: GatewayClient) -> None:
        assert settings.telegram_token is not None
        self._settings = settings
        self._database = database
        self._clock = clock
        self._gateway = gateway
        self._threads = Threads(_DATABASE_THREADS)
        self._leases = Leases(database, clock)
        self._holder = f"{socket.gethostname()}.{os.getpid()}.{id(self)}"
        self.bot: Bot = new_bot(settings)
        self.account = account_of(settings.telegram_token.get_secret_value())
        channel = TelegramChannel(self.account)
        self.delivery = Delivery(channel, database, clock, self._threads)
        self.queue = Queue(channel, database, clock, self._threads, urgent=PRESS)
        look = Look(english(), settings.locale, settings.shop_name, settings.shop_dir / "pictures")
        channel.begin(
            Talk(
                self.account, self.bot, Sender(self.bot), gateway, self.delivery, database, clock, self._threads,
                settings, look,
            )
        )  # fmt: skip

    async def run(self) -> None:
        """Work until cancelled.

        Raises:
            ConfigurationError: Telegram does not know the token, or cannot call the webhook's address.
            ConflictError: another process took over.
        """
        await self._take_lease()
        try:
            await self._introduce()
            workers = [self.queue.run(), self.delivery.run(), self._keep_lease()]
            if self._settings.telegram_mode == "polling":
                workers.append(Polling(self.bot, self.account, self._database, self._clock, self._threads).run())
            async with asyncio.TaskGroup() as tasks:
                for worker in workers:
                    tasks.create_task(worker)
        finally:
            await asyncio.shield(self._end())

    async def _introduce(self) -> None:
        """Tell Telegram how updates are to come, and learn the bot's name; Telegram's outages are waited out."""
        wait_s = _FIRST_WAIT_S
        while True:
            try:
                await self.bot.initialize()
                await self._choose_mode()
                for language in _LANGUAGES:
                    await self.bot.set_my_commands(_commands(language), language_code=language)
                break
            except InvalidToken as error:
                raise ConfigurationError(
                    "Telegram does not know the bot of SHOPTALK_TELEGRAM_TOKEN: copy its token again from @BotFather."
                ) from error
            except TelegramError as error:
                wait_s = error_wait(error, wait_s)
                _log.warning("telegram_not_reached", error=type(error).__name__, again_in_s=wait_s)
                await asyncio.sleep(wait_s)
        await self._threads.run(self._name, str(self.bot.id), self.bot.username)
        _log.info("telegram_ready", bot=self.bot.username, mode=self._settings.telegram_mode)

    async def _choose_mode(self) -> None:
        settings = self._settings
        if settings.telegram_mode == "polling":
            await self.bot.delete_webhook()
            return
        # One connection: updates then come in their order.
        await self.bot.set_webhook(
            f"{settings.public_url}{WEBHOOK_PATH}",
            secret_token=settings.secret("telegram_secret"),
            allowed_updates=list(KINDS),
            max_connections=1,
        )

    async def _take_lease(self) -> None:
        waited = False
        while not await self._threads.run(self._leases.acquire, NAME, self._holder, timedelta(seconds=LEASE_S)):
            if not waited:
                _log.info("waiting_for_another_telegram_process")
            waited = True
            await asyncio.sleep(1)

    async def _keep_lease(self) -> None:
        while await self._threads.run(self._leases.renew, NAME, self._holder, timedelta(seconds=LEASE_S)):
            await asyncio.sleep(LEASE_S / 3)
        raise ConflictError("Another process works for Telegram now; this one stops.")

    async def _end(self) -> None:
        with suppress(TelegramError):
            await self.bot.shutdown()
        await self._gateway.close()
        await self._threads.run(self._leases.release, NAME, self._holder)

    def _name(self, bot_id: str, username: str) -> None:
        with self._database.transaction() as session:
            name_account(session, NAME, bot_id, username)


async def serve(settings: Settings, database: Database, clock: Clock) -> None:
    """Run the channel until SIGINT or SIGTERM."""
    running = asyncio.current_task()
    assert running is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    with suppress(asyncio.CancelledError):
        await TelegramProcess(settings, database, clock, GatewayClient(settings)).run()


def error_wait(error: TelegramError, wait_s: float) -> float:
    """How long to wait before Telegram is asked again: as long as it says, else ever longer."""
    if isinstance(error, RetryAfter):
        asked = error.retry_after
        return float(asked) if isinstance(asked, int) else asked.total_seconds()
    return min(wait_s * 2, _LONGEST_WAIT_S)


def _commands(language: str | None) -> Sequence[BotCommand]:
    phrases = english().in_language(language)
    return [BotCommand(name, phrases.say(f"command.{name}")) for name in COMMANDS]
