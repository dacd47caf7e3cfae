"""Do two agents and a shopper get along in real browsers, and does each way in which a handover can fail end well?"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from hostile import HOSTILE
from playwright.sync_api import Browser, Page, expect
from shopper import Shopper
from sqlalchemy import select
from staff_console import add_accounts

from benchmarks.installation import Installation
from feedback.desk import at_the_desk, leave_desk
from feedback.handoff import Agent, Handoffs
from feedback.handoff_tables import HandoffRow
from feedback.staff.roles import Role
from recommender.db import Database
from recommender.settings import Settings

pytestmark = pytest.mark.e2e

SLOW_MS = 30_000


@pytest.fixture(scope="module")
def passwords(installation: Installation) -> dict[str, str]:
    return add_accounts(installation.home, {"Ada": Role.AGENT, "Ben": Role.AGENT, "Olga": Role.ADMIN})


class _Silent:
    """Knows no sentence: those whom an earlier test left are told nothing that counts."""

    def say(self, key: str, said: Sequence[str] = (), /, **_slots: object) -> str:
        return key


@pytest.fixture(autouse=True)
def empty_desk(installation: Installation) -> None:
    """Nobody is at the desk, waits, or talks with a person any more, whatever an earlier test left."""
    database, now, steps = Database(Settings(home=installation.home).sql_url), datetime.now(UTC), Handoffs(_Silent())
    with database.transaction() as session:
        for one in at_the_desk(session, now):
            leave_desk(session, one.agent, now)
        for handoff in session.scalars(select(HandoffRow).where(HandoffRow.ended_at.is_(None))).all():
            if handoff.agent_id is None:
                steps.give_up(session, handoff.session_id, now)
            else:
                steps.close(session, handoff.session_id, Agent(handoff.agent_id, handoff.agent_name or ""), now)
    database.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[[str], Page]]:
    """Browser profiles; an error, a dialog or a foreign element in any of them fails the test."""
    wrong: list[str] = []
    pages: list[Page] = []

    def open_page(url: str) -> Page:
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.set_default_timeout(SLOW_MS)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: (wrong.append("dialog: " + dialog.message), dialog.dismiss()))
        page.goto(url)
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        if not page.is_closed():
            assert page.evaluate("window.pwned === undefined && document.querySelector('pwned') === null")
            page.context.close()
    assert wrong == []


@pytest.fixture
def agent(
    open_page: Callable[[str], Page], installation: Installation, passwords: dict[str, str]
) -> Callable[..., Page]:
    """Somebody logged in, at their desk, whose page takes keys."""

    def log_in(name: str, path: str = "/agents") -> Page:
        page = open_page(installation.staff_url + path)
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(passwords[name])
        page.get_by_role("button", name="Log in").click()
        page.wait_for_function("window.did_handshake")
        if path == "/agents":
            expect(page.get_by_text(re.compile("^I am (here|away)$"))).to_be_visible(timeout=SLOW_MS)
        return page

    return log_in


def heard(shopper: Shopper) -> list[dict[str, Any]]:
    """Everything in the conversation, as the shopper's client reads it."""
    found: list[dict[str, Any]] = shopper.client.get("/api/messages").json()["messages"]
    return found


def hears(shopper: Shopper, holds: Callable[[list[dict[str, Any]]], bool], seconds: float = 60) -> list[dict[str, Any]]:
    """Read until it holds; streams are tested elsewhere."""
    end = time.monotonic() + seconds
    while not holds(messages := heard(shopper)):
        assert time.monotonic() < end, messages[-4:]
        time.sleep(0.2)
    return messages


def told(messages: list[dict[str, Any]]) -> list[str]:
    return [message["body"]["status"] for message in messages if message["body"]["type"] == "handoff"]


def speaks(shopper: Shopper) -> dict[str, Any]:
    found: dict[str, Any] = shopper.client.get("/api/speaker").json()
    return found


def answer(page: Page) -> Any:
    return page.get_by_label("Answer", exact=True)


def finder(page: Page) -> Any:
    return page.locator("input[aria-label='Find a product']")


def take(page: Page, shopper: Shopper, name: str) -> None:
    """Open the shopper's conversation and answer it."""
    page.goto(page.url.split("/agents")[0] + f"/agents?c={shopper.session_id}")
    page.wait_for_function("window.did_handshake")
    expect(page.get_by_role("button", name=re.compile(r"\(T\)"))).to_be_visible()
    page.keyboard.press("T")
    expect(page.get_by_text(f"{name} answers here.")).to_be_visible()


def test_a_shopper_two_agents_and_the_assistant_never_talk_over_each_other(
    agent: Callable[..., Page], open_page: Callable[[str], Page], installation: Installation
) -> None:
    ada, ben = agent("Ada"), agent("Ben")
    shop = open_page(installation.url + "/")

    def say(text: str) -> None:
        shop.get_by_label("Your message").fill(text)
        shop.get_by_label("Your message").press("Enter")

    say("a blue jacket under 150")
    expect(shop.locator("li.card").first).to_be_visible()
    say("I want to talk to a person")
    expect(shop.get_by_text(re.compile("number 1 in the queue"))).to_be_visible()
    for page in (ada, ben):
        expect(page.get_by_text("waits for a person").first).to_be_visible()
    ada.keyboard.press("N")
    expect(ada.get_by_text("Ada answers here.")).to_be_visible()
    expect(shop.get_by_text("Ada has joined and answers you from here on.")).to_be_visible()
    ben.keyboard.press("j")
    expect(ben.get_by_text("Ada answers here.")).to_be_visible()
    ben.keyboard.press("T")
    expect(ben.get_by_text("Ada has this conversation already.")).to_be_visible()
    # The shopper goes on, and only Ada answers: a draft under its key, changed, sent by hand.
    say("How long does delivery take?")
    expect(ada.get_by_text(re.compile("Shop's text: How long does delivery take"))).to_be_visible()
    answer(ada).press("Escape")
    ada.keyboard.press("1")
    expect(answer(ada)).to_have_value(re.compile("Standard delivery takes 3 to 5 working days"))
    answer(ada).press("End")
    answer(ada).press_sequentially(" Anything else?")
    expect(ben.get_by_text("Ada types").first).to_be_visible()
    answer(ada).press("Control+Enter")
    expect(shop.get_by_text(re.compile("free for orders of .* Anything else\\?"))).to_be_visible()
    expect(shop.get_by_text("Ada", exact=True).first).to_be_visible()
    answer(ada).press("Escape")
    # A product goes along with the next answer, with its live price.
    ada.keyboard.press("f")
    finder(ada).fill("blue rain jacket")
    expect(ada.get_by_text(re.compile(r"in stock · ")).first).to_be_visible()
    finder(ada).press("Enter")
    finder(ada).press("Escape")
    before = shop.locator("li.card").count()
    answer(ada).fill("This one keeps the rain out:")
    answer(ada).press("Control+Enter")
    expect(shop.locator("li.card")).to_have_count(before + 1)
    answer(ada).press("Escape")
    ada.keyboard.press("B")
    expect(shop.get_by_text(re.compile("I'm the assistant again"))).to_be_visible()
    shop.get_by_role("button", name="Very good").click()
    expect(shop.get_by_text(re.compile("^Thank you"))).to_be_visible()
    say("why the first one?")
    expect(shop.locator(".row.bot").last).not_to_contain_text("Ada")


def test_when_nobody_is_there_the_shopper_hears_it_and_the_address_reaches_the_desk(
    agent: Callable[..., Page], shopper: Shopper
) -> None:
    replies = shopper.say("I want to talk to a human")
    assert replies[0]["status"] == "unavailable"
    assert "e-mail" in replies[0]["text"]
    assert "eva@example.org" in shopper.say("eva@example.org")[0]["text"]
    ada = agent("Ada")
    ada.get_by_label("Which conversations").click()
    ada.get_by_role("option", name="To answer by e-mail").click()
    ada.get_by_text("answer to eva@example.org").click()
    ada.get_by_role("button", name="Answered eva@example.org by e-mail").click()
    expect(ada.get_by_text("answer to eva@example.org")).to_have_count(0)


def test_when_nobody_answers_the_shopper_is_told_and_the_assistant_is_back(
    agent: Callable[..., Page], installation: Installation, shopper: Shopper
) -> None:
    agent("Ada")
    shopper.say("I want to talk to a human")
    assert speaks(shopper)["speaker"] == "queued"
    an_hour_ago = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S.%f")
    with closing(sqlite3.connect(installation.home / "shoptalk.db", timeout=30)) as record, record:
        record.execute("update handoffs set queued_at = ? where session_id = ?", (an_hour_ago, shopper.session_id))
    messages = hears(shopper, lambda all_: told(all_)[-1:] == ["unavailable"])
    assert "nobody was free" in messages[-1]["body"]["text"]
    assert "max@example.org" in shopper.say("max@example.org")[0]["text"]


def test_when_the_agents_browser_dies_the_shopper_is_back_in_the_queue(
    agent: Callable[..., Page], shopper: Shopper
) -> None:
    ada = agent("Ada")
    ben = agent("Ben")
    shopper.say("I want to talk to a human")
    take(ada, shopper, "Ada")
    ada.context.close()
    messages = hears(shopper, lambda all_: told(all_)[-1:] == ["queued"] and len(told(all_)) == 3, 90)
    assert any("connection to Ada was lost" in one["body"].get("text", "") for one in messages)
    take(ben, shopper, "Ben")
    assert speaks(shopper)["agent"] == "Ben"


def test_a_conversation_that_was_ended_is_the_assistants_and_does_not_come_back_to_the_queue(
    agent: Callable[..., Page], shopper: Shopper
) -> None:
    ada = agent("Ada")
    shopper.say("I want to talk to a human")
    take(ada, shopper, "Ada")
    assert shopper.say("are you there?") == []
    answer(ada).fill("Yes, and all is settled.")
    answer(ada).press("Control+Enter")
    hears(shopper, lambda all_: any(one["sender"] == "human" for one in all_))
    answer(ada).press("Escape")
    ada.keyboard.press("E")
    hears(shopper, lambda all_: told(all_)[-1] == "closed")
    for text in ("a kettle", "a red one"):
        assert shopper.say(text)
        assert speaks(shopper)["speaker"] == "bot"
    shown = [str(one["body"].get("text", "")) for one in heard(shopper) if one["sender"] != "shopper"]
    assert not [text for text in shown if text.startswith("/") or "{" in text or "handoff" in text.lower()]


def test_who_comes_back_elsewhere_finds_the_same_person(
    agent: Callable[..., Page], installation: Installation, request: pytest.FixtureRequest
) -> None:
    ada = agent("Ada")
    key = installation.environment["SHOPTALK_IDENTITY_KEY"]

    def device() -> Shopper:
        shopper = Shopper(installation.url)
        request.addfinalizer(shopper.client.close)
        expires = int(time.time()) + 300
        identity = jwt.encode({"sub": "customer-77", "aud": "shoptalk", "exp": expires}, key, "HS256")
        opened = shopper.client.post("/api/sessions", json={"identity": identity}).json()
        shopper.session_id = opened["session_id"]
        shopper.client.headers["Authorization"] = "Bearer " + opened["token"]
        return shopper

    laptop, phone = device(), device()
    laptop.say("I want to talk to a human")
    take(ada, laptop, "Ada")
    assert phone.say("I am on my phone now") == []
    assert speaks(phone) == {"speaker": "human", "agent": "Ada", "position": None, "wait_minutes": None}
    assert speaks(laptop)["speaker"] == "closed"
    take_up = ada.get_by_text("I am on my phone now").first
    expect(take_up).to_be_visible()
    take_up.click()
    expect(ada.get_by_text("Ada answers here.")).to_be_visible()
    answer(ada).fill("Then let us go on here.")
    answer(ada).press("Control+Enter")
    hears(phone, lambda all_: any(one["body"].get("text") == "Then let us go on here." for one in all_))


def test_whatever_shoppers_and_colleagues_write_stays_text(
    agent: Callable[..., Page], installation: Installation, shopper: Shopper
) -> None:
    ada = agent("Ada")
    shopper.say("I want to talk to a human")
    for text in HOSTILE.values():
        shopper.client.post("/api/messages", json={"text": text[:2000] or "x"})
    take(ada, shopper, "Ada")
    ada.get_by_label("Note", exact=True).fill(HOSTILE["script"] + HOSTILE["image error"])
    ada.get_by_label("Note", exact=True).press("Control+Enter")
    ada.get_by_label("Tag", exact=True).fill("<b onclick=alert(1)>")
    ada.get_by_label("Tag", exact=True).press("Enter")
    expect(ada.get_by_text("<b onclick=alert(1)>").first).to_be_visible()
    answer(ada).press("Escape")
    answer(ada).fill(HOSTILE["script"])
    answer(ada).press("Control+Enter")
    hears(shopper, lambda all_: any(one["sender"] == "human" for one in all_))
    olga = agent("Olga", "/canned")
    olga.get_by_label("Shortcut, such as thanks").fill("boo")
    olga.get_by_label("Title").fill(HOSTILE["image error"][:80])
    olga.get_by_label("Text of the reply").fill(HOSTILE["script"])
    olga.get_by_role("button", name="Save").click()
    expect(olga.get_by_text(HOSTILE["script"]).first).to_be_visible()
    for path in ("/figures", f"/agents?c={shopper.session_id}", "/figures/turns", "/knowledge"):
        olga.goto(installation.staff_url + path)
        olga.wait_for_function("window.did_handshake")


def test_an_admin_changes_the_shops_texts_and_shoppers_are_answered_from_them_at_once(
    agent: Callable[..., Page], shopper: Shopper
) -> None:
    olga = agent("Olga", "/knowledge")
    olga.get_by_role("button", name="policies/care.md").click()
    text = olga.get_by_label("policies/care.md")
    text.fill(text.input_value() + "\n## Zebrawood\nOil zebrawood boards with walnut oil once a month.\n")
    olga.get_by_role("button", name="Save: live at once").click()
    expect(olga.get_by_text("Saved; shoppers are answered from it now.")).to_be_visible()
    olga.get_by_label("Question").fill("how do I oil zebrawood boards")
    expect(olga.get_by_text(re.compile("Care › Zebrawood"))).to_be_visible()
    expect(olga.get_by_text(re.compile(r"\d{4} \d\d:\d\d, Olga")).first).to_be_visible()
    assert "walnut oil" in "\n".join(reply.get("text", "") for reply in shopper.say("oil zebrawood boards, how often"))
