"""How long does a whole turn take over HTTP, beside the same Rasa with an action server that does nothing?

Both run on the same machine in the same run and get the same messages in turn, so that the noise of a shared machine
falls on both alike. A Shoptalk turn goes client → gateway → Rasa → action webhook → search → Rasa → gateway; the bare
one goes client → Rasa → empty action server → Rasa.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.installation import Installation, free_port, process_tree_mib
from benchmarks.machine import save
from bot.nlu.train import model_file
from recommender.settings import PROJECT_ROOT

__all__ = ["main"]

MESSAGES = (
    "i need a warm jacket",
    "in blue please",
    "under 120",
    "show me more",
    "wireless headphones with noise cancelling",
    "cheaper",
    "compare the first two",
    "what is the cheapest laptop",
    "how many sofas do you have",
    "why did you show me the first one",
    "add the second one to my cart",
    "what's in my cart",
    "do you ship to canada",
    "red running shoes between 40 and 90",
    "hello",
)
SEARCHES = ("i need a warm jacket", "wireless headphones with noise cancelling", "red running shoes between 40 and 90")

Ask = Callable[[str, str], Awaitable[None]]


class _EmptyActions(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer any action with nothing."""
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps({"events": [], "responses": []}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@contextmanager
def bare_rasa(model: Path, folder: Path) -> Iterator[tuple[str, int]]:
    """The same Rasa and model with an empty action server: its address and process id."""
    actions = ThreadingHTTPServer(("127.0.0.1", 0), _EmptyActions)
    threading.Thread(target=actions.serve_forever, daemon=True).start()
    port = free_port()
    environment = os.environ | {
        "RASA_TELEMETRY_ENABLED": "false",
        "OMP_NUM_THREADS": "1",
        "TF_NUM_INTRAOP_THREADS": "1",
        "SHOPTALK_ACTIONS_URL": f"http://127.0.0.1:{actions.server_port}/webhook",
        "SHOPTALK_ACTIONS_TOKEN": "none",
        "SHOPTALK_TRACKER_DB": str(folder / "bare-tracker.db"),
        "SHOPTALK_RASA_TOKEN": "bare-rasa-benchmark",
        "SHOPTALK_RASA_PORT": str(port),
        "SHOPTALK_RASA_MODEL": str(model),
    }
    with (folder / "bare.log").open("wb") as log:
        process = subprocess.Popen(
            [str(PROJECT_ROOT / ".venv-rasa/bin/python"), "-m", "bot.nlu.serve"],
            cwd=PROJECT_ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                if httpx.get(url, timeout=2).status_code == httpx.codes.OK:
                    break
            except httpx.HTTPError:
                time.sleep(0.2)
        yield url, process.pid
    finally:
        process.terminate()
        process.wait()
        actions.shutdown()


class _Timings:
    """Milliseconds of turns, by series."""

    def __init__(self) -> None:
        self._values: dict[str, list[float]] = {}

    async def time(self, series: str, asked: Awaitable[None]) -> None:
        started = time.perf_counter()
        await asked
        self._values.setdefault(series, []).append((time.perf_counter() - started) * 1000)

    def row(self, series: str) -> dict[str, object]:
        p50, p95, p99 = np.percentile(self._values[series], [50, 95, 99])
        return {"series": series, "turns": len(self._values[series]), "p50 ms": round(p50, 1), "p95 ms": round(p95, 1),
                "p99 ms": round(p99, 1)}  # fmt: skip

    def median(self, series: str) -> float:
        return float(np.median(self._values[series]))


def _asker(client: httpx.AsyncClient, shoptalk: str, bare: str) -> tuple[Ask, Ask]:
    tokens: dict[str, str] = {}

    async def ask_shoptalk(who: str, text: str) -> None:
        if who not in tokens:
            tokens[who] = (await client.post(shoptalk + "/api/sessions", json={})).json()["token"]
        headers = {"Authorization": "Bearer " + tokens[who]}
        response = await client.post(shoptalk + "/api/messages", json={"text": text}, headers=headers)
        response.raise_for_status()
        assert response.json()["replies"], f"no reply to {text!r}"

    async def ask_bare(who: str, text: str) -> None:
        response = await client.post(bare + "/webhooks/rest/webhook", json={"sender": who, "message": text})
        response.raise_for_status()

    return ask_shoptalk, ask_bare


async def measure(shoptalk: str, bare: str, turns: int) -> _Timings:
    """Every series of timings."""
    timings = _Timings()
    async with httpx.AsyncClient(timeout=60) as client:
        ask_shoptalk, ask_bare = _asker(client, shoptalk, bare)
        for text in MESSAGES:  # warm both up
            await ask_shoptalk("warm", text)
            await ask_bare("warm", text)

        for number, text in zip(range(turns), itertools.cycle(MESSAGES)):
            who = f"one-{number // len(MESSAGES)}"
            await timings.time("Shoptalk, one at a time, mixed", ask_shoptalk(who, text))
            await timings.time("bare Rasa, one at a time, mixed", ask_bare(who, text))
        for number, text in zip(range(turns // 3), itertools.cycle(SEARCHES)):
            await timings.time("Shoptalk, one at a time, searches", ask_shoptalk(f"s-{number // 10}", text))
            await timings.time("bare Rasa, one at a time, searches", ask_bare(f"s-{number // 10}", text))

        async def shopper(name: str, series: str, ask: Ask) -> None:
            for _, text in zip(range(turns // 8), itertools.cycle(MESSAGES)):
                await timings.time(series, ask(name, text))

        for series, ask in (("Shoptalk, 8 at once, mixed", ask_shoptalk), ("bare Rasa, 8 at once, mixed", ask_bare)):
            await asyncio.gather(*(shopper(f"{series}-{number}", series, ask) for number in range(8)))

        for number, text in zip(range(1, 206), itertools.cycle(SEARCHES)):
            series = "turns 1 to 10 of a long conversation" if number <= 10 else "turns 196 to 205 of it"
            asked = ask_shoptalk("long", text)
            if number <= 10 or number >= 196:
                await timings.time(series, asked)
            else:
                await asked
    return timings


def main() -> None:
    """Run both, print the table, keep it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=300)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Installation(Path(folder) / "home") as installation:
        model = model_file(PROJECT_ROOT / "build")
        with bare_rasa(model, Path(folder)) as (bare, bare_pid):
            timings = asyncio.run(measure(installation.url, bare, arguments.turns))
            memory = {"Shoptalk": process_tree_mib(installation.pid), "bare Rasa": process_tree_mib(bare_pid)}
    series = [
        "Shoptalk, one at a time, mixed", "bare Rasa, one at a time, mixed",
        "Shoptalk, one at a time, searches", "bare Rasa, one at a time, searches",
        "Shoptalk, 8 at once, mixed", "bare Rasa, 8 at once, mixed",
        "turns 1 to 10 of a long conversation", "turns 196 to 205 of it",
    ]  # fmt: skip
    rows = [timings.row(name) for name in series]
    by_name = {str(row["series"]): row for row in rows}

    def difference(quantile: str) -> float:
        ours, bare_row = by_name[series[2]][quantile], by_name[series[3]][quantile]
        return float(str(ours)) - float(str(bare_row))

    long = timings.median(series[7]) / timings.median(series[6])
    comments = [
        f"A search turn adds {difference('p50 ms'):.1f} ms (p50), {difference('p95 ms'):.1f} (p95) to the same Rasa.",
        f"The 200th turn of a conversation takes {long:.2f} times the 5th (medians of ten turns each).",
        *(f"{name}: {mib:.0f} MiB resident, all processes together." for name, mib in memory.items()),
    ]
    table = Table(*rows[0])
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    console = Console()
    console.print(table)
    for comment in comments:
        console.print(comment)
    save("turn", "A whole turn", "python -m benchmarks.turn", rows, comments)


if __name__ == "__main__":
    main()
