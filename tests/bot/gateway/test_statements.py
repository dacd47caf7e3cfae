"""How much does one turn ask of the record? Every statement is time that the shopper waits."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine, event
from world import open_session

from bot.backend import DirectBackend
from bot.gateway.app import create_gateway
from recommender.clock import FakeClock
from recommender.db import Database
from tests.actions.conftest import Shop

pytestmark = pytest.mark.anyio

MOST_STATEMENTS = 28
MOST_WRITING_TRANSACTIONS = 3
"""Accepting and beginning the turn; everything the action changes; storing the replies."""


@contextmanager
def counting(engine: Engine) -> Iterator[Counter[str]]:
    counts: Counter[str] = Counter()

    def count(_c: object, _k: object, statement: str, *_: object) -> None:
        words = re.findall(r"[A-Z]+", statement)
        counts[" ".join(words[:2]) if words[0] == "BEGIN" else "statement"] += 1

    event.listen(engine, "before_cursor_execute", count)
    yield counts
    event.remove(engine, "before_cursor_execute", count)


async def test_a_search_turn_needs_few_statements(tmp_path: Path, database: Database, clock: FakeClock) -> None:
    shop = Shop(tmp_path / "home", database, clock)
    app = create_gateway(shop.services, DirectBackend(shop.services), shop.services.settings)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://chat.example") as client:
        token = await open_session(client)
        await client.post("/api/messages", json={"text": "headphones"}, headers=token)
        with counting(database.engine) as counts:
            answer = await client.post("/api/messages", json={"text": "a blue jacket under 100"}, headers=token)
    assert "products" in [reply["type"] for reply in answer.json()["replies"]]
    assert counts["statement"] <= MOST_STATEMENTS
    assert counts["BEGIN IMMEDIATE"] == MOST_WRITING_TRANSACTIONS
