"""Does the widget lose nothing, and leave nothing behind, when lines drop, tabs and elements come and go?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from scripted_gateway import ScriptedGateway, card

pytestmark = pytest.mark.e2e

CHAT = "document.querySelector('shoptalk-chat')"


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, gateway: ScriptedGateway) -> Iterator[Page]:
    """The demo page; an error on it fails the test."""
    errors: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(gateway.url + "/")
    yield page
    assert errors == []


def own_page(page: Page, gateway: ScriptedGateway, body: str) -> None:
    """Any shop's page with the widget's script, on which `body` stands."""
    script = '<script type="module" src="/widget.js"></script>'
    head = '<meta charset="utf-8"><title>Shop</title>' + script
    html = f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>'

    def give(route: Route) -> None:
        route.fulfill(body=html, content_type="text/html")

    page.route("**/own", give)
    page.goto(gateway.url + "/own")


def say(page: Page, text: str) -> None:
    box = page.get_by_label("Your message").first
    box.fill(text)
    box.press("Enter")


def test_what_is_written_while_the_line_is_down_is_sent_once_and_in_order(page: Page, gateway: ScriptedGateway) -> None:
    say(page, "zero")
    expect(page.get_by_text("You said zero.")).to_be_visible()
    gateway.refusing = 503
    say(page, "one")
    say(page, "two")
    expect(page.locator(".held")).to_have_count(2)
    expect(page.get_by_role("alert")).to_contain_text("refuses")
    gateway.refusing = None
    page.get_by_role("button", name="Try now").click()
    expect(page.get_by_text("You said two.")).to_be_visible()
    expect(page.get_by_role("alert")).to_be_hidden()
    expect(page.locator(".bubble.shopper")).to_have_text(["zero", "one", "two"])
    kept = [turn for record in gateway.records.values() for turn in record.turns]
    assert len(kept) == 3


def test_what_waits_outlives_a_reload(page: Page, gateway: ScriptedGateway, context: BrowserContext) -> None:
    say(page, "first")
    expect(page.get_by_text("You said first.")).to_be_visible()
    page.route("**/api/messages", lambda route: route.abort())
    say(page, "kept")
    expect(page.get_by_role("alert")).to_contain_text("will be sent once the line is back")
    page.unroute("**/api/messages")
    page.reload()
    expect(page.get_by_text("You said kept.")).to_be_visible()
    expect(page.locator(".bubble.shopper")).to_have_text(["first", "kept"])
    expect(page.locator("[data-pending]")).to_have_count(0)


def test_an_answer_that_got_lost_on_the_way_is_not_asked_for_twice(page: Page, gateway: ScriptedGateway) -> None:
    lost: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().text())
            route.abort()
        else:
            route.continue_()

    page.route("**/api/messages", lose)
    say(page, "once")
    expect(page.get_by_text("You said once.")).to_be_visible()
    expect(page.locator(".bubble.shopper")).to_have_count(1)
    assert len(next(iter(gateway.records.values())).turns) == 1


def test_what_the_gateway_never_takes_does_not_hold_up_the_rest(page: Page, gateway: ScriptedGateway) -> None:
    say(page, "zero")
    expect(page.get_by_text("You said zero.")).to_be_visible()
    gateway.refusing = 400
    say(page, "wrong")
    expect(page.locator(".refused")).to_contain_text("Not sent")
    gateway.refusing = None
    say(page, "right")
    expect(page.get_by_text("You said right.")).to_be_visible()
    page.reload()
    expect(page.get_by_text("You said right.")).to_be_visible()
    expect(page.get_by_text("wrong")).to_have_count(0)


def test_a_session_that_is_gone_is_replaced_and_the_message_arrives(page: Page, gateway: ScriptedGateway) -> None:
    say(page, "before")
    expect(page.get_by_text("You said before.")).to_be_visible()
    gateway.records.clear()
    say(page, "after")
    expect(page.get_by_text("You said after.")).to_be_visible()
    expect(page.get_by_text("You said before.")).to_have_count(0)
    assert len(gateway.records) == 1


def test_tabs_share_one_stream_and_the_next_takes_over(
    page: Page, gateway: ScriptedGateway, context: BrowserContext
) -> None:
    say(page, "hello")
    expect(page.get_by_text("You said hello.")).to_be_visible()
    others = [context.new_page() for _ in range(3)]
    for other in others:
        other.goto(gateway.url + "/")
        expect(other.get_by_text("You said hello.")).to_be_visible()
    assert gateway.streams == 1
    gateway.say({"type": "text", "text": "News for everybody."})
    for one in [page, *others]:
        expect(one.get_by_text("News for everybody.")).to_have_count(1)
    page.goto("about:blank")
    gateway.say({"type": "text", "text": "Still here."})
    for other in others:
        expect(other.get_by_text("Still here.")).to_have_count(1)
    assert gateway.streams == 1


def test_tabs_agree_on_votes_beginnings_and_endings(
    page: Page, gateway: ScriptedGateway, context: BrowserContext
) -> None:
    gateway.answer = lambda said: [{"type": "products", "items": [card()]}]
    say(page, "lamps")
    other = context.new_page()
    other.goto(gateway.url + "/")
    expect(other.locator("li.card")).to_be_visible()
    page.get_by_role("button", name="I like Lamp 1").click()
    expect(other.get_by_role("button", name="I like Lamp 1")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("button", name="Start over").click()
    page.get_by_role("button", name="Yes", exact=True).click()
    for one in (page, other):
        expect(one.locator("li.card")).to_have_count(0)
    say(other, "again")
    expect(page.locator("li.card")).to_be_visible()
    assert len(gateway.records) == 2


def test_an_element_that_leaves_takes_its_line_along_and_comes_back(page: Page, gateway: ScriptedGateway) -> None:
    say(page, "hello")
    expect(page.get_by_text("You said hello.")).to_be_visible()
    page.wait_for_function("true")
    page.evaluate(f"window.chat = {CHAT}; for (let i = 0; i < 5; i++) {{ chat.remove(); document.body.append(chat); }}")
    gateway.say({"type": "text", "text": "Welcome back."})
    expect(page.get_by_text("Welcome back.")).to_have_count(1)
    expect(page.get_by_text("You said hello.")).to_have_count(1)
    expect.soft(page.locator(".panel")).to_have_count(1)
    assert gateway.streams == 1
    page.evaluate("chat.remove()")
    gateway.say({"type": "text", "text": "Nobody hears this."})
    page.wait_for_function("(async () => (await navigator.locks.query()).held.length === 0)()")
    for _ in range(100):
        if gateway.streams == 0:
            break
        page.wait_for_timeout(50)
    assert gateway.streams == 0
    page.evaluate("document.body.append(chat)")
    expect(page.get_by_text("Nobody hears this.")).to_have_count(1)


def test_two_on_one_page_are_one_conversation(page: Page, gateway: ScriptedGateway) -> None:
    script = '<script type="module" src="/widget.js?again"></script>'
    chats = '<shoptalk-chat position="inline"></shoptalk-chat><shoptalk-chat position="start" open></shoptalk-chat>'
    own_page(page, gateway, script + chats)
    expect(page.locator(".panel")).to_have_count(2)
    say(page, "hello")
    expect(page.get_by_text("You said hello.")).to_have_count(2)
    expect(page.locator(".bubble.shopper")).to_have_text(["hello", "hello"])
    assert len(gateway.records) == 1
    assert gateway.streams == 1


def test_back_and_forth_in_the_history_goes_on_with_the_talk(page: Page, gateway: ScriptedGateway) -> None:
    say(page, "hello")
    expect(page.get_by_text("You said hello.")).to_be_visible()
    page.goto(gateway.url + "/?product=p1")
    expect(page.get_by_text("You said hello.")).to_be_visible()
    page.go_back()
    gateway.say({"type": "text", "text": "Here again."})
    expect(page.get_by_text("Here again.")).to_have_count(1)
    expect(page.get_by_text("You said hello.")).to_have_count(1)


def test_a_page_loads_less_than_40_kb(browser: Browser, gateway: ScriptedGateway) -> None:
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    own_page(page, gateway, '<shoptalk-chat lang="zh" open></shoptalk-chat>')
    expect(page.locator(".panel")).to_be_visible()
    loaded = "performance.getEntriesByType('resource').filter(({ name }) => name.includes('/widget'))"
    entries: list[float] = page.evaluate(f"{loaded}.map((one) => one.encodedBodySize)")
    assert len(entries) > 10
    assert 10_000 < sum(entries) < 40_000
    context.close()


def test_methods_and_events(page: Page, gateway: ScriptedGateway) -> None:
    line = {
        "id": "p1", "title": "Lamp 1", "brand": "", "price": "10.00", "currency": "USD", "quantity": 2,
        "line_total": "20.00", "in_stock": True, "image_url": "", "url": "", "remove_payload": "remove-1",
    }  # fmt: skip
    gateway.answer = lambda said: [
        {"type": "products", "items": [card()]},
        {"type": "cart", "text": "Lamp 1 is in your cart.", "listing": False, "items": [line], "total": "$20.00"},
    ]
    own_page(page, gateway, "<shoptalk-chat></shoptalk-chat>")
    page.evaluate(
        """window.seen = []; for (const name of ["open", "close", "message", "product", "cart"])
        document.addEventListener("shoptalk-" + name, (event) => {
          seen.push([name, event.detail]);
          if (name === "product") event.preventDefault();
        })"""
    )
    expect(page.locator(".panel")).to_be_hidden()
    page.evaluate(f"{CHAT}.open()")
    expect(page.get_by_label("Your message")).to_be_focused()
    page.evaluate(f"{CHAT}.send('lamps please')")
    page.get_by_role("link", name="Lamp 1").click()
    page.evaluate(f"{CHAT}.toggle()")
    expect(page.locator(".panel")).to_be_hidden()
    seen: list[tuple[str, Any]] = page.evaluate("seen")
    assert [name for name, _ in seen] == ["open", "message", "message", "message", "cart", "product", "close"]
    details = dict(seen)
    assert details["product"] == {"id": "p1", "title": "Lamp 1", "url": gateway.url + "/?product=p1"}
    assert details["cart"] == {
        "items": [{"id": "p1", "title": "Lamp 1", "quantity": 2, "price": "10.00", "currency": "USD"}],
        "total": "$20.00",
    }
    assert page.url.endswith("/own")


def test_the_product_on_the_page_goes_along_and_its_view_is_reported_once_there_is_a_talk(
    page: Page, gateway: ScriptedGateway
) -> None:
    own_page(
        page,
        gateway,
        '<shoptalk-chat product="p7" open></shoptalk-chat>',
    )
    expect(page.locator(".panel")).to_be_visible()
    assert gateway.requests == []  # nothing is sent before the shopper says something
    say(page, "is this one waterproof?")
    expect(page.locator(".bubble.bot")).to_have_count(2)
    page.evaluate(f"{CHAT}.setAttribute('product', 'p8')")
    page.wait_for_timeout(300)
    say(page, "and this?")
    expect(page.locator(".bubble.bot")).to_have_count(3)
    assert [body["product_id"] for body in gateway.posted("/api/messages")] == ["p7", "p8"]
    events = [event for body in gateway.posted("/api/events") for event in body["events"]]
    assert [(event["kind"], event["item_id"]) for event in events] == [("view", "p7"), ("view", "p8")]


def test_unread_messages_are_counted_while_it_is_closed(page: Page, gateway: ScriptedGateway) -> None:
    say(page, "hello")
    expect(page.get_by_text("You said hello.")).to_be_visible()
    page.get_by_role("button", name="Close the chat").click()
    gateway.say({"type": "text", "text": "One."})
    gateway.say({"type": "text", "text": "Two."}, "human", agent="Ana")
    expect(page.get_by_role("button", name="2 unread messages")).to_be_visible()
    page.reload()
    page.get_by_role("button", name="2 unread messages").click()
    expect(page.get_by_text("Ana", exact=True)).to_be_visible()
    page.get_by_role("button", name="Close the chat").click()
    expect(page.get_by_role("button", name="Ask the shop assistant", exact=True)).to_be_visible()


def test_who_speaks_and_the_place_in_the_queue_are_shown(page: Page, gateway: ScriptedGateway) -> None:
    say(page, "hello")
    expect(page.get_by_text("You said hello.")).to_be_visible()
    status = page.locator(".status")
    gateway.speaks(speaker="queued", position=2)
    expect(status).to_have_text("You are number 2 in line for a person")
    gateway.speaks(speaker="human", agent="Ana")
    expect(status).to_have_text("You are talking with Ana")
    page.get_by_role("button", name="More", exact=True).click()
    expect(page.get_by_role("button", name="Talk to a person")).to_be_hidden()
    gateway.speaks(speaker="bot")
    expect(status).to_have_text("Knows our whole catalogue")


def test_the_menu_presses_what_the_gateway_offered(page: Page, gateway: ScriptedGateway) -> None:
    page.get_by_role("button", name="Show my cart").click()
    expect(page.get_by_text("You said menu-cart.")).to_be_visible()
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("button", name="Talk to a person").click()
    expect(page.get_by_text("You said menu-human.")).to_be_visible()


def test_a_code_takes_the_shopper_to_telegram(page: Page, gateway: ScriptedGateway) -> None:
    own_page(page, gateway, "<shoptalk-chat telegram open></shoptalk-chat>")
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("button", name="Go on in Telegram").click()
    expect(page.get_by_text("ABCD-EFGH", exact=True)).to_be_visible()
    link = page.get_by_role("link", name="Open Telegram")
    expect(link).to_have_attribute("href", "https://t.me/shop_bot?start=ABCD-EFGH")


def test_the_conversation_is_saved_as_plain_text(page: Page, gateway: ScriptedGateway) -> None:
    gateway.answer = lambda said: [{"type": "text", "text": "Two\nlines"}, {"type": "products", "items": [card()]}]
    say(page, "lamps")
    expect(page.locator("li.card")).to_be_visible()
    page.get_by_role("button", name="More", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save this conversation").click()
    assert re.fullmatch(r"conversation-\d{4}-\d\d-\d\d\.txt", download.value.suggested_filename)
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert "You: lamps" in text
    assert "Assistant: Two\n    lines" in text
    assert "1. Lamp 1, $79.90, /?product=p1" in text


def test_forget_me_asks_first_and_leaves_nothing_in_the_browser(page: Page, gateway: ScriptedGateway) -> None:
    say(page, "hello")
    expect(page.get_by_text("You said hello.")).to_be_visible()
    for answer in ("Cancel", "Yes"):
        assert len(gateway.records) == 1
        page.get_by_role("button", name="More", exact=True).click()
        page.get_by_role("button", name="Forget me").click()
        page.get_by_role("button", name=answer, exact=True).click()
    expect(page.get_by_text("All 3 records were erased.")).to_be_visible()
    expect(page.get_by_text("You said hello.")).to_have_count(0)
    assert gateway.records == {}
    assert page.evaluate("Object.keys(localStorage).length") == 0


def test_without_storage_it_works_as_long_as_the_page(context: BrowserContext, gateway: ScriptedGateway) -> None:
    context.add_init_script(
        "for (const name of ['localStorage', 'sessionStorage'])"
        " Object.defineProperty(window, name, { get() { throw new DOMException('blocked', 'SecurityError'); } })"
    )
    page = context.new_page()
    page.goto(gateway.url + "/")
    say(page, "hello")
    expect(page.get_by_text("You said hello.")).to_be_visible()


@pytest.mark.parametrize(("lang", "launcher"), [("zh-CN", "咨询导购助手"), ("fr", "Ask the shop assistant")])
def test_it_speaks_the_language_of_the_page(page: Page, gateway: ScriptedGateway, lang: str, launcher: str) -> None:
    own_page(page, gateway, f'<shoptalk-chat lang="{lang}"></shoptalk-chat>')
    page.get_by_role("button", name=launcher).click()
    page.locator("textarea").fill("hello")
    page.locator("textarea").press("Enter")
    expect(page.locator(".bubble.bot")).to_have_count(2)
    assert gateway.posted("/api/sessions") == [{"language": lang}]


def test_every_shipped_language_says_everything(page: Page) -> None:
    tables = page.evaluate(
        """() => Promise.all(["en", "zh"].map(async (name) => (await import(`/widget/strings/${name}.js`)).default))"""
    )
    english, chinese = (
        {
            key: {*re.findall(r"\{(\w+)\}", str(words)), *(words if key == "reasons" else ())}
            for key, words in one.items()
        }
        for one in tables
    )
    assert english == chinese


def test_a_shops_own_strings_and_starters(page: Page, gateway: ScriptedGateway) -> None:
    page.route("**/own.json", lambda route: route.fulfill(json={"launcher": "Hej!", "send": "Skicka"}))
    attributes = 'strings="/own.json" greeting="Välkommen" starters="Lampor | Stolar" name="Nord"'
    own_page(page, gateway, f"<shoptalk-chat {attributes}></shoptalk-chat>")
    page.get_by_role("button", name="Hej!").click()
    expect(page.get_by_text("Välkommen")).to_be_visible()
    expect(page.get_by_role("heading", name="Nord")).to_be_visible()
    expect(page.get_by_role("button", name="Skicka")).to_be_visible()
    page.get_by_role("button", name="Stolar").click()
    expect(page.get_by_text("You said Stolar.")).to_be_visible()


def test_a_text_that_is_too_long_stays_with_who_wrote_it(page: Page, gateway: ScriptedGateway) -> None:
    say(page, "x" * 2001)
    expect(page.get_by_role("alert")).to_contain_text("2001 characters; 2000 are the most")
    expect(page.get_by_label("Your message")).to_have_value("x" * 2001)
    assert gateway.requests == []
