"""Does the widget work in a real browser: by mouse, by keyboard, after a reload, on a hostile page?"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.installation import Installation

pytestmark = pytest.mark.e2e


@pytest.fixture
def page(browser: Browser, installation: Installation) -> Iterator[Page]:
    """The demo page, in a browser profile of its own; an error on the page fails the test."""
    errors: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("dialog", lambda dialog: (errors.append("dialog: " + dialog.message), dialog.dismiss()))
    page.goto(installation.url + "/")
    yield page
    context.close()
    assert errors == []


def say(page: Page, text: str) -> None:
    page.get_by_label("Your message").fill(text)
    page.get_by_label("Your message").press("Enter")


def test_search_shows_cards_with_pictures_prices_and_chips(page: Page) -> None:
    say(page, "red jacket under 150")
    cards = page.locator("li.card")
    expect(cards.first).to_be_visible()
    expect(cards.first).to_contain_text(re.compile(r"\$\d"))
    expect(page.get_by_role("button", name=re.compile("Remove .*150"))).to_be_visible()
    expect(cards.first.locator("img")).to_be_visible()
    page.get_by_role("button", name=re.compile("Remove .*150")).click()
    expect(page.locator("ul.cards")).to_have_count(2)


def test_a_thumb_a_reason_and_an_undo(page: Page) -> None:
    say(page, "wireless headphones")
    card = page.locator("li.card").first
    down = card.get_by_role("button", name=re.compile("Not for me"))
    down.click()
    expect(down).to_have_attribute("aria-pressed", "true")
    card.get_by_role("button", name="Too expensive").click()
    expect(card.get_by_role("status")).not_to_be_empty()
    page.reload()
    again = page.locator("li.card").first.get_by_role("button", name=re.compile("Not for me"))
    expect(again).to_have_attribute("aria-pressed", "true")
    again.click()
    expect(again).to_have_attribute("aria-pressed", "false")


def test_history_comes_back_after_a_reload_and_in_a_second_tab(page: Page) -> None:
    say(page, "blue sofa")
    expect(page.locator("li.card").first).to_be_visible()
    page.reload()
    expect(page.get_by_text("blue sofa", exact=True)).to_be_visible()
    expect(page.locator("li.card").first).to_be_visible()
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.get_by_text("blue sofa", exact=True)).to_be_visible()
    say(page, "hello")
    expect(other.get_by_text("hello", exact=True)).to_be_visible()


def test_who_is_forgotten_reads_so_and_can_begin_afresh(page: Page) -> None:
    say(page, "wireless headphones")
    expect(page.locator("li.card").first).to_be_visible()
    say(page, "forget me")
    page.get_by_role("button", name="Yes", exact=True).last.click()
    log = page.get_by_role("log")
    expect(log).to_contain_text("erased, and a second look found none left")
    expect(page.locator("[data-pending]")).to_have_count(0)
    assert page.evaluate("Object.keys(localStorage).length") == 0
    say(page, "hello")
    expect(page.locator(".bubble.bot").last).not_to_contain_text("erased")
    page.reload()
    expect(log).to_contain_text("hello")
    expect(log).not_to_contain_text("wireless headphones")


def test_cart_from_a_card_to_the_last_line(page: Page) -> None:
    say(page, "desk lamp")
    card = page.locator("li.card").first
    card.get_by_role("button", name=re.compile("Add to cart:")).click()
    expect(page.locator(".bubble.bot").last).to_contain_text("Total")
    cart = page.get_by_role("button", name=re.compile(r"Show my cart \(1\)"))
    cart.click()
    lines = page.locator(".lines > li")
    expect(lines).to_have_count(1)
    lines.get_by_role("button", name=re.compile("One more of")).click()
    expect(page.locator(".quantity > span").last).to_have_text("2")
    page.get_by_role("button", name=re.compile("Remove")).last.click()
    expect(page.locator(".bubble.bot").last).to_contain_text("cart")
    expect(page.get_by_role("button", name="Show my cart", exact=True).first).to_be_visible()


def test_this_is_the_product_on_whose_page_the_shopper_is(page: Page) -> None:
    page.goto(page.url + "?product=jacket-001")
    say(page, "tell me more about this one")
    expect(page.locator(".bubble.bot").last).to_contain_text("Alderwick Skye")
    say(page, "show me similar ones")
    expect(page.locator("ul.cards").last.locator("li.card").nth(1)).to_be_visible()
    expect(page.locator(".bubble.bot").last).to_contain_text("Alderwick Skye")
    say(page, "what do you know about me?")
    expect(page.locator(".bubble.bot").last).to_contain_text("looked at (1)")


def test_starting_over_keeps_the_cart_and_forgetting_keeps_nothing(page: Page) -> None:
    say(page, "add jacket-001 to my cart")
    expect(page.get_by_role("button", name="Show my cart (1)")).to_be_visible()
    menu = page.get_by_role("button", name="More", exact=True)
    menu.click()
    page.get_by_role("button", name="Start over").click()
    page.get_by_role("button", name="Yes", exact=True).click()
    expect(page.get_by_text("add jacket-001 to my cart")).to_have_count(0)
    page.get_by_role("button", name="Show my cart").click()
    expect(page.locator(".lines > li")).to_have_count(1)
    menu.click()
    page.get_by_role("button", name="Forget me").click()
    page.get_by_role("button", name="Yes", exact=True).click()
    expect(page.get_by_role("log")).to_contain_text("a second look found none left")
    assert page.evaluate("Object.keys(localStorage).length") == 0
    page.get_by_role("button", name="Show my cart").click()
    expect(page.locator(".bubble.bot").last).to_contain_text(re.compile("empty|nothing in your cart"))


@contextmanager
def strict_shop(folder: Path, api: str, port: int) -> Iterator[str]:
    """A shop's page on another origin, with a strict Content-Security-Policy and styles that hide everything."""
    (folder / "index.html").write_text(
        f"""<!doctype html><html lang="en"><head><title>A strict shop</title>
        <link rel="stylesheet" href="hostile.css"><script type="module" src="{api}/widget.js"></script></head>
        <body><shoptalk-chat open></shoptalk-chat></body></html>""",
        encoding="utf-8",
    )
    (folder / "hostile.css").write_text(
        "body * { display: none !important; position: static !important; color: #fff; }"
    )

    class Handler(SimpleHTTPRequestHandler):
        def end_headers(self) -> None:
            policy = f"default-src 'none'; script-src {api}; connect-src {api}; img-src {api}; style-src 'self'"
            self.send_header("Content-Security-Policy", policy)
            super().end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", port), partial(Handler, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_a_strict_page_of_an_allowed_origin(
    browser: Browser, installation: Installation, shop_origin: str, tmp_path: Path
) -> None:
    with strict_shop(tmp_path, installation.url, int(shop_origin.rsplit(":", 1)[1])) as address:
        page = browser.new_context().new_page()
        page.goto(address)
        say(page, "red jacket")
        expect(page.locator("li.card").first).to_be_visible()
        page.context.close()


def test_an_origin_the_shop_did_not_allow_cannot_talk(
    browser: Browser, installation: Installation, tmp_path: Path
) -> None:
    with strict_shop(tmp_path, installation.url, 0) as address:
        page = browser.new_context().new_page()
        page.goto(address)
        say(page, "red jacket")
        expect(page.get_by_role("alert")).to_contain_text("could not reach the shop")
        page.context.close()
