"""A shop on Telegram: the channel, running between a gateway with a fake assistant and a Bot API server of our own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
from bot_api import BotApi, Chatter
from fastapi import FastAPI
from world import World

from bot.channels.gateway import GatewayClient
from bot.channels.telegram.process import TelegramProcess

__all__ = ["SECRET", "Shop"]

SECRET = "the-secret-that-telegram-was-given"

T = TypeVar("T")


@dataclass
class Shop:
    """Everything of one shop on Telegram; `open` runs the channel."""

    api: BotApi
    world: World
    ada: Chatter

    @asynccontextmanager
    async def open(self, app: FastAPI | None = None) -> AsyncIterator[TelegramProcess]:
        """The gateway and the channel, running."""
        app = app or self.world.app()
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        gateway = GatewayClient(self.world.settings, transport)
        async with app.router.lifespan_context(app):
            process = TelegramProcess(self.world.settings, self.world.database, self.world.clock, gateway)
            running = asyncio.create_task(process.run())
            try:
                yield process
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)

    async def wait(self, step: Callable[..., T], *arguments: Any) -> T:
        """What a step that waits returns, while the shop goes on."""
        return await asyncio.to_thread(step, *arguments)
