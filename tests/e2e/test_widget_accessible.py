"""Can everybody use the widget: by the rules of WCAG 2.2 AA, by keyboard alone, by ear, and on any screen?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from scripted_gateway import Body, ScriptedGateway, card

pytestmark = pytest.mark.e2e

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LINE = {"quantity": 2, "line_total": "159.80", "more_payload": "m", "fewer_payload": "f", "remove_payload": "r"}
REPLIES: dict[str, list[Body]] = {
    "lamps": [
        {"type": "text", "text": "These fit best."},
        {"type": "products", "items": [card(1), card(2, in_stock=False, url="https://shop.example/2"), card(3)]},
        {"type": "constraints", "items": [{"label": "up to $100", "remove_payload": "drop"}]},
        {"type": "chips", "items": [{"title": "Cheaper", "payload": "cheaper"}]},
    ],
    "compare": [
        {"type": "comparison", "items": [card(1), card(2)], "rows": [{"label": "Price", "values": ["$79.90", ""]}]}
    ],
    "cart": [{"type": "cart", "text": "…", "listing": True, "items": [{**card(1), **LINE}], "total": "$159.80"}],
    "person": [{"type": "handoff", "status": "queued", "text": "Somebody will come.", "email": "help@shop.example"}],
}


@pytest.fixture
def page(browser: Browser, gateway: ScriptedGateway) -> Iterator[Page]:
    gateway.answer = lambda said: REPLIES.get(said, [{"type": "text", "text": f"You said {said}."}])
    context = browser.new_context(viewport={"width": 1280, "height": 860}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(gateway.url + "/")
    yield page
    context.close()


def say(page: Page, text: str) -> None:
    page.locator("textarea").fill(text)
    page.locator("textarea").press("Enter")


def violations(page: Page) -> list[tuple[str, Any]]:
    """What axe finds wrong, each with the nodes it is wrong with."""
    found = Axe().run(page, context="shoptalk-chat", options={"runOnly": RULES}).response["violations"]
    return [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found]


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong(
    page: Page, gateway: ScriptedGateway, scheme: Literal["light", "dark"], direction: str
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.evaluate(f"document.documentElement.dir = '{direction}'; document.querySelector('shoptalk-chat').remove()")
    page.evaluate("document.body.append(Object.assign(document.createElement('shoptalk-chat')))")
    page.get_by_role("button", name="Ask the shop assistant").click()
    assert violations(page) == []
    for text in REPLIES:
        say(page, text)
    expect(page.get_by_text("help@shop.example")).to_be_visible()
    page.get_by_role("button", name="Not for me: Lamp 1").click()
    expect(page.get_by_role("button", name="Too expensive")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="More", exact=True).click()
    assert violations(page) == []
    page.get_by_role("button", name="Forget me").click()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Enlarge the picture of Lamp 1").first.click()
    assert violations(page) == []
    page.keyboard.press("Escape")
    gateway.refusing = 503
    say(page, "waits")
    expect(page.get_by_role("alert")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Close the chat").click()
    assert violations(page) == []


def test_a_whole_purchase_by_keyboard_alone(page: Page, gateway: ScriptedGateway) -> None:
    launcher = page.get_by_role("button", name="Ask the shop assistant")
    page.locator("textarea").press("Escape")
    expect(launcher).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("textarea")).to_be_focused()
    page.keyboard.type("lamps")
    page.keyboard.press("Enter")
    expect(page.locator("li.card")).to_have_count(3)
    page.keyboard.press("Shift+Tab")  # from the composer back through chip, condition and cards
    expect(page.get_by_role("button", name="Cheaper")).to_be_focused()
    for _ in range(30):
        if page.get_by_role("button", name="Enlarge the picture of Lamp 1").evaluate(
            "(node) => node.matches(':focus')"
        ):
            break
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="Enlarge the picture of Lamp 3")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Lamp 3")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Lamp 3")).to_have_count(0)
    expect(page.get_by_role("button", name="Enlarge the picture of Lamp 3")).to_be_focused()
    page.get_by_role("button", name="Add to cart: Lamp 3").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("You said add-3.")).to_be_visible()
    assert gateway.posted("/api/messages")[-1]["payload"] == "add-3"


def test_the_menu_by_keyboard(page: Page) -> None:
    more = page.get_by_role("button", name="More", exact=True)
    more.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Talk to a person")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("button", name="Forget me")).to_be_focused()
    page.keyboard.press("Escape")
    expect(more).to_be_focused()
    expect(page.locator(".panel")).to_be_visible()


def test_a_screen_reader_hears_the_sentence_and_the_names_but_no_history(page: Page) -> None:
    log = page.get_by_role("log", name="Conversation")
    expect(log).to_have_attribute("aria-live", "polite")
    say(page, "lamps")
    summary = log.get_by_text("3 products: Lamp 1; Lamp 2; Lamp 3")
    expect(summary).to_have_count(1)
    expect(log.get_by_role("region", name="3 products")).to_have_attribute("aria-live", "off")
    page.add_init_script(
        """new MutationObserver(() => {
          const log = document.querySelector("shoptalk-chat")?.shadowRoot?.querySelector(".log");
          if (log && !window.watched) {
            window.watched = [];
            new MutationObserver(() => watched.push(log.getAttribute("aria-live"))).observe(log, { childList: true });
          }
        }).observe(document, { childList: true, subtree: true })"""
    )
    page.reload()
    expect(summary).to_have_count(1)
    expect(log).to_have_attribute("aria-live", "polite")


def test_targets_are_large_enough(page: Page) -> None:
    for text in REPLIES:
        say(page, text)
    expect(page.get_by_text("help@shop.example")).to_be_visible()
    page.get_by_role("button", name="Not for me: Lamp 1").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    small = page.evaluate(
        """() => [...document.querySelector("shoptalk-chat").shadowRoot.querySelectorAll("button, textarea, h3 > a")]
          .filter((node) => node.checkVisibility())
          .map((node) => [node.getAttribute("aria-label") ?? node.textContent, node.getBoundingClientRect()])
          .filter(([, box]) => box.width < 24 || box.height < 24).map(([name]) => name)"""
    )
    assert small == []


@pytest.mark.parametrize(("width", "height"), [(320, 568), (390, 844), (768, 1024), (1280, 860), (844, 390)])
def test_it_fits_the_screen_and_no_page_scrolls_sideways(
    browser: Browser, gateway: ScriptedGateway, width: int, height: int
) -> None:
    gateway.answer = lambda said: REPLIES[said]
    context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(gateway.url + "/")
    for text in REPLIES:
        say(page, text)
    expect(page.get_by_text("help@shop.example")).to_be_visible()
    box = page.locator("section.panel").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] + box["height"] <= height
    log = "document.querySelector('shoptalk-chat').shadowRoot.querySelector('.log')"
    assert page.evaluate(f"{log}.scrollWidth <= {log}.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_on_a_phone_the_focus_stays_in_the_panel_that_covers_the_page(
    browser: Browser, gateway: ScriptedGateway
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(gateway.url + "/")
    expect(page.locator(".panel")).to_have_attribute("aria-modal", "true")
    page.get_by_role("button", name="Send").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Show my cart")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Send")).to_be_focused()
    context.close()
