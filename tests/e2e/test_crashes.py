"""Is a shopper served on where they were when a process dies, and is nothing accepted lost?"""

from __future__ import annotations

import os
import signal
import time

import httpx
import pytest
from shopper import Shopper

from benchmarks.installation import Installation

pytestmark = pytest.mark.e2e


def wait_until_ready(installation: Installation) -> None:
    deadline = time.monotonic() + 90
    while not installation.is_ready():
        assert time.monotonic() < deadline, installation.log.read_text(errors="replace")[-3000:]
        time.sleep(0.2)


def test_without_rasa_the_assistant_still_finds_things_and_says_so(
    installation: Installation, shopper: Shopper
) -> None:
    shopper.say("red jacket under 100")
    os.kill(installation.child_pid("bot.nlu.serve"), signal.SIGKILL)
    shopper.say("blue sofa")
    assert shopper.replies
    assert shopper.products
    wait_until_ready(installation)
    shopper.say("show me more")
    assert shopper.products


def test_the_app_killed_in_mid_conversation(installation: Installation, shopper: Shopper) -> None:
    shopper.say("jackets under 100")
    seen = {product["id"] for product in shopper.products}
    os.kill(installation.child_pid("bot.app"), signal.SIGKILL)
    with pytest.raises(httpx.HTTPError):
        shopper.say("show me more")
    wait_until_ready(installation)
    shopper.say("show me more")
    assert shopper.products
    assert seen.isdisjoint(product["id"] for product in shopper.products)
    assert all(float(product["price"]) <= 100 for product in shopper.products)
