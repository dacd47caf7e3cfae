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
    expect(page.locator("ul.products")).to_have_count(2)


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
    page.get_by_role("button", name="Yes").last.click()
    log = page.get_by_role("log")
    expect(log).to_contain_text("erased, and a second look found none left")
    expect(page.locator("[data-pending]")).to_have_count(0)
    assert page.evaluate("Object.keys(localStorage).length") == 0
    say(page, "hello")
    expect(page.locator(".message.bot").last).not_to_contain_text("erased")
    page.reload()
    expect(log).to_contain_text("hello")
    expect(log).not_to_contain_text("wireless headphones")


def test_by_keyboard_alone(page: Page) -> None:
    page.keyboard.press("Escape")
    launcher = page.get_by_role("button", name="Ask the shop assistant")
    expect(launcher).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your message")).to_be_focused()
    page.keyboard.type("desk lamp")
    page.keyboard.press("Enter")
    expect(page.locator("li.card").first).to_be_visible()
    expect(page.get_by_role("log")).to_contain_text("desk lamp")


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x onerror=alert(1)>",
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "{{constructor.constructor('alert(1)')()}}",
        "\u202egnp.exe\u2066",
        "=cmd|' /C calc'!A0",
        "'; DROP TABLE products; --",
        '/restart{"a": 1}',
    ],
)
def test_hostile_text_stays_text(page: Page, text: str) -> None:
    say(page, text)
    expect(page.locator(".message.bot, li.card").nth(1)).to_be_visible()
    assert (
        page.evaluate(
            "document.querySelector('shoptalk-chat').shadowRoot.querySelectorAll('script, img[src=x], iframe').length"
        )
        == 0
    )


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


def test_phone_and_desktop_fit_the_screen(browser: Browser, installation: Installation) -> None:
    for width, height in ((360, 740), (1280, 860)):
        context = browser.new_context(viewport={"width": width, "height": height})
        page = context.new_page()
        page.goto(installation.url + "/")
        say(page, "running shoes")
        expect(page.locator("li.card").first).to_be_visible()
        box = page.locator("section.panel").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= height
        context.close()
