"""Does hostile text stay text in the widget, whoever sends it: a shopper, a feed, a person of the shop, the page?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hostile import HOSTILE, HOSTILE_ADDRESSES, LONG
from playwright.sync_api import Browser, Page, expect
from scripted_gateway import Body, ScriptedGateway, card

pytestmark = pytest.mark.e2e

# What a message of the widget may consist of; everything else came out of somebody's text.
OWN_ELEMENTS = {
    "a", "bdi", "button", "dialog", "div", "form", "h2", "h3", "header", "i", "img", "li", "p", "path", "section",
    "span", "strong", "svg", "table", "tbody", "td", "textarea", "th", "thead", "time", "tr", "ul",
}  # fmt: skip
FOREIGN = """(own) => {
  const root = document.querySelector("shoptalk-chat").shadowRoot;
  const names = [...root.querySelectorAll("*")].map((node) => node.localName);
  const sized = (node) => node.localName === "textarea" || node.id === "panel"; // their height is the widget's own
  const handlers = [...root.querySelectorAll("*")].flatMap((node) => [...node.attributes].filter(({ name }) =>
    name.startsWith("on") || name === "srcdoc" || (name === "style" && !sized(node))));
  const addresses = [...root.querySelectorAll("[href], [src]")].map((node) => node.href || node.src);
  return {
    elements: [...new Set(names.filter((name) => !own.includes(name)))],
    handlers: handlers.map(({ name }) => name),
    addresses: addresses.filter((address) => !/^(https?|mailto):/.test(address)),
    pwned: Boolean(window.pwned) || document.querySelector("pwned, base, shoptalk-chat shoptalk-chat") !== null,
    title: document.title,
  };
}"""
CLEAN = {"elements": [], "handlers": [], "addresses": [], "pwned": False, "title": "Shoptalk demo shop"}


@pytest.fixture
def page(browser: Browser, gateway: ScriptedGateway) -> Iterator[Page]:
    """The demo page; a dialog, an error, a word on the console or a way out of the gateway fails the test."""
    wrong: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    page = context.new_page()
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on("console", lambda message: wrong.append(f"console: {message.text}"))
    page.on("dialog", lambda dialog: (wrong.append("dialog: " + dialog.message), dialog.dismiss()))
    page.on("request", lambda request: wrong.append(request.url) if "127.0.0.1:9/" in request.url else None)
    page.goto(gateway.url + "/")
    yield page
    assert page.evaluate(FOREIGN, sorted(OWN_ELEMENTS)) == CLEAN
    context.close()
    assert wrong == []


def short(text: str) -> str:
    return text[:2000]


def shown(page: Page, count: int) -> None:
    expect(page.locator(".row.bot")).to_have_count(count + 1)  # and the greeting


def send(page: Page, text: str) -> None:
    page.evaluate("(text) => document.querySelector('shoptalk-chat').send(text)", text)


def test_as_what_a_shopper_says(page: Page, gateway: ScriptedGateway) -> None:
    texts = [short(text) for text in HOSTILE.values() if text.strip()]
    for text in texts:
        send(page, text)
    expect(page.locator(".row.shopper")).to_have_count(len(texts))
    shown(page, len(texts))
    assert [body["text"] for body in gateway.posted("/api/messages")] == [text.strip() for text in texts]


def test_a_megabyte_is_not_sent(page: Page, gateway: ScriptedGateway) -> None:
    page.get_by_label("Your message").fill(LONG)
    page.get_by_label("Your message").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("1000000 characters")
    assert gateway.requests == []


def test_as_what_the_assistant_and_people_of_the_shop_say(page: Page, gateway: ScriptedGateway) -> None:
    send(page, "hello")
    shown(page, 1)
    for text in HOSTILE.values():
        gateway.say({"type": "text", "text": text}, "human", agent=text[:80])
        gateway.say({"type": "handoff", "status": "unavailable", "text": text, "email": short(text)})
    expect(page.locator(".row.human")).to_have_count(len(HOSTILE), timeout=20_000)
    gateway.speaks(speaker="human", agent=HOSTILE["script"])
    expect(page.locator(".status")).to_contain_text(HOSTILE["script"])


def test_as_what_a_feed_says(page: Page, gateway: ScriptedGateway) -> None:
    items = [
        card(
            number, title=text, brand=text, currency=text[:3], reasons=[text], id=short(text),
            impression_id=short(text), price="1e999" if number % 2 else text[:20],
        )
        for number, text in enumerate(HOSTILE.values())
    ]  # fmt: skip
    line = {"quantity": 1, "line_total": "1", "more_payload": "m", "fewer_payload": "f", "remove_payload": "r"}
    rows = [{"label": text, "values": [text, text]} for text in HOSTILE.values()]
    replies: dict[str, list[Body]] = {
        "products": [{"type": "products", "items": items}],
        "comparison": [{"type": "comparison", "items": items[:2], "rows": rows}],
        "cart": [
            {"type": "cart", "text": HOSTILE["svg load"], "listing": True, "total": HOSTILE["script"],
             "items": [{**item, **line} for item in items]}
        ],
        "chips": [
            {"type": "chips", "items": [{"title": text, "payload": short(text)} for text in HOSTILE.values()]},
            {"type": "constraints", "items": [{"label": t, "remove_payload": short(t)} for t in HOSTILE.values()]},
        ],
    }  # fmt: skip
    gateway.answer = lambda said: replies.get(said, [])
    for name in replies:
        send(page, name)
    expect(page.locator("li.card")).to_have_count(len(items), timeout=20_000)
    expect(page.locator(".lines > li")).to_have_count(len(items), timeout=20_000)
    expect(page.locator(".constraints .chip")).to_have_count(len(HOSTILE), timeout=20_000)
    page.locator(".constraints .chip").nth(1).click()
    page.get_by_role("button", name="I like").first.click()
    page.get_by_role("button", name="More", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save this conversation").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert "<script>alert(1)</script>" in text
    assert not any(character in text for character in "\x1b\x07\x00\u202e\u2066")


def test_as_addresses_of_a_feed(page: Page, gateway: ScriptedGateway) -> None:
    items = [
        card(number, title=name, url=address, image_url=address)
        for number, (name, address) in enumerate(HOSTILE_ADDRESSES.items())
        if not name.startswith("tag")
    ]
    page.route("https://shop.example/**", lambda route: route.fulfill(status=204))
    gateway.answer = lambda said: [{"type": "products", "items": items}]
    send(page, "addresses")
    expect(page.locator("li.card")).to_have_count(len(items))
    links: list[Any] = page.locator("li.card a").all()
    addresses = {link.get_attribute("href") for link in links}
    assert addresses == {"https://shop.example/%22onmouseover=%22alert(1)"}
    page.wait_for_timeout(200)


def test_as_attributes_of_the_page(page: Page) -> None:
    page.evaluate(
        """(texts) => { for (const text of texts) {
          const chat = document.createElement("shoptalk-chat");
          for (const name of ["greeting", "name", "starters", "product", "identity", "lang", "theme", "position"])
            chat.setAttribute(name, text);
          document.querySelector("main").append(chat);
          chat.open();
        } }""",
        [text for name, text in HOSTILE.items() if name not in {"long", "null"}],
    )
    expect(page.locator(".panel")).to_have_count(len(HOSTILE) - 1, timeout=20_000)
    page.evaluate("document.querySelector('main').replaceChildren()")
