"""Where does blocking work run, so that the event loop goes on?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar, TypeVarTuple

from anyio import CapacityLimiter, to_thread

__all__ = ["Threads"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Threads:
    """At most `most` threads, each doing one piece of work at a time; more work waits in order."""

    def __init__(self, most: int) -> None:
        self._limiter = CapacityLimiter(most)

    async def run(self, function: Callable[[*Ts], T], *arguments: *Ts) -> T:
        """What `function(*arguments)` returns or raises, called in a thread.

        Whoever is cancelled meanwhile still waits for the thread, which cannot be: what it holds is given back by then.
        """
        work = asyncio.ensure_future(to_thread.run_sync(function, *arguments, limiter=self._limiter))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            await asyncio.gather(work, return_exceptions=True)
            raise
