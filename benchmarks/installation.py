"""How do benchmarks and end-to-end tests get a whole, real installation of their own?"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import httpx

from recommender.settings import PROJECT_ROOT

__all__ = ["Installation", "free_port", "process_tree_mib"]

READY_TIMEOUT_S = 300


def free_port() -> int:
    """A loopback port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Installation:
    """`shoptalk up` as a real process on free ports with a home of its own; a context manager.

    Args:
        home: the installation's folder; what is in it already is used.
        demo: load the demo shop when the home is empty.
        environment: further settings.
    """

    def __init__(self, home: Path, *, demo: bool = True, environment: Mapping[str, str] | None = None) -> None:
        self.home = home
        self.port, self.actions_port, self.rasa_port = free_port(), free_port(), free_port()
        self.staff_port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.staff_url = f"http://127.0.0.1:{self.staff_port}"
        self.log = home / "up.log"
        self.environment = os.environ | {
            "SHOPTALK_HOME": str(home),
            "SHOPTALK_PORT": str(self.port),
            "SHOPTALK_ACTIONS_PORT": str(self.actions_port),
            "SHOPTALK_RASA_PORT": str(self.rasa_port),
            "SHOPTALK_STAFF_PORT": str(self.staff_port),
            "SHOPTALK_MESSAGES_PER_MINUTE": "100000",
            "SHOPTALK_REQUESTS_PER_MINUTE": "100000",
            **(environment or {}),
        }
        self._demo = ["--demo"] if demo else []
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Installation:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The supervisor's process id."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start every process and wait until the installation is ready.

        Raises:
            RuntimeError: it ended, or was not ready in time; with the end of its log.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", "up", *self._demo],
                cwd=PROJECT_ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + READY_TIMEOUT_S
        while not self.is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                end = self.log.read_text(errors="replace")[-4000:]
                raise RuntimeError(f"the installation did not become ready; the end of its log:\n{end}")
            time.sleep(0.2)

    def is_ready(self) -> bool:
        """Whether every part says it can work."""
        try:
            return httpx.get(self.url + "/readyz", timeout=5).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def stop(self) -> int:
        """Stop as an operator would (SIGTERM) and wait; the exit code."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self._process.kill()
        return self._process.wait()

    def command(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `shoptalk ARGUMENTS` on this installation."""
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            cwd=PROJECT_ROOT,
            env=self.environment,
            check=check,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )

    def child_pid(self, module: str) -> int:
        """The process id of the child that runs `python -m MODULE`.

        Raises:
            LookupError: there is none.
        """
        for pid in _descendants(self.pid):
            try:
                arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if module.encode() in arguments:
                return pid
        raise LookupError(f"no child runs {module}")


def process_tree_mib(pid: int) -> float:
    """Resident memory of a process and everything it started, in MiB (shared pages counted once each process)."""
    total = 0
    for each in [pid, *_descendants(pid)]:
        try:
            pages = int(Path(f"/proc/{each}/statm").read_text().split()[1])
        except OSError:
            continue
        total += pages * os.sysconf("SC_PAGE_SIZE")
    return total / 2**20


def _descendants(pid: int) -> list[int]:
    try:
        children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return [descendant for child in children for descendant in [child, *_descendants(child)]]
