"""A gateway on a fresh record, with a fake assistant behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from world import API_KEY, IDENTITY_KEY, OLD_IDENTITY_KEY, World, open_session

from recommender.clock import FakeClock
from recommender.db import Database
from recommender.settings import Settings


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        _env_file=None, home=tmp_path / "home", allowed_origins=["https://shop.example"], api_key=API_KEY,
        SHOPTALK_IDENTITY_KEY=[IDENTITY_KEY, OLD_IDENTITY_KEY],
    )  # fmt: skip


@pytest.fixture
def world(database: Database, settings: Settings) -> World:
    return World(database, settings, FakeClock(datetime.now(UTC)))


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with world.client() as client:
        yield client


@pytest.fixture
async def token(client: httpx.AsyncClient) -> dict[str, str]:
    return await open_session(client)
