"""Does the supervisor start, restart and stop its children?"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from bot.supervisor import ChildSpec, Supervisor


def child(name: str, code: str) -> ChildSpec:
    return ChildSpec(name, [sys.executable, "-u", "-c", code], dict(os.environ))


async def until(lines: list[str], wanted: str, times: int = 1) -> None:
    async with asyncio.timeout(20):
        while sum(wanted in line for line in lines) < times:
            await asyncio.sleep(0.02)


def supervise(lines: list[str], *children: ChildSpec) -> Supervisor:
    async def ready() -> bool:
        return any("hello" in line for line in lines)

    return Supervisor(children, ready=ready, on_ready=lambda: lines.append("READY"), write=lines.append)


def test_lines_are_prefixed_and_readiness_is_announced_once() -> None:
    lines: list[str] = []

    async def scenario() -> None:
        supervisor = supervise(lines, child("one", "print('hello'); import time; time.sleep(60)"))
        run = asyncio.create_task(supervisor.run())
        await until(lines, "READY")
        supervisor.stop()
        await run

    asyncio.run(scenario())
    assert lines == ["one | hello", "READY"]


def test_a_crashed_child_is_started_again_with_growing_pauses() -> None:
    lines: list[str] = []

    async def scenario() -> None:
        supervisor = supervise(lines, child("one", "print('up'); raise SystemExit(3)"))
        run = asyncio.create_task(supervisor.run())
        await until(lines, "ended with code 3", times=2)
        supervisor.stop()
        await run

    asyncio.run(scenario())
    assert [line for line in lines if "ended" in line] == [
        "one | ended with code 3; starting it again in 1 s",
        "one | ended with code 3; starting it again in 2 s",
    ]


def test_sigterm_stops_every_child_and_leaves_none_behind() -> None:
    lines: list[str] = []
    code = "import os, time; print(os.getpid()); time.sleep(60)"

    async def scenario() -> None:
        supervisor = supervise(lines, child("one", code), child("two", code))
        run = asyncio.create_task(supervisor.run())
        await until(lines, "| ", times=2)
        os.kill(os.getpid(), signal.SIGTERM)
        await run

    asyncio.run(scenario())
    for line in lines:
        pid = int(line.rsplit("| ", 1)[1])
        assert not Path(f"/proc/{pid}").exists()


def test_a_line_longer_than_the_buffer_does_not_stop_the_log() -> None:
    lines: list[str] = []

    async def scenario() -> None:
        supervisor = supervise(lines, child("one", "print('x' * 300_000); print('hello'); import time; time.sleep(60)"))
        run = asyncio.create_task(supervisor.run())
        await until(lines, "READY")
        supervisor.stop()
        await run

    asyncio.run(scenario())
    assert sum(line.count("x") for line in lines) == 300_000
