"""Does a conversation on Telegram work, from the Bot API through the real Rasa to real products, whatever is killed?"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from itertools import groupby

import httpx
import pytest
from bot_api import BotApi, Chatter
from hostile import HOSTILE
from shopper import Shopper

from benchmarks.installation import Installation

pytestmark = pytest.mark.e2e

_ids = iter(range(5000, 9000))


@pytest.fixture
def ada(bot_api: BotApi, installation: Installation) -> Chatter:
    bot_api.until(lambda: bot_api.named("setMyCommands"), 90)
    return bot_api.person(next(_ids))


@pytest.fixture
def answered(bot_api: BotApi) -> Iterator[Callable[[Chatter, Callable[[], object]], list[str]]]:
    """Do something and wait for what comes of it: the texts of the messages that are new."""

    def step(person: Chatter, do: Callable[[], object]) -> list[str]:
        before = len(person.heard)
        do()
        bot_api.until(lambda: len(person.heard) > before, 90)
        bot_api.until(lambda: not bot_api.waiting, 90)
        return person.texts[before:]

    return step


Step = Callable[[Chatter, Callable[[], object]], list[str]]


def test_search_refine_vote_why_and_cart(ada: Chatter, bot_api: BotApi, answered: Step) -> None:
    answered(ada, lambda: ada.says("/start"))
    answered(ada, lambda: ada.says("i'm looking for a jacket"))
    shown = ada.hears_of("1. ")
    assert "jacket" in shown.lower()
    assert {"1 🛒", "1 ≈", "1 ❓", "1 👍", "1 👎"} <= set(ada.buttons)
    ada.presses("1 👍")
    bot_api.until(lambda: "1 👍 ✓" in ada.buttons)
    assert answered(ada, lambda: ada.presses("2 ❓"))
    added = answered(ada, lambda: ada.presses("1 🛒"))
    assert "cart" in " ".join(added).lower()
    title = shown.splitlines()[0].removeprefix("1. ")
    assert title in " ".join(answered(ada, lambda: ada.says("/cart")))
    answered(ada, lambda: ada.says("jackets under 120"))
    bot_api.until(lambda: any("120" in title for title in ada.buttons))


def test_a_thumb_down_is_honoured(ada: Chatter, bot_api: BotApi, answered: Step) -> None:
    answered(ada, lambda: ada.says("wireless headphones"))
    disliked = ada.hears_of("1. ").splitlines()[0]
    answered(ada, lambda: ada.presses("1 👎"))
    before = len(ada.texts)
    ada.says("wireless headphones")
    bot_api.until(lambda: any(text.startswith("1. ") for text in ada.texts[before:]), 90)
    assert not any(disliked.removeprefix("1. ") in text for text in ada.texts[before:] if text.startswith("1. "))


def test_web_and_telegram_are_one_after_a_press_and_two_after_a_command(
    ada: Chatter, bot_api: BotApi, shopper: Shopper, answered: Step
) -> None:
    shopper.say("desk lamp")
    lamp = shopper.products[0]
    shopper.say("add the first one to my cart")
    code = shopper.client.post("/api/links").json()
    assert code["telegram_url"].startswith("https://t.me/shoptalk_test_bot?start=link_")
    answered(ada, lambda: ada.says(f"/start {code['telegram_url'].partition('?start=')[2]}"))
    assert "Done" in answered(ada, lambda: ada.presses("Yes"))[0]
    assert lamp["title"] in " ".join(answered(ada, lambda: ada.says("/cart")))
    assert shopper.client.get("/api/links").json()["channels"] == ["telegram", "web"]
    again = shopper.client.post("/api/links/redeem", json={"code": code["code"]})
    assert again.status_code == httpx.codes.BAD_REQUEST
    answered(ada, lambda: ada.says("/unlink"))
    assert "empty" in " ".join(answered(ada, lambda: ada.says("/cart"))).lower()
    shopper.say("show my cart")
    assert lamp["title"] in str(shopper.replies)


def test_a_code_from_telegram_is_typed_into_the_web_chat(ada: Chatter, shopper: Shopper, answered: Step) -> None:
    code = answered(ada, lambda: ada.says("/link"))[0].split()[2]
    shopper.say(code)
    assert "Done" in shopper.text
    assert shopper.client.get("/api/links").json()["linked"]
    shopper.say(code)
    assert "does not work" in shopper.text


def test_what_is_said_while_processes_die_is_answered_once_and_in_order(
    ada: Chatter, bot_api: BotApi, installation: Installation
) -> None:
    ada.says("hello")
    ada.hears(1)
    os.kill(installation.child_pid("bot.app"), signal.SIGKILL)
    os.kill(installation.child_pid("bot.channels.telegram"), signal.SIGKILL)
    for text in ("red jacket", "show my cart", "what can you do?"):
        ada.says(text)
    bot_api.until(lambda: any(text.startswith("Say what you look for") for text in ada.texts), 120)
    cart = next(number for number, text in enumerate(ada.texts) if "cart is empty" in text or "Total:" in text)
    assert any("jacket" in text.lower() for text in ada.texts[:cart]), "the first was answered first"
    assert len(ada.texts) == cart + 2, "and everything once"


def test_a_burst_of_many_people_in_which_processes_die_is_answered_in_order_and_wholly(
    bot_api: BotApi, installation: Installation, ada: Chatter
) -> None:
    people = [ada, *(bot_api.person(next(_ids)) for _ in range(5))]
    said = ("show my cart", "what can you do?") * 2

    def kinds(person: Chatter) -> list[tuple[str, int]]:
        """What was heard, one after the other, and how often in a row."""
        heard = ("cart" if "cart is empty" in text else "help" for text in person.texts)
        return [(kind, len(list(repeated))) for kind, repeated in groupby(heard)]

    for text in said:
        for person in people:
            person.says(text)
    bot_api.until(lambda: any(person.texts for person in people), 120)
    for module in ("bot.channels.telegram", "bot.app"):
        os.kill(installation.child_pid(module), signal.SIGKILL)
    bot_api.until(lambda: all(len(kinds(person)) >= len(said) for person in people) and not bot_api.waiting, 180)
    for person in people:
        assert [kind for kind, _ in kinds(person)] == ["cart", "help"] * 2, person.texts
        # Telegram cannot be asked whether it has what was sent just before the kill: that may be there twice.
        assert sum(times for _, times in kinds(person)) <= len(said) + 1, person.texts


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_answered_and_shown_as_text(ada: Chatter, answered: Step, name: str) -> None:
    text = HOSTILE[name][:4096]
    heard = answered(ada, lambda: ada.says(text if text.strip() else "x" + text))
    assert all(one.strip() for one in heard)
    marks = [mark["type"] for one in ada.heard for mark in one.get("entities", [])]
    assert set(marks) <= {"bold", "text_link"}


def test_no_log_has_the_token(bot_api: BotApi, installation: Installation, ada: Chatter, answered: Step) -> None:
    answered(ada, lambda: ada.says("hello"))
    log = installation.log.read_text(errors="replace")
    assert "telegram_ready" in log
    assert bot_api.token not in log
    assert bot_api.token.partition(":")[2] not in log
