"""Can a trainer do the whole work in a real browser, by keyboard, and can nobody else?"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from shopper import Shopper
from staff_console import Console, connected, log_in, ready

from benchmarks.installation import Installation
from bot.nlu.train import model_file
from recommender.settings import PROJECT_ROOT

pytestmark = pytest.mark.e2e


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
        connected(page)
        assert page.evaluate("window.pwned") is None
        assert page.locator("pwned, img[src=x]").count() == 0


def test_labels_come_in_as_a_file_once(page: Page, console: Console, tmp_path: Path) -> None:
    log_in(page, console, "Tom", console.passwords["Tom"], "/quality")
    connected(page)
    exported = tmp_path / "labels.jsonl"
    label = {"kind": "message", "text": "wheres my stuff", "value": "track_order", "rater": "Kim"}
    label |= {"at": "2026-01-01T00:00:00Z"}
    exported.write_text('{"format": "shoptalk-labels", "version": 1}\n' + json.dumps(label) + "\n", encoding="utf-8")
    page.locator("input[type=file]").set_input_files(exported)
    expect(page.get_by_text("1 labels are new, 0 were there already.")).to_be_visible()
    exported.write_bytes(b"\xff\xfe")
    page.locator("input[type=file]").set_input_files(exported)
    expect(page.get_by_text("This file is not UTF-8")).to_be_visible()


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
