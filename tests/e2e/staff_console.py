"""The staff's console as a process of its own, on a shop so small that it is there at once."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import httpx
from hostile import HOSTILE
from playwright.sync_api import Page, expect
from shop_floor import TITLES, ShopFloor

from benchmarks.installation import READY_TIMEOUT_S, free_port
from feedback.staff.accounts import add_staff, generate_password, hash_password
from feedback.staff.roles import Role
from recommender.catalogue.product import Product
from recommender.catalogue.store import SqlCatalogue
from recommender.clock import FakeClock
from recommender.db import Database, upgrade
from recommender.settings import PROJECT_ROOT, Settings

__all__ = ["Console", "add_accounts", "connected", "log_in", "open_the_shop", "ready"]

# NiceGUI builds a page in the server: on a busy machine that takes a while.
expect.set_options(timeout=30_000)


class Console:
    """The staff's console as a process of its own, on a home where a little was said, shown and voted on."""

    def __init__(self, home: Path) -> None:
        port = free_port()
        self.home = home
        self.url = f"http://127.0.0.1:{port}"
        self.environment = os.environ | {"SHOPTALK_HOME": str(home), "SHOPTALK_STAFF_PORT": str(port)}
        self.environment["COLUMNS"] = "200"
        self.environment.pop("SHOPTALK_DATABASE_URL", None)
        open_the_shop(home)
        people = {"Tessa": Role.TRAINER, "Tom": Role.TRAINER, "Alex": Role.AGENT, "Locked": Role.TRAINER}
        self.passwords = add_accounts(home, people)

    def command(self, *arguments: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments], cwd=PROJECT_ROOT, env=self.environment, check=True,
            capture_output=True, text=True, encoding="utf-8",
        ).stdout  # fmt: skip

    @contextmanager
    def serving(self, log: Path) -> Iterator[subprocess.Popen[bytes]]:
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "bot.staff"], cwd=PROJECT_ROOT, env=self.environment, stdout=output,
                stderr=subprocess.STDOUT,
            )  # fmt: skip
        try:
            deadline = time.monotonic() + READY_TIMEOUT_S
            while not self._answers():
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.2)
            yield process
        finally:
            process.terminate()
            process.wait(timeout=30)

    def _answers(self) -> bool:
        try:
            return httpx.get(self.url + "/healthz", timeout=5).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False


def add_accounts(home: Path, people: Mapping[str, Role]) -> dict[str, str]:
    """Accounts, as `shoptalk staff add` makes them, without a process for each; the passwords by name."""
    passwords = {name: generate_password() for name in people}
    database = Database(Settings(home=home).sql_url)
    with database.transaction() as session:
        for name, role in people.items():
            add_staff(session, name, role, hash_password(passwords[name]), datetime.now(UTC))
    database.close()
    return passwords


def open_the_shop(home: Path) -> None:
    """A few products, and a shopper who said and was shown things, some of them with markup in them."""
    database, clock = Database(f"sqlite:///{home / 'shoptalk.db'}"), FakeClock(datetime.now(UTC))
    upgrade(database)
    described = {"lamp": "Warm light for a desk. " + HOSTILE["image error"], "hose": "Twenty metres of rubber."}
    SqlCatalogue(database, clock).upsert(
        Product(id=name, title=title, description=described.get(name, ""), brand=HOSTILE["script"], price=Decimal(9),
                url=HOSTILE["scheme"])
        for name, title in TITLES.items()
    )  # fmt: skip
    floor = ShopFloor(database, clock)
    shown = floor.says("bob", "desk lamp", ["lamp", "chair"])
    floor.votes("bob", shown["lamp"], -1)
    floor.says("bob", "green garden hose", ["hose", "lamp"])
    floor.says("bob", "blorp gronk fizzle", intent="nlu_fallback", confidence=0.2)
    for name in ("script", "image error", "template element"):
        floor.says("bob", HOSTILE[name], ["sofa"], intent="nlu_fallback", confidence=0.1)
    database.close()


def log_in(page: Page, console: Console, name: str, password: str, path: str = "/") -> None:
    page.goto(console.url + path)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def ready(page: Page) -> None:
    """Wait until the page takes keys: its websocket is there."""
    expect(page.get_by_text(re.compile(r"\d+ decided, \d+ to go"))).to_be_visible()
    connected(page)


def connected(page: Page) -> None:
    """Wait until the page is drawn and the server knows its websocket: before that keys and clicks may be lost."""
    expect(page.get_by_role("button", name="Keys")).to_be_visible()
    page.wait_for_function("window.did_handshake")
