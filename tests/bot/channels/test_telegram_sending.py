"""What happens when Telegram says no, says later, or says nothing?"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from bot_api import TOKEN, BotApi, Chatter
from bot_api.rules import RefusedError

from bot.channels.port import TryAgainError, UndeliverableError
from bot.channels.telegram.parts import Album, Button, Note, Photo
from bot.channels.telegram.rich import RichText
from bot.channels.telegram.sending import Sender, new_bot
from recommender.db import Database, upgrade
from recommender.settings import PROJECT_ROOT, Settings

pytestmark = pytest.mark.anyio

HELLO = Note(RichText().add("Hello"))


@pytest.fixture
async def sender(settings: Settings) -> AsyncIterator[Sender]:
    bot = new_bot(settings)
    async with bot:
        yield Sender(bot)


@pytest.fixture
def ada(api: BotApi) -> Chatter:
    return api.person(100)


def lost(api: BotApi) -> None:
    """The message arrives and its acknowledgement does not."""
    api.sent[100].append({"message_id": 1, "text": "Hello"})
    raise RefusedError(502, "Bad Gateway")


async def test_a_flood_is_waited_out_by_the_library(api: BotApi, ada: Chatter, sender: Sender) -> None:
    api.floods = [1]
    await sender.send("100", HELLO)
    refused, taken = api.named("sendMessage")
    assert refused.status == 429
    assert taken.at - refused.at >= 1
    assert ada.texts == ["Hello"]


async def test_a_flood_that_goes_on_is_left_for_later(api: BotApi, ada: Chatter, sender: Sender) -> None:
    api.floods = [1, 30]
    with pytest.raises(TryAgainError) as refusal:
        await sender.send("100", HELLO)
    assert refusal.value.after_s == 30
    assert ada.texts == []


async def test_whoever_blocked_the_bot_or_is_unknown_cannot_be_reached(
    api: BotApi, ada: Chatter, sender: Sender
) -> None:
    api.blocked.add(100)
    for place in ("100", "999"):
        with pytest.raises(UndeliverableError):
            await sender.send(place, HELLO)


async def test_a_picture_that_telegram_cannot_get_leaves_the_words(api: BotApi, ada: Chatter, sender: Sender) -> None:
    api.fetchable = lambda url: False
    await sender.send("100", Photo("https://shop.example/1.jpg", RichText().add("Lamp"), ((Button("b", data="d"),),)))
    assert ada.texts == ["Lamp"]
    assert "b" in ada.buttons
    await sender.send(
        "100", Album((("https://shop.example/1.jpg", RichText()), ("https://shop.example/2.jpg", RichText())))
    )
    assert ada.texts == ["Lamp"]


async def test_a_picture_of_the_shops_own_is_uploaded(ada: Chatter, sender: Sender, tmp_path: Path) -> None:
    picture = tmp_path / "lamp.png"
    picture.write_bytes(b"twelve bytes")
    await sender.send("100", Photo(picture, RichText().add("Lamp")))
    await sender.send("100", Album(((picture, RichText().add("one")), (picture, RichText().add("two")))))
    assert [one["_shown"] for one in ada.heard] == [b"twelve bytes"] * 3
    assert ada.texts == ["Lamp", "one", "two"]


async def test_a_button_that_telegram_refuses_is_left_out(ada: Chatter, sender: Sender) -> None:
    keyboard = ((Button("Open", url="https://nodots/1"),), (Button("b", data="d"),))
    await sender.send("100", Note(RichText().add("Lamp", "bold"), keyboard))
    assert list(ada.buttons) == ["b"]
    assert ada.heard[0]["entities"][0]["type"] == "bold"


async def test_whether_it_arrived_is_asked_by_sending_once_more_at_most(
    api: BotApi, ada: Chatter, sender: Sender
) -> None:
    api.outages = [lambda: lost(api)] * 5
    with pytest.raises(TryAgainError):
        await sender.send("100", HELLO)
    await sender.send("100", HELLO)
    assert ada.texts == ["Hello", "Hello"], "twice at worst, and not five times"
    api.outages = []
    await sender.send("100", HELLO)
    assert len(ada.texts) == 3


async def test_what_surely_was_not_sent_is_tried_for_ever(settings: Settings) -> None:
    nowhere = settings.model_copy(update={"telegram_api_url": "http://127.0.0.1:9"})
    sender = Sender(new_bot(nowhere))
    for _ in range(3):
        with pytest.raises(TryAgainError):
            await sender.send("100", HELLO)


@pytest.mark.parametrize("level", ["DEBUG", "WARNING"])
def test_the_token_is_in_no_log(api: BotApi, tmp_path: Path, level: str) -> None:
    """Neither the addresses that httpx logs, nor the errors of a refused token or a missing server, show it."""
    script = (
        "import asyncio, logging, structlog, telegram\n"
        "from bot.channels.telegram.secrecy import log_without\n"
        "from bot.channels.telegram.sending import new_bot\n"
        "from recommender.settings import Settings\n"
        "settings = Settings()\n"
        "token = settings.telegram_token.get_secret_value()\n"
        f"log_without(token, level=logging.{level})\n"
        "async def main():\n"
        "    bot = new_bot(settings)\n"
        "    await bot.initialize()\n"
        "    await bot.get_webhook_info()\n"
        "    await bot.shutdown()\n"
        "asyncio.run(main())\n"
        "logging.getLogger('any').warning('an address: %s', token)\n"
        "structlog.get_logger().error('mishap', address=f'https://api.telegram.org/bot{token}/getMe')\n"
        "try:\n"
        "    raise RuntimeError(token)\n"
        "except RuntimeError:\n"
        "    logging.getLogger('any').exception('failed')\n"
        "    structlog.get_logger().exception('failed')\n"
    )
    environment = os.environ | {
        "SHOPTALK_HOME": str(tmp_path), "SHOPTALK_TELEGRAM_TOKEN": TOKEN, "SHOPTALK_TELEGRAM_API_URL": api.url,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, check=True
    )
    log = done.stdout + done.stderr
    assert TOKEN not in log
    assert TOKEN.partition(":")[2] not in log
    assert log.count("<secret>") >= (4 if level == "WARNING" else 6)


def test_a_token_that_telegram_does_not_know_ends_the_process_with_one_sentence(api: BotApi, tmp_path: Path) -> None:
    environment = os.environ | {
        "SHOPTALK_HOME": str(tmp_path), "SHOPTALK_TELEGRAM_TOKEN": TOKEN[:-1] + "x",
        "SHOPTALK_TELEGRAM_API_URL": api.url,
    }  # fmt: skip
    with contextlib.closing(Database(f"sqlite:///{tmp_path / 'shoptalk.db'}")) as database:
        upgrade(database)
    done = subprocess.run(
        [sys.executable, "-m", "bot.channels.telegram"],
        cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "@BotFather" in done.stderr
    assert TOKEN[:-1] not in done.stderr


async def test_the_server_of_these_tests_refuses_what_telegram_refuses(api: BotApi, ada: Chatter) -> None:
    cases = [
        ("sendMessage", {"text": "\U0001f6d2" * 2049}, 400, "message is too long"),
        ("sendMessage", {"text": "  "}, 400, "message text is empty"),
        ("sendPhoto", {"photo": "https://x.example/1.jpg", "caption": "a" * 1025}, 400, "caption is too long"),
        ("sendPhoto", {"photo": "nonsense"}, 400, "wrong file identifier"),
        ("sendMediaGroup", {"media": []}, 400, "2-10"),
        ("answerCallbackQuery", {"callback_query_id": "1"}, 400, "query is too old"),
        ("nonsense", {}, 404, "Not Found"),
    ]
    async with httpx.AsyncClient() as client:
        for method, parameters, status, description in cases:
            answer = await client.post(f"{api.url}/bot{TOKEN}/{method}", json={"chat_id": 100, **parameters})
            assert answer.status_code == status, method
            assert description in answer.json()["description"]
        assert (await client.post(f"{api.url}/bot1:wrong/getMe")).status_code == 401
        await client.post(f"{api.url}/bot{TOKEN}/setWebhook", json={"url": "https://shop.example"})
        assert (await client.post(f"{api.url}/bot{TOKEN}/getUpdates")).status_code == 409
