"""Is everything answered once and in order when processes are killed while many people talk?"""

from __future__ import annotations

import asyncio
import os
import signal
import uuid
from typing import Any

import httpx
import pytest
from test_crashes import wait_until_ready

from benchmarks.history import faults
from benchmarks.installation import Installation

pytestmark = pytest.mark.e2e

SHOPPERS = 8
MESSAGES = ("a blue jacket", "under 100", "show me more", "a red sofa", "what's in my cart", "do you ship abroad?")


async def post(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Post until it was taken, as the widget does."""
    for _ in range(200):
        try:
            answer = await client.post(path, json=body)
        except httpx.HTTPError:
            answer = None
        if answer is not None and answer.is_success:
            return dict(answer.json())
        await asyncio.sleep(0.3)
    raise AssertionError(f"{path} was never taken")


async def converse(url: str) -> list[str]:
    """A conversation in which every message is followed by another before it is answered; what is wrong with it."""
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        session = await post(client, "/api/sessions", {})
        client.headers["Authorization"] = "Bearer " + session["token"]
        ids = [uuid.uuid4().hex for _ in MESSAGES]
        bodies = [{"text": text, "client_message_id": one} for text, one in zip(MESSAGES, ids, strict=True)]
        for first, second in zip(bodies[::2], bodies[1::2], strict=True):
            answers = await asyncio.gather(post(client, "/api/messages", first), post(client, "/api/messages", second))
            assert all(answer["replies"] for answer in answers)
        history = (await client.get("/api/messages")).json()["messages"]
        return faults(history, ids)


@pytest.mark.parametrize("killed", [["bot.app"], ["bot.nlu.serve"], ["bot.app", "bot.nlu.serve"]], ids=" and ".join)
def test_every_message_is_answered_once_and_in_order(installation: Installation, killed: list[str]) -> None:
    async def talk_and_kill() -> list[list[str]]:
        talking = [asyncio.create_task(converse(installation.url)) for _ in range(SHOPPERS)]
        # The kill comes when some were answered and some are under way, however quick the machine is.
        await asyncio.wait([asyncio.create_task(converse(installation.url))], return_when=asyncio.FIRST_COMPLETED)
        for module in killed:
            os.kill(installation.child_pid(module), signal.SIGKILL)
        return await asyncio.gather(*talking, *(converse(installation.url) for _ in range(SHOPPERS)))

    assert [wrong for wrong in asyncio.run(talk_and_kill()) if wrong] == []
    wait_until_ready(installation)
