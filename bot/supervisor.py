"""How are the processes of one installation started, watched, restarted and stopped together?

A process manager of the system (systemd, supervisord) can run the same commands one by one; this one is for the person
who types `shoptalk up` and wants to see everything in one terminal, know when it is ready, and have Ctrl-C end it all.
"""

from __future__ import annotations

import asyncio
import ctypes
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["ChildSpec", "Supervisor"]

STOP_GRACE_S = 10.0
FIRST_BACKOFF_S = 1.0
LONGEST_BACKOFF_S = 30.0
# A child that ran this long before it ended was healthy: the next restart does not wait longer than the first.
HEALTHY_AFTER_S = 60.0
READY_POLL_S = 0.25


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """One process: how to start it, and with what niceness."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    niceness: int = 0


class Supervisor:
    """Runs children until it is told to stop; a child that ends by itself is started again, ever more slowly.

    Args:
        children: what to run.
        ready: asked again and again until it is true; says that the installation as a whole can be used.
        on_ready: called once, when it first is.
        write: takes one finished log line.
    """

    def __init__(
        self,
        children: Sequence[ChildSpec],
        *,
        ready: Callable[[], Awaitable[bool]],
        on_ready: Callable[[], None],
        write: Callable[[str], None] = print,
    ) -> None:
        self._children = children
        self._ready = ready
        self._on_ready = on_ready
        self._write = write
        self._stopping = asyncio.Event()
        self._width = max(len(child.name) for child in children)

    def stop(self) -> None:
        """End every child: asked politely first, killed after `STOP_GRACE_S`."""
        self._stopping.set()

    async def run(self) -> None:
        """Run until `stop`, SIGINT or SIGTERM."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.stop)
        async with asyncio.TaskGroup() as tasks:
            for child in self._children:
                tasks.create_task(self._keep_running(child))
            tasks.create_task(self._announce())

    async def _announce(self) -> None:
        while not self._stopping.is_set():
            if await self._ready():
                self._on_ready()
                return
            await self._sleep(READY_POLL_S)

    async def _keep_running(self, child: ChildSpec) -> None:
        backoff = FIRST_BACKOFF_S
        while not self._stopping.is_set():
            started = time.monotonic()
            code = await self._run_once(child)
            if self._stopping.is_set():
                return
            if time.monotonic() - started >= HEALTHY_AFTER_S:
                backoff = FIRST_BACKOFF_S
            self._log(child.name, f"ended with code {code}; starting it again in {backoff:.0f} s")
            await self._sleep(backoff)
            backoff = min(backoff * 2, LONGEST_BACKOFF_S)

    async def _run_once(self, child: ChildSpec) -> int:
        prefix = ["nice", "-n", str(child.niceness)] if child.niceness else []
        process = await asyncio.create_subprocess_exec(
            *prefix,
            *child.command,
            env=dict(child.environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            # Ctrl-C reaches this process alone, which then stops the children in its own way.
            start_new_session=True,
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,
        )
        assert process.stdout is not None
        output = asyncio.create_task(self._copy(child.name, process.stdout))
        stopping = asyncio.create_task(self._stopping.wait())
        ended = asyncio.create_task(process.wait())
        await asyncio.wait({stopping, ended}, return_when=asyncio.FIRST_COMPLETED)
        if not ended.done():
            process.terminate()
            await asyncio.wait({ended}, timeout=STOP_GRACE_S)
            if not ended.done():
                self._log(child.name, f"did not stop within {STOP_GRACE_S:.0f} s and was killed")
                process.kill()
        code = await ended
        stopping.cancel()
        await output
        return code

    async def _copy(self, name: str, stream: asyncio.StreamReader) -> None:
        while line := await _read_line(stream):
            self._log(name, line.decode(errors="replace").rstrip())

    async def _sleep(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), timeout=seconds)
        except TimeoutError:
            return

    def _log(self, name: str, line: str) -> None:
        self._write(f"{name:>{self._width}} | {line}")


async def _read_line(stream: asyncio.StreamReader) -> bytes:
    """The next line; one longer than the reader's buffer comes in pieces instead of ending the copying."""
    try:
        return await stream.readuntil(b"\n")
    except asyncio.IncompleteReadError as end:
        return end.partial
    except asyncio.LimitOverrunError as overrun:
        return await stream.read(max(overrun.consumed, 1))


def _end_with_parent() -> None:
    """Have the kernel end this child when the supervisor dies without stopping it (SIGKILL, out of memory)."""
    parent_death_signal = 1  # PR_SET_PDEATHSIG in <sys/prctl.h>
    ctypes.CDLL(None).prctl(parent_death_signal, signal.SIGTERM)
