"""Is only Telegram believed, is everything it sends taken once, and nothing acknowledged that is not in the record?"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from bot_api import BotApi
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy import select
from telegram_shop import SECRET, Shop
from world import World

from bot.channels.telegram.envelope import read_update
from bot.gateway import credentials
from feedback.channels.tables import UpdateRow
from recommender.db import Database
from recommender.errors import BadInputError
from recommender.settings import Settings

pytestmark = pytest.mark.anyio

HOOK = "/telegram/webhook"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
RIGHT = {HEADER: SECRET}
PRIVATE = {"id": 100, "type": "private", "first_name": "Ada"}
ADA = {"id": 100, "is_bot": False, "first_name": "Ada"}
TEXT = {"message_id": 7, "date": 1, "chat": PRIVATE, "from": ADA, "text": "red lamp"}

EVERY_KIND = [
    "message", "edited_message", "channel_post", "edited_channel_post", "business_connection", "business_message",
    "edited_business_message", "deleted_business_messages", "message_reaction", "message_reaction_count",
    "inline_query", "chosen_inline_result", "callback_query", "shipping_query", "pre_checkout_query",
    "purchased_paid_media", "poll", "poll_answer", "my_chat_member", "chat_member", "chat_join_request", "chat_boost",
    "removed_chat_boost", "managed_bot", "something_of_the_future",
]  # fmt: skip


@pytest.fixture
def settings(settings: Settings, api: BotApi) -> Settings:
    return settings.model_copy(update={"telegram_mode": "webhook", "public_url": "https://chat.shop.example"})


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with world.client() as client:
        yield client


def taken(world: World) -> list[UpdateRow]:
    with world.database.reading() as session:
        return list(session.scalars(select(UpdateRow).order_by(UpdateRow.id)))


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 401), ({HEADER: ""}, 401), ({HEADER: SECRET[:-1]}, 401), ({HEADER: SECRET + "x"}, 401), (RIGHT, 200)],
)
async def test_only_whoever_names_the_secret_is_believed(
    client: httpx.AsyncClient, world: World, headers: dict[str, str], status: int
) -> None:
    answer = await client.post(HOOK, json={"update_id": 1, "message": TEXT}, headers=headers)
    assert answer.status_code == status
    assert len(taken(world)) == (status == httpx.codes.OK)


async def test_the_secret_is_compared_in_constant_time(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = []
    original = credentials.hmac.compare_digest
    monkeypatch.setattr(credentials.hmac, "compare_digest", lambda a, b: compared.append((a, b)) or original(a, b))
    await client.post(HOOK, json={"update_id": 1}, headers={HEADER: "guess"})
    assert (b"guess", SECRET.encode()) in compared


@pytest.mark.parametrize("secret", ["", "short", "with spaces in it, which no header may hold"])
def test_a_secret_that_protects_nothing_refuses_to_start(secret: str) -> None:
    with pytest.raises(ValidationError):
        Settings(_env_file=None, telegram_secret=secret)


def test_a_webhook_without_an_address_refuses_to_start() -> None:
    with pytest.raises(ValidationError, match="SHOPTALK_PUBLIC_URL"):
        Settings(_env_file=None, telegram_token="4711:" + "a" * 35, telegram_mode="webhook")


@pytest.mark.parametrize("token", ["", "no token", "4711", "4711:short"])
def test_what_is_no_token_refuses_to_start(token: str) -> None:
    with pytest.raises(ValidationError, match="BotFather"):
        Settings(_env_file=None, telegram_token=token)


async def test_nothing_is_taken_where_updates_are_polled(world: World) -> None:
    world.settings = world.settings.model_copy(update={"telegram_mode": "polling"})
    async with world.client() as client:
        answer = await client.post(HOOK, json={"update_id": 1, "message": TEXT}, headers=RIGHT)
    assert answer.status_code == httpx.codes.NOT_FOUND


async def test_looking_at_the_address_is_not_allowed(client: httpx.AsyncClient) -> None:
    answer = await client.get(HOOK)
    assert answer.status_code == httpx.codes.METHOD_NOT_ALLOWED


async def test_the_same_update_is_taken_once(client: httpx.AsyncClient, world: World) -> None:
    for _ in range(3):
        answer = await client.post(HOOK, json={"update_id": 1, "message": TEXT}, headers=RIGHT)
        assert answer.json() == {"ok": True}
    assert len(taken(world)) == 1


async def test_it_is_acknowledged_before_anything_is_asked_of_telegram_or_rasa(
    client: httpx.AsyncClient, world: World, api: BotApi
) -> None:
    await client.post(HOOK, json={"update_id": 1, "message": TEXT}, headers=RIGHT)
    assert [row.status for row in taken(world)] == ["waiting"]
    assert not api.calls
    assert not world.backend.asked


async def test_without_the_record_nothing_is_acknowledged(world: World, tmp_path: Any) -> None:
    app = world.app()
    async with world.client(app) as client:
        world.database.close()
        broken = Database(f"sqlite:///{tmp_path / 'empty.db'}")
        app.state.gateway.services.database = broken
        answer = await client.post(HOOK, json={"update_id": 1, "message": TEXT}, headers=RIGHT)
        broken.close()
    assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE


@pytest.mark.parametrize(
    "body", [b"", b"no json", b"[]", b"{}", b'{"update_id": "7"}', b'{"update_id": NaN}', b"[" * 9999]
)
async def test_what_is_no_update_is_refused(client: httpx.AsyncClient, world: World, body: bytes) -> None:
    answer = await client.post(HOOK, content=body, headers=RIGHT)
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert not taken(world)


@pytest.mark.parametrize("kind", EVERY_KIND)
@pytest.mark.parametrize("content", [{}, {"id": "1", "from": ADA}, {"chat": PRIVATE, "from": ADA, "date": 1}, None, 7])
async def test_every_kind_of_update_is_taken(
    client: httpx.AsyncClient, world: World, kind: str, content: object
) -> None:
    answer = await client.post(HOOK, json={"update_id": 1, kind: content}, headers=RIGHT)
    assert answer.status_code == httpx.codes.OK
    assert [row.kind for row in taken(world)] == [kind]


async def test_every_kind_of_update_is_survived(shop: Shop) -> None:
    odd: list[Any] = [{}, {"id": "1", "from": ADA}, {"chat": PRIVATE, "from": ADA, "date": 1}, None, 7, "x", [1]]
    all_updates = [{kind: content} for kind in EVERY_KIND for content in odd]
    app = shop.world.app()
    async with shop.open(app) as process, shop.world.client(app) as client:
        for number, update in enumerate(all_updates, start=1):
            await client.post(HOOK, json={"update_id": number, **update}, headers=RIGHT)
        await client.post(HOOK, json={"update_id": len(all_updates) + 1, "message": TEXT}, headers=RIGHT)
        assert await shop.wait(shop.ada.hears_of, "echo: red lamp")
        await process.queue.idle()
    assert {row.status for row in taken(shop.world)} <= {"done", "failed"}


async def test_text_that_no_database_holds_is_taken(client: httpx.AsyncClient, world: World) -> None:
    body = json.dumps({"update_id": 1, "message": {**TEXT, "text": "a\x00b\ud800c 🛒"}})
    answer = await client.post(HOOK, content=body, headers=RIGHT)
    assert answer.status_code == httpx.codes.OK
    [row] = taken(world)
    assert row.body is not None
    assert row.body["message"]["text"] == "ab�c 🛒"


async def test_a_press_under_a_long_message_fits(client: httpx.AsyncClient, world: World) -> None:
    button = {"text": "x" * 64, "callback_data": "y" * 64}
    message = {**TEXT, "text": "\U0001f6d2" * 2048, "reply_markup": {"inline_keyboard": [[button] * 8] * 12}}
    message["reply_to_message"] = dict(message)
    press = {"id": "1", "from": ADA, "data": "z", "message": message}
    body = json.dumps({"update_id": 1, "callback_query": press}).encode()
    assert len(body) > 64 * 1024
    answer = await client.post(HOOK, content=body, headers=RIGHT)
    assert answer.status_code == httpx.codes.OK


async def test_telegram_is_told_the_address_and_the_secret_and_calls(shop: Shop) -> None:
    async with shop.open():
        await shop.wait(shop.api.until, lambda: shop.api.named("setMyCommands"))
    [call] = shop.api.named("setWebhook")
    assert call.parameters["url"] == "https://chat.shop.example/telegram/webhook"
    assert call.parameters["secret_token"] == SECRET
    assert str(call.parameters["max_connections"]) == "1"
    assert "callback_query" in call.parameters["allowed_updates"]
    assert not shop.api.named("getUpdates")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)
contents = st.fixed_dictionaries({}, optional={"chat": json_values, "from": json_values, "message": json_values})
updates = st.fixed_dictionaries(
    {"update_id": st.integers(0, 2**63 - 1)}, optional=dict.fromkeys(EVERY_KIND[:6], json_values | contents)
)


@trying(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(updates | json_values)
def test_reading_an_update_is_total(update: Any) -> None:
    try:
        read = read_update(update)
    except BadInputError:
        return
    assert read.external_id == update["update_id"]
    assert len(read.place) <= 20
    assert len(read.kind) <= 40
