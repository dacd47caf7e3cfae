"""Can a trainer do with models by keyboard what there is to do, see everything, and be harmed by no text?"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from model_shop import FIRST, RUN, SECOND, SPARE, add_models, add_spare_version
from playwright.sync_api import Browser, Page, expect
from staff_console import Console, connected, log_in

pytestmark = pytest.mark.e2e

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PAGES = (
    "/review", "/review/recommendation", "/review/message", "/review/suspects", "/quality", "/models", "/models/runs",
    f"/models/runs/{RUN}", f"/models/version/{FIRST}", "/models/shadow", "/models/voters",
)  # fmt: skip
NEW_NODES = """() => ({
  pwned: Boolean(window.pwned),
  nodes: document.querySelectorAll("pwned, img[src=x], base, iframe, object, embed, shoptalk-chat, details").length,
  handlers: [...document.querySelectorAll("#app *")].flatMap((node) => [...node.attributes])
    .filter(({ name }) => name.startsWith("on") || name === "srcdoc").length,
  addresses: [...document.querySelectorAll("#app [href]")].map((node) => node.href)
    .filter((address) => !/^https?:/.test(address)).length,
})"""
CLEAN = {"pwned": False, "nodes": 0, "handlers": 0, "addresses": 0}


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    home = tmp_path_factory.mktemp("models-console")
    console = Console(home)
    add_models(home)
    with console.serving(home / "staff.log"):
        yield console


@pytest.fixture(scope="module")
def logged_in(browser: Browser, console: Console) -> Iterator[Page]:
    """A trainer's browser; an error or a dialog on any page fails the tests."""
    wrong: list[str] = []
    context = browser.new_context(viewport={"width": 1440, "height": 1000}, reduced_motion="reduce")
    page = context.new_page()
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (wrong.append("dialog: " + dialog.message), dialog.dismiss()))
    page.on("request", lambda request: wrong.append(request.url) if "127.0.0.1:9/" in request.url else None)
    log_in(page, console, "Tessa", console.passwords["Tessa"])
    expect(page.get_by_text("Hello Tessa")).to_be_visible()
    yield page
    context.close()
    assert wrong == []


def go(page: Page, console: Console, path: str) -> None:
    page.goto(console.url + path)
    connected(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_wrong_and_hostile_text_stays_text(
    logged_in: Page, console: Console, path: str, scheme: str
) -> None:
    go(logged_in, console, path)
    logged_in.evaluate("(dark) => Quasar.Dark.set(dark)", scheme == "dark")
    logged_in.evaluate("document.querySelectorAll('.q-expansion-item .q-item').forEach((node) => node.click())")
    logged_in.wait_for_function("document.getAnimations().every((one) => one.playState !== 'running')")
    assert logged_in.evaluate(NEW_NODES) == CLEAN
    found = Axe().run(logged_in, options={"runOnly": RULES}).response["violations"]
    assert [(one["id"], [node["html"][:200] for node in one["nodes"][:5]]) for one in found] == []


def test_one_hostile_query_after_the_other_side_by_side(logged_in: Page, console: Console) -> None:
    go(logged_in, console, "/models/shadow")
    count = int(re.findall(r"1 of (\d+)", logged_in.get_by_text(re.compile(r"^1 of \d+")).inner_text())[0])
    for place in range(2, count + 1):
        logged_in.keyboard.press("n")
        expect(logged_in.get_by_text(re.compile(rf"^{place} of {count}"))).to_be_visible()
        assert logged_in.evaluate(NEW_NODES) == CLEAN
    expect(logged_in.get_by_text("only here").first).to_be_visible()


def test_every_page_tells_its_keys_and_has_a_key_to_the_next(logged_in: Page, console: Console) -> None:
    go(logged_in, console, "/models")
    for key, path in (("U", "/models/runs"), ("S", "/models/shadow"), ("Q", "/models/voters"), ("V", "/models")):
        logged_in.keyboard.press(key)
        logged_in.wait_for_url(console.url + path)
        connected(logged_in)
        logged_in.keyboard.press("?")
        expect(logged_in.get_by_role("dialog", name="Keys").get_by_text("open Versions")).to_be_visible()
        logged_in.keyboard.press("Escape")
        expect(logged_in.get_by_role("dialog", name="Keys")).to_have_count(0)


def test_a_refused_version_says_why_and_is_promoted_only_when_asked_twice(logged_in: Page, console: Console) -> None:
    go(logged_in, console, "/models")
    expect(logged_in.get_by_text(re.compile("^Gate: refused")).first).to_be_visible()
    logged_in.keyboard.press("k")
    logged_in.keyboard.press("p")
    expect(logged_in.get_by_text(f"The gate refused {SECOND}.")).to_be_visible()
    logged_in.get_by_role("button", name="Cancel").click()
    expect(logged_in.get_by_text(f"The gate refused {SECOND}.")).to_have_count(0)


def test_back_and_forth_by_one_key_and_the_thumbs_have_an_interval(logged_in: Page, console: Console) -> None:
    go(logged_in, console, "/models")
    expect(logged_in.get_by_text("erased since: retire it (D)").first).to_be_visible()
    logged_in.keyboard.press("B")
    expect(logged_in.get_by_text(re.compile("answers every search again")).first).to_be_visible()
    assert "way back" in console.command("models", "show", FIRST) + console.command("models", "list")
    logged_in.keyboard.press("B")
    expect(logged_in.get_by_text(f"{FIRST} answers every search again.")).to_be_visible()
    assert "serves" in console.command("models", "show", FIRST)


def test_votes_are_let_in_again_and_set_aside_again_by_key(logged_in: Page, console: Console) -> None:
    go(logged_in, console, "/models/voters")
    expect(logged_in.get_by_text("31 votes within 10 minutes")).to_be_visible()
    logged_in.keyboard.press("y")
    expect(logged_in.get_by_text("Let in again by Tessa: they count.")).to_be_visible()
    assert "Tessa" in console.command("train", "suspects")
    logged_in.keyboard.press("z")
    expect(logged_in.get_by_text("Set aside: they count nowhere.")).to_be_visible()


def test_runs_and_lineage_are_seen(logged_in: Page, console: Console) -> None:
    go(logged_in, console, "/models/runs")
    expect(logged_in.get_by_text("stopped, can go on")).to_be_visible()
    expect(logged_in.get_by_role("img", name=re.compile("nDCG@10 on held-out queries"))).to_be_visible()
    logged_in.get_by_role("link", name=RUN).click()
    expect(logged_in.get_by_text("40 grades of 8 queries, of 2 people")).to_be_visible()
    logged_in.get_by_role("link", name=FIRST).click()
    expect(logged_in.get_by_text("2 votes of 1 people, 2 of one person at most")).to_be_visible()
    expect(logged_in.get_by_text("1 people with 3 votes: retire it, or train again")).to_be_visible()
    assert "stopped, can go on" in console.command("models", "runs")


def test_a_training_says_what_is_missing_and_leaves_the_page_as_it_was(logged_in: Page, console: Console) -> None:
    go(logged_in, console, "/models")
    logged_in.keyboard.press("m")
    expect(logged_in.get_by_text("Assistant, on corrected messages: ended with 2")).to_be_visible(timeout=60_000)
    expect(logged_in.get_by_text("No message has been corrected yet")).to_be_visible()


def test_what_knows_somebody_who_was_erased_is_retired(logged_in: Page, console: Console) -> None:
    add_spare_version(console.home)
    go(logged_in, console, "/models")
    logged_in.get_by_role("button", name=SPARE).click()
    expect(logged_in.locator("[aria-current=true]", has_text=SPARE)).to_contain_text("erased since: retire it (D)")
    logged_in.keyboard.press("D")
    logged_in.get_by_role("button", name="Retire it").click()
    expect(logged_in.get_by_text(f"{SPARE} is gone.")).to_be_visible()
    expect(logged_in.get_by_role("button", name=SPARE)).to_have_count(0)
    assert SPARE not in console.command("models", "list")
