"""Does one process serve shoppers and Rasa, and stop when it is told, with streams open?"""

from __future__ import annotations

import asyncio
import os
import signal
import socket

import httpx
import pytest
from sse_starlette.sse import AppStatus
from world import World, open_session

from bot.app import serve
from recommender.errors import ConfigurationError

pytestmark = pytest.mark.anyio


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


@pytest.fixture
def world_on_ports(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(AppStatus, "should_exit", False)  # a stop is remembered for the whole process
    port, actions_port, rasa_port = free_ports(3)
    changes = {"port": port, "actions_port": actions_port, "rasa_port": rasa_port}
    world.settings = world.settings.model_copy(update=changes)
    return world


async def test_both_applications_serve_until_the_process_is_told_to_stop(world_on_ports: World) -> None:
    settings = world_on_ports.settings
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings.port}", trust_env=False, timeout=5) as client:
        serving = asyncio.create_task(serve(world_on_ports.services()))
        async with asyncio.timeout(20):
            while True:
                try:
                    await client.get("/healthz")
                    break
                except httpx.ConnectError:
                    await asyncio.sleep(0.05)
        assert (await client.get("/readyz")).json()["parts"] == {"database": True, "index": True, "rasa": False}
        webhook = f"http://127.0.0.1:{settings.actions_port}"
        assert (await client.get(webhook + "/health")).json() == {"status": "ok"}
        call = {"next_action": "action_nobody_wrote", "tracker": {}}
        params = {"token": settings.secret("actions_token")}
        assert (await client.post(webhook + "/webhook", json=call)).status_code == httpx.codes.UNAUTHORIZED
        assert (await client.post(webhook + "/webhook", json=call, params=params)).status_code == httpx.codes.NOT_FOUND

        token = await open_session(client)
        async with client.stream("GET", "/api/stream", headers=token):
            os.kill(os.getpid(), signal.SIGTERM)
            async with asyncio.timeout(10):
                await serving


async def test_a_port_that_is_taken_is_said_in_a_sentence(world_on_ports: World) -> None:
    settings = world_on_ports.settings
    with socket.create_server(("127.0.0.1", settings.port)):
        async with asyncio.timeout(20):
            with pytest.raises(ConfigurationError, match=f"Cannot listen on 127.0.0.1:{settings.port}"):
                await serve(world_on_ports.services())
