"""Does a thumb become a better answer, and back again: shopper, trainer's browser, training, gate, all of it real?"""

from __future__ import annotations

import json
import os
import re
import signal
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from shopper import Shopper
from sqlalchemy import select
from staff_console import connected
from test_crashes import wait_until_ready

from benchmarks.installation import Installation
from feedback.tables import ImpressionRow, TurnRow
from recommender.db import Database
from recommender.models.registry import Registry
from recommender.settings import PROJECT_ROOT, Settings

pytestmark = pytest.mark.e2e

SLANG = {"sessel": "armchair", "regenjacke": "rain jacket", "schmortopf": "casserole"}
"""What this shop's customers say, and no product does."""

PATTERNS = (
    "{}", "a {}", "{} please", "a new {}", "cheap {}", "the best {}", "good {}", "show me {}", "one {}", "nice {}",
    "i need a {}", "{} for home", "my {}", "{} today", "which {}", "any {}", "{} or so", "small {}",
)  # fmt: skip
ASKED = "i am looking for a sessel"
ORDERS = (
    "wo ist meine bestellung", "wo bleibt meine bestellung", "wann kommt meine bestellung", "status meiner bestellung",
    "meine bestellung ist nicht da", "ist meine bestellung schon unterwegs", "wann wird meine bestellung geliefert",
    "meine bestellung verfolgen", "bestellung noch nicht angekommen", "wo steckt denn meine bestellung",
    "hat meine bestellung das lager verlassen", "wie weit ist meine bestellung",
)  # fmt: skip
UNSEEN = "sagen sie mir wo meine bestellung bleibt"
_TRAINED_WITHIN_MS = 420_000


@pytest.fixture(scope="module")
def kinds() -> dict[str, list[str]]:
    """The ids of the demo shop's products of each kind that somebody has a word for."""
    found: dict[str, list[str]] = {kind: [] for kind in SLANG.values()}
    for product in _demo_products():
        if product["attributes"].get("type") in found:
            found[product["attributes"]["type"]].append(product["id"])
    return found


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, kinds: dict[str, list[str]]) -> Iterator[Installation]:
    """The demo shop with every eighth of its products, and those there is a word for: it is embedded in seconds."""
    home = tmp_path_factory.mktemp("loop")
    named = {item for ids in kinds.values() for item in ids}
    kept = [one for place, one in enumerate(_demo_products()) if place % 8 == 0 or one["id"] in named]
    catalogue = home / "products.jsonl"
    catalogue.write_text("\n".join(json.dumps(product) for product in kept), encoding="utf-8")
    installation = Installation(home, demo=False)
    installation.command("catalog", "import", str(catalogue))
    with installation:
        yield installation


@pytest.fixture(scope="module")
def colleagues_labels(tmp_path_factory: pytest.TempPathFactory, kinds: dict[str, list[str]]) -> Path:
    """A file with what a colleague decided elsewhere."""
    lines = [json.dumps({"format": "shoptalk-labels", "version": 1})]
    for word, wanted in SLANG.items():
        for pattern in PATTERNS:
            for kind, ids in kinds.items():
                for item in ids[:8] if kind == wanted else ids[:3]:
                    grade = "3" if kind == wanted else "0"
                    label = {"kind": "judgement", "text": pattern.format(word), "item_id": item, "value": grade}
                    lines.append(json.dumps({**label, "rater": "Kim", "at": "2026-01-01T00:00:00+00:00"}))
    path = tmp_path_factory.mktemp("labels") / "labels.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


class Load:
    """Shoppers who never stop asking while something is switched; what went wrong is kept."""

    def __init__(self, url: str, shoppers: int = 2) -> None:
        self.failures: list[str] = []
        self.answered = 0
        self._done = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(url,)) for _ in range(shoppers)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join(timeout=60)

    def _ask(self, url: str) -> None:
        shopper = Shopper(url)
        queries = ("red sofa", "wireless headphones", "hiking boots", "desk lamp")
        number = 0
        while not self._done.is_set():
            try:
                shopper.say(queries[number % len(queries)])
                if not shopper.products:
                    self.failures.append(f"nothing shown: {shopper.text}")
            except Exception as error:
                self.failures.append(f"{type(error).__name__}: {error}")
            number += 1
            self.answered += 1
            self._done.wait(0.5)
        shopper.client.close()


def test_from_a_thumb_to_a_better_answer_and_back(
    shop: Installation, browser: Browser, kinds: dict[str, list[str]], colleagues_labels: Path
) -> None:
    registry = Registry.of(Settings(home=shop.home))
    base = registry.serving().current

    # A shopper asks in a word that no product has, and says what they think of the answer.
    shopper = Shopper(shop.url)
    before = _armchairs(shopper, kinds)
    assert shopper.products, shopper.text
    for product in shopper.products[:2]:
        vote = {"impression_id": product["impression_id"], "value": -1}
        assert shopper.client.post("/api/feedback", json=vote).json()["changed"]

    page = _log_in(shop, browser, "Tessa")
    # The trainer finds it in the queue, with why, and grades it by key.
    page.goto(shop.staff_url + "/review")
    expect(page.get_by_text("many thumbs down")).to_be_visible()
    expect(page.get_by_text(re.compile("sessel")).first).to_be_visible()
    connected(page)
    for decided in (1, 2):
        page.keyboard.press("0")
        expect(page.get_by_text(re.compile(rf"^{decided} decided"))).to_be_visible()
    # A colleague's labels come in as a file.
    page.goto(shop.staff_url + "/quality")
    connected(page)
    page.locator("input[type=file]").set_input_files(colleagues_labels)
    expect(page.get_by_text(re.compile(r"labels are new"))).to_be_visible()

    # Training, gate and promotion, started by one key, while others go on asking.
    page.goto(shop.staff_url + "/models")
    connected(page)
    page.get_by_label("Encoder: method").click()
    page.get_by_role("option", name="full").click()
    page.get_by_label("Minutes at most").fill("1")
    page.get_by_text("Train", exact=True).click()
    with Load(shop.url) as load:
        page.keyboard.press("t")
        expect(page.get_by_text("Search encoder: running")).to_be_visible()
        expect(page.get_by_text("Search encoder: done")).to_be_visible(timeout=_TRAINED_WITHIN_MS)
        answered = load.answered
        expect(page.get_by_text(re.compile("Gate: passed"))).to_be_visible()
        trained = registry.serving().current
        assert trained != base
        # As many again after it, so that both versions have answered.
        while load.answered < answered + 10:
            page.wait_for_timeout(100)
    assert load.failures == []
    served = _versions_by_turn(shop)
    assert all(len(versions) == 1 for versions in served.values()), "a turn was answered by one version"
    assert {encoder.rpartition("-")[0] for ((encoder, _),) in served.values()} == {base, trained}
    for ((encoder, index),) in served.values():
        assert (shop.home / "index" / encoder / index).is_dir(), "an index is asked by the encoder that made it"

    # The answer is better.
    after = _armchairs(Shopper(shop.url), kinds)
    assert after > before
    assert after >= 3

    # And back by one key: the very next answer is the old one's.
    page.keyboard.press("B")
    expect(page.get_by_text(f"{base} answers every search again.")).to_be_visible()
    assert _answering(shop) == base
    # Also after a restart: forward again, the app is killed and comes back, and back once more.
    page.keyboard.press("B")
    expect(page.get_by_text(f"{trained} answers every search again.")).to_be_visible()
    os.kill(shop.child_pid("bot.app"), signal.SIGKILL)
    wait_until_ready(shop)
    assert _answering(shop) == trained
    page.keyboard.press("B")
    expect(page.get_by_text(f"{base} answers every search again.").last).to_be_visible()
    assert _answering(shop) == base
    page.context.close()


def test_what_a_trainer_corrected_is_understood_and_no_conversation_is_lost(
    shop: Installation, browser: Browser, tmp_path: Path
) -> None:
    shopper = Shopper(shop.url)
    shopper.say(ORDERS[0])
    assert _intent(shop, shopper.turn_id) != "order_status"

    # One is corrected in the queue; a colleague's come in as a file.
    page = _log_in(shop, browser, "Trudy")
    page.goto(shop.staff_url + "/review/message?text=bestellung")
    connected(page)
    page.get_by_label("Another intent (i)").click()
    page.keyboard.type("order_status")
    page.get_by_role("option", name="order_status").click()
    expect(page.get_by_text(re.compile("^1 decided"))).to_be_visible()
    labels = tmp_path / "labels.jsonl"
    rows = [{"format": "shoptalk-labels", "version": 1}] + [
        {"kind": "message", "text": text, "value": "order_status", "rater": "Kim", "at": "2026-01-01T00:00:00+00:00"}
        for text in ORDERS[1:]
    ]
    labels.write_text("\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")
    page.goto(shop.staff_url + "/quality")
    connected(page)
    page.locator("input[type=file]").set_input_files(labels)
    expect(page.get_by_text("11 labels are new, 0 were there already.")).to_be_visible()

    # Somebody is in the middle of a conversation all the while.
    talking = Shopper(shop.url)
    talking.say("armchairs under 400")
    assert talking.products
    page.goto(shop.staff_url + "/models")
    connected(page)
    with Load(shop.url, shoppers=1) as load:
        page.keyboard.press("m")
        expect(page.get_by_text("Assistant, on corrected messages: running")).to_be_visible()
        ended = page.get_by_text(re.compile("^Assistant, on corrected messages: (done|ended)"))
        expect(ended).to_be_visible(timeout=_TRAINED_WITHIN_MS)
        expect(page.get_by_text(re.compile("shop-[0-9a-f]{12} answers from now on"))).to_be_visible()
    assert load.failures == []
    talking.say("in green")
    assert talking.products
    assert all(float(product["price"]) <= 400 for product in talking.products), "the conversation is where it was"

    asking = Shopper(shop.url)
    asking.say(UNSEEN)
    assert _intent(shop, asking.turn_id) == "order_status"
    # And back by one key, while the conversation goes on.
    page.keyboard.press("A")
    expect(page.get_by_text("the checkout's own answers from now on.")).to_be_visible(timeout=60_000)
    talking.say("show me more")
    assert all(float(product["price"]) <= 400 for product in talking.products)
    page.context.close()


def _demo_products() -> Iterator[dict[str, Any]]:
    with (PROJECT_ROOT / "build" / "demo" / "products.jsonl").open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _log_in(shop: Installation, browser: Browser, name: str) -> Page:
    said = shop.command("staff", "add", name, "--role", "trainer", "--generate").stdout
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(shop.staff_url + "/login")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(said.rsplit(": ", 1)[1].strip())
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text(f"Hello {name}")).to_be_visible()
    return page


def _armchairs(shopper: Shopper, kinds: dict[str, list[str]]) -> int:
    shopper.say(ASKED)
    if not shopper.products:
        shopper.press("Search for that")
    return sum(product["id"] in kinds["armchair"] for product in shopper.products)


@contextmanager
def _record(shop: Installation) -> Iterator[Database]:
    database = Database(Settings(home=shop.home).sql_url)
    try:
        yield database
    finally:
        database.close()


def _answering(shop: Installation) -> str:
    """The version that answers somebody who asks now."""
    shopper = Shopper(shop.url)
    shopper.say("red sofa")
    with _record(shop) as database, database.reading() as session:
        row = session.scalars(select(ImpressionRow).where(ImpressionRow.turn_id == shopper.turn_id)).first()
        assert row is not None, shopper.text
        return str(row.versions["encoder"]).rpartition("-")[0]


def _versions_by_turn(shop: Installation) -> dict[str, set[tuple[str, str]]]:
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    with _record(shop) as database, database.reading() as session:
        for turn_id, versions in session.execute(select(ImpressionRow.turn_id, ImpressionRow.versions)):
            found[turn_id].add((versions["encoder"], versions["index"]))
    return found


def _intent(shop: Installation, turn_id: str) -> str | None:
    with _record(shop) as database, database.reading() as session:
        return session.get_one(TurnRow, turn_id).intent
