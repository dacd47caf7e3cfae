"""Can a trainer do the whole work in a real browser, by keyboard, and can nobody else?"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from hostile import HOSTILE
from playwright.sync_api import Browser, Page, expect
from shop_floor import TITLES, ShopFloor
from shopper import Shopper

from benchmarks.installation import READY_TIMEOUT_S, Installation, free_port
from bot.nlu.train import model_file
from recommender.catalogue.product import Product
from recommender.catalogue.store import SqlCatalogue
from recommender.clock import FakeClock
from recommender.db import Database, upgrade
from recommender.settings import PROJECT_ROOT

pytestmark = pytest.mark.e2e

# NiceGUI builds a page in the server: on a busy machine that takes a while.
expect.set_options(timeout=30_000)


class Console:
    """The staff's console as a process of its own, on a home where a little was said, shown and voted on."""

    def __init__(self, home: Path) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.environment = os.environ | {"SHOPTALK_HOME": str(home), "SHOPTALK_STAFF_PORT": str(port)}
        self.environment.pop("SHOPTALK_DATABASE_URL", None)
        self.passwords: dict[str, str] = {}
        _open_the_shop(home)
        for name, role in (("Tessa", "trainer"), ("Tom", "trainer"), ("Alex", "agent"), ("Locked", "trainer")):
            said = self.command("staff", "add", name, "--role", role, "--generate")
            self.passwords[name] = said.rsplit(": ", 1)[1].strip()

    def command(self, *arguments: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments], cwd=PROJECT_ROOT, env=self.environment, check=True,
            capture_output=True, text=True, encoding="utf-8",
        ).stdout  # fmt: skip

    @contextmanager
    def serving(self, log: Path) -> Iterator[None]:
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
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)

    def _answers(self) -> bool:
        try:
            return httpx.get(self.url + "/healthz", timeout=5).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False


def _open_the_shop(home: Path) -> None:
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


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    home = tmp_path_factory.mktemp("console")
    console = Console(home)
    with console.serving(home / "staff.log"):
        yield console


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A browser profile of its own; an error or a dialog on a page fails the test."""
    errors: list[str] = []
    context = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("dialog", lambda dialog: (errors.append("dialog: " + dialog.message), dialog.dismiss()))
    yield page
    context.close()
    assert errors == []


def log_in(page: Page, console: Console, name: str, password: str, path: str = "/") -> None:
    page.goto(console.url + path)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def ready(page: Page) -> None:
    """Wait until the page takes keys: its websocket is there."""
    expect(page.get_by_text(re.compile(r"\d+ decided, \d+ to go"))).to_be_visible()
    page.wait_for_function("window.socket && window.socket.connected")


def test_a_wrong_password_is_told_and_five_lock_the_account(page: Page, console: Console) -> None:
    for _ in range(5):
        log_in(page, console, "Locked", "not the password")
        expect(page.get_by_role("alert")).to_have_text("The name or the password is wrong.")
    log_in(page, console, "Locked", console.passwords["Locked"])
    expect(page.get_by_role("alert")).to_contain_text("try again in 15 minutes")


def test_an_agent_does_not_get_to_review(page: Page, console: Console) -> None:
    log_in(page, console, "Alex", console.passwords["Alex"], "/review")
    expect(page.get_by_text("You are logged in as agent; this takes the role trainer or admin.")).to_be_visible()
    assert page.get_by_role("button", name="Review").count() == 0


def test_grades_skips_and_undo_by_keyboard(page: Page, console: Console) -> None:
    log_in(page, console, "Tessa", console.passwords["Tessa"], "/review")
    ready(page)
    expect(page.get_by_text("many thumbs down")).to_be_visible()
    expect(page.get_by_text("What was shown")).to_be_visible()
    expect(page.get_by_text("The conversation")).to_be_visible()
    page.keyboard.press("3")
    expect(page.get_by_text("1 decided")).to_be_visible()
    page.keyboard.press("s")
    expect(page.get_by_text("2 decided")).to_be_visible()
    page.keyboard.press("z")
    expect(page.get_by_text("1 decided")).to_be_visible()
    page.keyboard.press("0")
    expect(page.get_by_text("2 decided")).to_be_visible()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys.get_by_text("skip: do not ask me again")).to_be_visible()
    page.keyboard.press("3")
    page.keyboard.press("Escape")
    expect(keys).to_have_count(0)
    expect(page.get_by_text("2 decided")).to_be_visible()
    exported = console.command("labels", "export")
    assert '"value": "3", "rater": "Tessa"' in exported
    assert '"value": "0", "rater": "Tessa"' in exported
    assert "skip" not in exported


def test_everything_that_a_filter_selects_is_decided_at_once_and_taken_back(page: Page, console: Console) -> None:
    log_in(page, console, "Tom", console.passwords["Tom"], "/review")
    ready(page)
    page.keyboard.press("/")
    expect(page.get_by_label("Words")).to_be_focused()
    page.keyboard.type("hose")
    page.get_by_label("Save as").fill("Hoses")
    page.get_by_role("button", name="Save view").click()
    expect(page.get_by_text("green garden hose", exact=True).first).to_be_visible()
    page.get_by_text("What was shown").click()
    page.keyboard.press("b")
    counted = page.get_by_text(re.compile(r"\d+ undecided items match this filter."))
    expect(counted).to_be_visible()
    count = int(re.findall(r"\d+", counted.inner_text())[0])
    page.get_by_role("button", name=f"nothing to do with it: all {count}").click()
    expect(page.get_by_text(f"Decided: {count}.")).to_be_visible()
    expect(page.get_by_text("Nothing is left in this queue.")).to_be_visible()
    page.keyboard.press("z")
    expect(page.get_by_text(f"Taken back: {count}.")).to_be_visible()
    page.reload()
    page.get_by_label("Saved views").click()
    page.get_by_role("option", name="Hoses").click()
    expect(page.get_by_text(re.compile(rf"0 decided, {count} to go"))).to_be_visible()


def test_a_misunderstood_message_becomes_an_example(page: Page, console: Console) -> None:
    log_in(page, console, "Tessa", console.passwords["Tessa"], "/review/message?text=blorp")
    ready(page)
    expect(page.get_by_text("blorp gronk fizzle").first).to_be_visible()
    page.get_by_label("Another intent (i)").click()
    page.keyboard.type("chitchat")
    page.get_by_role("option", name="chitchat").click()
    expect(page.get_by_text("1 decided")).to_be_visible()
    exported = console.command("labels", "export")
    assert '"kind": "message", "text": "blorp gronk fizzle", "item_id": null, "value": "chitchat"' in exported


def test_what_a_shopper_wrote_stays_text(page: Page, console: Console) -> None:
    log_in(page, console, "Tessa", console.passwords["Tessa"], "/review/message")
    ready(page)
    for path in ("/review", "/review/message", "/quality", "/review/suspects"):
        page.goto(console.url + path)
        page.wait_for_function("window.socket && window.socket.connected")
        assert page.evaluate("window.pwned") is None
        assert page.locator("pwned, img[src=x]").count() == 0


def test_agreement_and_the_way_out(page: Page, console: Console) -> None:
    log_in(page, console, "Tessa", console.passwords["Tessa"], "/quality")
    expect(page.get_by_text("Krippendorff's alpha (ordinal)")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export labels").click()
    assert download.value.suggested_filename.startswith("labels-")
    page.get_by_role("button", name="Account").click()
    page.get_by_text("Log out").click()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    page.goto(console.url + "/quality")
    expect(page.get_by_role("button", name="Log in")).to_be_visible()


def test_the_assistant_is_swapped_while_somebody_talks(installation: Installation) -> None:
    """A model of the shop's own is promoted, and rolled back, in the middle of a conversation that loses nothing."""
    folder = installation.home / "rasa" / "models"
    folder.mkdir(parents=True, exist_ok=True)
    base = model_file(PROJECT_ROOT / "build")
    (folder / "shop-same.tar.gz").write_bytes(base.read_bytes())
    (folder / "shop-same.json").write_text(
        f'{{"base": "{base.name.removesuffix(".tar.gz")}", "made_at": "2026-01-01", "corrections": 1, "passed": true,'
        ' "reason": "the same", "numbers": {}}'
    )
    moves: list[str] = []

    def move() -> None:
        moves.append(installation.command("assistant", "promote", "shop-same").stdout)
        moves.append(installation.command("assistant", "rollback").stdout)

    shopper = Shopper(installation.url)
    shopper.say("jackets under 150")
    moving = threading.Thread(target=move)
    moving.start()
    talked = 0
    while moving.is_alive() or talked < 2:
        shopper.say("show me more" if talked % 2 else "hello")
        assert shopper.replies
        talked += 1
    moving.join()
    assert moves == ["shop-same answers from now on.\n", "the checkout's own answers from now on.\n"]
    shopper.say("in blue")
    assert shopper.products
    assert all(float(product["price"]) <= 150 for product in shopper.products), "the conversation is where it was"
    shopper.client.close()
