"""How much talk does one machine hold, and is anything lost when a process dies in the middle of it?

    python -m benchmarks.channels --part knee       # beside bare Rasa
    python -m benchmarks.channels --part day        # 150 conversations that pause 30 s between messages
    python -m benchmarks.channels --part kills      # the app, Rasa and both killed under load
    python -m benchmarks.channels --part growth     # one and two app processes and Rasa workers
    SHOPTALK_DATABASE_URL=postgresql+psycopg://… python -m benchmarks.channels --part kills   # an empty database

Everything runs on this machine, the shoppers too (benchmarks/shoppers.py, by locust).
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.installation import Installation, process_tree_mib
from benchmarks.machine import save
from benchmarks.turn import bare_rasa
from bot.nlu.train import model_file
from recommender.settings import PROJECT_ROOT

__all__ = ["main"]

SLOW_MS = 400
"""The knee is the most turns a second of which 95 % take no longer."""
FIRST_PER_SECOND, MOST_PER_SECOND = 8, 64
PACE_S = 5
CROWD = 150
"""Shoppers of the part `growth`: with something to say every 5 seconds, more than this machine answers."""
SYSTEMS = {"BareRasa": "bare Rasa", "Shopper": "Shoptalk"}
"""What each class of benchmarks/shoppers.py talks to."""


@dataclass(frozen=True)
class Load:
    """What shoppers saw: how long each turn took, how often they were refused, what was wrong with conversations."""

    turns_ms: Sequence[float]
    refused: int
    conversations: Sequence[Sequence[str]]
    seconds: float

    def row(self) -> dict[str, object]:
        """The figures, rounded."""
        p50, p95, p99 = np.percentile(self.turns_ms, [50, 95, 99]) if len(self.turns_ms) else (np.nan,) * 3
        return {
            "turns": len(self.turns_ms),
            "turns/s": round(len(self.turns_ms) / self.seconds, 2),
            "p50 ms": round(float(p50), 1),
            "p95 ms": round(float(p95), 1),
            "p99 ms": round(float(p99), 1),
            "refused": self.refused,
            "conversations": len(self.conversations),
            "not whole": sum(1 for faults in self.conversations if faults),
        }


def talk(who: str, url: str, *, shoppers: int, seconds: float, pace_s: float = PACE_S, think: bool = False) -> Load:
    """Let `shoppers` of the class `who` talk for `seconds` after the last of them has come."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "load.json"
        settings = {"SHOPPERS_RESULT": str(result), "SHOPPERS_PACE_S": str(pace_s)}
        coming_s = min(pace_s, 20.0)
        command = [
            sys.executable, "-W", "ignore", "-m", "locust", "-f", str(Path(__file__).with_name("shoppers.py")), who,
            "--headless", "--only-summary", "--skip-log", "--host", url, "--users", str(shoppers),
            "--spawn-rate", str(max(shoppers / coming_s, 1)), "--run-time", f"{seconds + coming_s:.0f}s",
            "--stop-timeout", "120",
        ]  # fmt: skip
        done = subprocess.run(
            command, cwd=PROJECT_ROOT, env=os.environ | settings | ({"SHOPPERS_THINK": "yes"} if think else {}),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if not result.is_file():
            raise RuntimeError(f"locust ended without a result:\n{done.stderr[-3000:]}")
        kept = json.loads(result.read_text(encoding="utf-8"))
    return Load(kept["turns_ms"], len(kept["refused"]), kept["conversations"], seconds)


def knee(who: str, url: str, step_s: float) -> Iterator[dict[str, object]]:
    """Double the load until it is slow, then halve the distance between the last quick and the first slow one."""
    quick, slow, per_second = 0, MOST_PER_SECOND + 1, FIRST_PER_SECOND
    while quick < per_second < slow:
        row = talk(who, url, shoppers=per_second * PACE_S, seconds=step_s).row()
        yield {"system": SYSTEMS[who], "asked/s": per_second, **row}
        # An empty step has no figure, which is no quick one either.
        if float(str(row["p95 ms"])) <= SLOW_MS:
            quick = per_second
        else:
            slow = per_second
        if slow > MOST_PER_SECOND:
            per_second = quick * 2
        elif slow - quick > max(1, quick // 8):
            per_second = (quick + slow) // 2
        else:
            return


def _knee(console: Console, seconds: float) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        Installation(Path(folder) / "home") as installation,
        bare_rasa(model_file(PROJECT_ROOT / "build"), Path(folder)) as (bare, _),
    ):
        addresses = {"BareRasa": bare, "Shopper": installation.url}
        for who, url in addresses.items():
            talk(who, url, shoppers=5, seconds=10)  # warm it up
        rows = _told(console, (row for who, url in addresses.items() for row in knee(who, url, seconds)))
    held = {
        system: max((float(str(row["turns/s"])) for row in rows if row["system"] == system
                     and float(str(row["p95 ms"])) <= SLOW_MS), default=0.0)
        for system in SYSTEMS.values()
    }  # fmt: skip
    ours, bare_s = held["Shoptalk"], held["bare Rasa"]
    notes = [
        f"Most turns a second with 95 % of them within {SLOW_MS} ms: bare Rasa {bare_s:.1f}, Shoptalk {ours:.1f}"
        + (f" ({ours / bare_s:.0%})." if bare_s else "."),
        f"Each shopper says something every {PACE_S} seconds, in Shoptalk one in ten times another thing right after.",
        f"{seconds:.0f} seconds a step; shoppers, both systems and the database on the same cores.",
    ]
    save("channels-knee", "How many turns a second", "python -m benchmarks.channels --part knee", rows, notes)


def _day(console: Console, seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder, Installation(Path(folder) / "home") as installation:
        talk("Shopper", installation.url, shoppers=5, seconds=10)
        load = talk("Shopper", installation.url, shoppers=150, seconds=seconds, pace_s=30, think=True)
    rows = _told(console, [{"minutes": round(seconds / 60, 1), **load.row()}])
    notes = [
        "150 conversations with pauses of 15 to 45 seconds.",
        "Refused: attempts that were answered by an error or by nothing; they are sent again under the same id.",
        "Not whole: conversations in whose history something said is missing, double, unanswered or out of order.",
    ]
    save("channels-day", "150 conversations at once", "python -m benchmarks.channels --part day", rows, notes)


def _kills(console: Console, seconds: float) -> None:
    rows = _told(console, kills(seconds))
    database = "PostgreSQL" if "SHOPTALK_DATABASE_URL" in os.environ else "SQLite"
    notes = [
        "40 conversations with pauses of 2.5 to 7.5 seconds; times include the waiting for the restart.",
        f"{seconds:.0f} seconds each, with two kills in them. Refused and not whole: as with 150 conversations.",
    ]
    save(
        f"channels-kills-{database.lower()}",
        f"Killed under load, on {database}",
        "python -m benchmarks.channels --part kills",
        rows,
        notes,
    )


def kills(seconds: float) -> Iterator[dict[str, object]]:
    """The app, Rasa and both killed, each twice while shoppers talk."""
    with tempfile.TemporaryDirectory() as folder, Installation(Path(folder) / "home") as installation:
        for name, modules in (
            ("nothing", ()),
            ("the app", ("bot.app",)),
            ("Rasa", ("bot.nlu.serve",)),
            ("both", ("bot.app", "bot.nlu.serve")),
        ):
            with _killing(installation, modules, seconds):
                load = talk("Shopper", installation.url, shoppers=40, seconds=seconds, think=True)
            yield {"killed": name, **load.row()}


@contextmanager
def _killing(installation: Installation, modules: Sequence[str], seconds: float) -> Iterator[None]:
    """Kills processes after a quarter and after two thirds of `seconds`, in the background."""
    done = threading.Event()

    def kill() -> None:
        for wait_s in (seconds / 4, seconds * 5 / 12):
            if done.wait(wait_s):
                return
            for module in modules:
                os.kill(installation.child_pid(module), signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def growth(seconds: float) -> Iterator[dict[str, object]]:
    """The same crowd before one and two app processes, with one and two Rasa workers."""
    for apps, workers in ((1, 1), (2, 1), (1, 2), (2, 2)):
        environment = {"SHOPTALK_APP_PROCESSES": str(apps), "SHOPTALK_RASA_WORKERS": str(workers)}
        with (
            tempfile.TemporaryDirectory() as folder,
            Installation(Path(folder) / "home", environment=environment) as installation,
        ):
            talk("Shopper", installation.url, shoppers=5, seconds=10)
            load = talk("Shopper", installation.url, shoppers=CROWD, seconds=seconds)
            memory = process_tree_mib(installation.pid)
        yield {"app processes": apps, "Rasa workers": workers, **load.row(), "memory MiB": round(memory)}


def _growth(console: Console, seconds: float) -> None:
    rows = _told(console, growth(seconds))
    notes = [
        f"{CROWD} shoppers with something to say every {PACE_S} seconds, which is more than is answered.",
        f"Times are therefore those of a crowd. {seconds:.0f} seconds each, after a warm-up.",
        "Everything on the same cores, the shoppers too: what a process more brings is bounded by the cores there are.",
    ]
    save(
        "channels-growth",
        "More processes for one shop",
        "python -m benchmarks.channels --part growth",
        rows,
        notes,
    )


def _told(console: Console, rows: Iterator[dict[str, object]] | Sequence[dict[str, object]]) -> list[dict[str, object]]:
    """The rows, each printed as soon as it is there."""
    kept: list[dict[str, object]] = []
    for row in rows:
        kept.append(row)
        console.print("  ".join(f"{name} {value}" for name, value in row.items()))
    table = Table(*kept[0])
    for row in kept:
        table.add_row(*(str(value) for value in row.values()))
    console.print(table)
    return kept


def main() -> None:
    """Measure the parts that were asked for, print and keep their tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    console = Console()
    parts: Mapping[str, tuple[Callable[[Console, float], None], float]] = {
        "knee": (_knee, 20),
        "day": (_day, 600),
        "kills": (_kills, 60),
        "growth": (_growth, 30),
    }
    parser.add_argument("--part", choices=[*parts], action="append", help="which to measure; all of them without it")
    parser.add_argument(
        "--seconds", type=float, help="how long each load lasts; without it " + ", ".join(
            f"{seconds:.0f} ({part})" for part, (_, seconds) in parts.items()
        ),
    )  # fmt: skip
    options = parser.parse_args()
    for part in options.part or parts:
        measure, seconds = parts[part]
        started = time.monotonic()
        measure(console, options.seconds or seconds)
        console.print(f"{part}: {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
