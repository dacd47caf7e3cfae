"""Does work in a thread end before whoever asked for it does?"""

from __future__ import annotations

import asyncio
import threading

import pytest

from bot.gateway.threads import Threads

pytestmark = pytest.mark.anyio


async def test_whoever_is_cancelled_waits_for_what_the_thread_holds() -> None:
    started, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        started.set()
        may_end.wait(5)
        ended.set()

    asking = asyncio.create_task(Threads(1).run(work))
    await asyncio.to_thread(started.wait, 5)
    asking.cancel()
    asyncio.get_running_loop().call_later(0.05, may_end.set)
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert ended.is_set()


async def test_what_the_work_raises_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        await Threads(1).run(lambda: 1 // 0)
