"""How is a training started from the browser, watched, and stopped?"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import deque
from collections.abc import Sequence
from typing import Final

from recommender.errors import BusyError, ConflictError
from recommender.settings import PROJECT_ROOT

__all__ = ["Jobs"]

_LINES: Final = 400
_NICENESS: Final = "10"


class Jobs:
    """Runs one `shoptalk` command at a time in a child process, and keeps what it said last.

    It outlives the page that started it: whoever opens the page sees it. It ends with the console.
    """

    def __init__(self) -> None:
        self.title = ""
        self.lines: deque[str] = deque(maxlen=_LINES)
        self.code: int | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._watching: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()

    @property
    def running(self) -> bool:
        """Whether something is being done."""
        return self._watching is not None and not self._watching.done()

    async def start(self, title: str, arguments: Sequence[str]) -> None:
        """Run `shoptalk ARGUMENTS`.

        Raises:
            BusyError: another command runs.
        """
        async with self._starting:
            if self.running:
                raise BusyError(f"{self.title} is still running; wait for it, or stop it.")
            self.title, self.code = title, None
            self.lines.clear()
            self._process = await asyncio.create_subprocess_exec(
                "nice", "-n", _NICENESS, sys.executable, "-m", "bot", *arguments,
                cwd=PROJECT_ROOT, env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1", "COLUMNS": "160"},
                stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip
            self._watching = asyncio.create_task(self._watch(self._process))

    async def stop(self) -> None:
        """Ask it to stop, as Ctrl-C would: a training then can go on later.

        Raises:
            ConflictError: nothing runs.
        """
        if not self.running or self._process is None:
            raise ConflictError("Nothing is running.")
        os.killpg(self._process.pid, signal.SIGINT)

    async def close(self) -> None:
        """End with the console."""
        if self.running:
            await self.stop()

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        rest = b""
        while some := await process.stdout.read(4096):
            # A progress bar rewrites its line: each state of it is a line here.
            *whole, rest = (rest + some).replace(b"\r", b"\n").split(b"\n")
            self.lines.extend(text for line in whole if (text := line.decode(errors="replace").rstrip()))
        if rest.strip():
            self.lines.append(rest.decode(errors="replace").rstrip())
        self.code = await process.wait()
