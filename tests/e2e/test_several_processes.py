"""Do two app processes and two Rasa workers serve one shop as one would, whatever dies, and without their Redis?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from own_loop import run_apart
from shopper import Shopper
from test_crashes import wait_until_ready
from test_killed_under_load import talk_and_kill

from benchmarks.installation import Installation, free_port

pytestmark = pytest.mark.e2e

PRODUCTS = """id,title,price,currency,category
sofa,Blue sofa,400.00,EUR,Sofas
jacket,Red jacket,80.00,EUR,Jackets
rain-jacket,Blue rain jacket,90.00,EUR,Jackets
"""


@pytest.fixture(scope="module")
def two_of_each(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    environment = {
        "SHOPTALK_APP_PROCESSES": "2",
        "SHOPTALK_RASA_WORKERS": "2",
        # Nobody listens there: events do not come in, and that is all.
        "SHOPTALK_REDIS_URL": f"redis://:secret-of-redis@127.0.0.1:{free_port()}/0",
    }
    home: Path = tmp_path_factory.mktemp("two-of-each")
    installation = Installation(home, demo=False, environment=environment)
    (home / "products.csv").write_text(PRODUCTS, encoding="utf-8")
    installation.command("catalog", "import", str(home / "products.csv"))
    with installation:
        yield installation


def test_every_message_is_answered_once_and_in_order(two_of_each: Installation) -> None:
    wait_until_ready(two_of_each)
    assert run_apart(talk_and_kill(two_of_each, "bot.app", "bot.nlu.serve")) == []
    wait_until_ready(two_of_each)


def test_every_window_sees_what_was_said_through_whichever_process(two_of_each: Installation) -> None:
    shopper = Shopper(two_of_each.url)

    async def watch(client: httpx.AsyncClient, open_now: asyncio.Event) -> None:
        async with client.stream("GET", "/api/stream", headers=dict(shopper.client.headers)) as stream:
            open_now.set()
            async for line in stream.aiter_lines():
                if line.startswith("data:") and "sofa" in line and '"bot"' in line:
                    return

    async def windows() -> None:
        async with asyncio.timeout(90), httpx.AsyncClient(base_url=two_of_each.url, timeout=60) as client:
            # Each has a connection of its own, so some of them are with the process that does not get the message.
            opened = [asyncio.Event() for _ in range(6)]
            watching = [asyncio.create_task(watch(client, one)) for one in opened]
            for one in opened:
                await one.wait()
            await asyncio.to_thread(shopper.say, "blue sofa")
            await asyncio.gather(*watching)

    run_apart(windows())
    shopper.client.close()


def test_a_redis_that_is_not_there_is_said_and_everything_else_works(two_of_each: Installation) -> None:
    shopper = Shopper(two_of_each.url)
    shopper.say("red jacket under 100")
    assert shopper.products
    shopper.client.close()
    log = two_of_each.log.read_text(encoding="utf-8")
    said = [json.loads(line.partition("| ")[2]) for line in log.splitlines() if "event_stream_interrupted" in line]
    assert "Redis of SHOPTALK_REDIS_URL cannot be used" in said[0]["message"]
    assert "secret-of-redis" not in log
