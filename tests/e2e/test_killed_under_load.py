"""Is everything answered once and in order when processes are killed while many people talk?"""

from __future__ import annotations

import asyncio
import os
import signal
import uuid
from typing import Any

import httpx
import pytest
from own_loop import run_apart
from test_crashes import wait_until_ready

from benchmarks.history import faults
from benchmarks.installation import Installation

pytestmark = pytest.mark.e2e

SHOPPERS = 4
_TAKEN_WITHIN_S = 120
MESSAGES = ("a blue jacket", "under 100", "show me more", "a red sofa", "what's in my cart", "do you ship abroad?")


async def post(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Post until it was taken, as the widget does."""
    async with asyncio.timeout(_TAKEN_WITHIN_S):
        while True:
            try:
                answer = await client.post(path, json=body)
            except httpx.HTTPError:
                answer = None
            if answer is not None and answer.is_success:
                return dict(answer.json())
            await asyncio.sleep(0.3)


async def converse(url: str, begun: asyncio.Event) -> list[str]:
    """A conversation in which every message is followed by another before it is answered; what is wrong with it.

    `begun` is set as soon as something was answered.
    """
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        session = await post(client, "/api/sessions", {})
        client.headers["Authorization"] = "Bearer " + session["token"]
        ids = [uuid.uuid4().hex for _ in MESSAGES]
        bodies = [{"text": text, "client_message_id": one} for text, one in zip(MESSAGES, ids, strict=True)]
        for first, second in zip(bodies[::2], bodies[1::2], strict=True):
            answers = await asyncio.gather(post(client, "/api/messages", first), post(client, "/api/messages", second))
            assert all(answer["replies"] for answer in answers)
            begun.set()
        history = (await client.get("/api/messages")).json()["messages"]
        return faults(history, ids)


async def talk_and_kill(installation: Installation, *modules: str) -> list[str]:
    """Kill processes once the first of several people was answered; what is wrong with the conversations."""
    begun = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        talking = [tasks.create_task(converse(installation.url, begun)) for _ in range(SHOPPERS)]
        await begun.wait()
        for module in modules:
            os.kill(installation.child_pid(module), signal.SIGKILL)
    return [wrong for one in talking for wrong in one.result()]


def test_every_message_is_answered_once_and_in_order(installation: Installation) -> None:
    wait_until_ready(installation)
    assert run_apart(talk_and_kill(installation, "bot.app", "bot.nlu.serve")) == []
    wait_until_ready(installation)
