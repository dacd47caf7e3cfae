"""The Telegram channel on a fresh record, between a gateway with a fake assistant and a Bot API server of our own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bot_api import TOKEN, BotApi
from telegram_shop import SECRET, Shop
from world import World

from recommender.clock import FakeClock
from recommender.db import Database
from recommender.settings import Settings


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi().running() as api:
        yield api


@pytest.fixture
def settings(tmp_path: Path, api: BotApi) -> Settings:
    return Settings(
        _env_file=None, home=tmp_path / "home", telegram_token=TOKEN, telegram_secret=SECRET, telegram_api_url=api.url,
        messages_per_minute=1000,
    )  # fmt: skip


@pytest.fixture
def world(database: Database, settings: Settings) -> World:
    return World(database, settings, FakeClock(datetime.now(UTC)))


@pytest.fixture
def shop(api: BotApi, world: World) -> Shop:
    return Shop(api, world, api.person(100))
