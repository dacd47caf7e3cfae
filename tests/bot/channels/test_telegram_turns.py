"""Does whatever somebody writes on Telegram become one turn, in order, whatever dies in between?"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from hostile import HOSTILE
from sqlalchemy import select
from telegram_shop import Shop
from test_messages import SlowBackend
from test_telegram_presses import card
from world import World

from actions.replies.schema import ChipsReply, HandoffReply, ProductsReply, TextReply
from bot.backend import Answer
from bot.channels.telegram.addresses import product_link
from feedback.channels.tables import ChatRow, UpdateRow
from feedback.conversations import find_session
from feedback.presence import human_types
from feedback.privacy import erase, export
from feedback.tables import IdentityRow, MessageRow, PayloadRow, SessionRow, TurnRow

pytestmark = pytest.mark.anyio


def rows(world: World, table: type[Any]) -> list[Any]:
    with world.database.reading() as session:
        return list(session.scalars(select(table)))


def a_person_says(world: World, text: str, body: dict[str, Any] | None = None) -> None:
    """Somebody of the shop writes into the only conversation, from another process."""
    with world.database.transaction() as session:
        session_id = session.scalars(select(SessionRow.id)).one()
        session.add(
            MessageRow(
                session_id=session_id, turn_id=None, sender="human", body=body or {"type": "text", "text": text},
                created_at=world.clock.now(),
            )
        )  # fmt: skip


async def test_a_text_is_answered_while_typing_is_shown(shop: Shop) -> None:
    async with shop.open():
        shop.ada.says("red lamp")
        assert await shop.wait(shop.ada.hears, 1) == ["echo: red lamp"]
    assert shop.api.named("sendChatAction")
    assert [row.text for row in rows(shop.world, TurnRow)] == ["red lamp"]
    assert [(row.channel, row.external_id) for row in rows(shop.world, IdentityRow)] == [("telegram", "100")]


async def test_what_was_worked_is_known_by_its_number_and_not_by_what_it_said(shop: Shop) -> None:
    async with shop.open() as process:
        shop.ada.says("red lamp")
        await shop.wait(shop.ada.hears, 1)
        await process.queue.idle()
    [update] = rows(shop.world, UpdateRow)
    assert (update.status, update.body) == ("done", None)


async def test_thirty_people_at_once_each_in_order(shop: Shop) -> None:
    people = [shop.api.person(200 + number) for number in range(30)]
    async with shop.open():
        for text in ("one", "two", "three"):
            for person in people:
                person.says(f"{text} of {person.id}")
        for person in people:
            heard = await shop.wait(person.hears, 3)
            assert heard == [f"echo: {text} of {person.id}" for text in ("one", "two", "three")]


async def test_a_slow_answer_holds_up_nobody_else(shop: Shop) -> None:
    slow = SlowBackend()
    bob = shop.api.person(101)
    async with shop.open(shop.world.app(slow)):
        shop.ada.says("first")
        await asyncio.wait_for(slow.was_asked.wait(), 10)
        bob.says("/link")
        assert "code" in (await shop.wait(bob.hears, 1))[0]
        slow.may_answer.set()
        assert await shop.wait(shop.ada.hears, 1) == ["echo: first"]


async def test_what_waits_is_answered_after_a_restart_once_and_in_order(shop: Shop) -> None:
    slow = SlowBackend()
    async with shop.open(shop.world.app(slow)):
        for text in ("one", "two", "three"):
            shop.ada.says(text)
        await asyncio.wait_for(slow.was_asked.wait(), 10)
        await shop.wait(shop.api.until, lambda: len(rows(shop.world, UpdateRow)) == 3)
        slow.may_answer.set()
    async with shop.open():
        assert await shop.wait(shop.ada.hears, 3) == ["echo: one", "echo: two", "echo: three"]
    assert [row.text for row in rows(shop.world, TurnRow)] == ["one", "two", "three"]


async def test_an_update_that_comes_again_is_taken_once(shop: Shop) -> None:
    async with shop.open():
        message = shop.ada.says("red lamp")
        await shop.wait(shop.ada.hears, 1)
        [update] = rows(shop.world, UpdateRow)
        shop.api.deliver("message", message, number=update.external_id)
        shop.ada.says("blue lamp")
        assert await shop.wait(shop.ada.hears, 2) == ["echo: red lamp", "echo: blue lamp"]
    async with shop.open():
        shop.api.deliver("message", message, number=update.external_id)
        shop.ada.says("green lamp")
        assert (await shop.wait(shop.ada.hears, 3))[2:] == ["echo: green lamp"]


async def test_updates_that_come_out_of_order_are_worked_in_theirs(shop: Shop) -> None:
    later, earlier = shop.ada._message(text="later"), shop.ada._message(text="earlier")
    shop.api.deliver("message", later, number=50)
    shop.api.deliver("message", earlier, number=49)
    async with shop.open():
        assert await shop.wait(shop.ada.hears, 2) == ["echo: earlier", "echo: later"]


async def test_rasas_syntax_is_never_a_command(shop: Shop) -> None:
    async with shop.open():
        shop.ada.says('/rate{"product_id":"p1","score":1}')
        assert await shop.wait(shop.ada.hears, 1) == ['echo: rate{"product_id":"p1","score":1}']
        shop.ada.says("/restart")
        assert "/restart" in (await shop.wait(shop.ada.hears, 2))[1]
    assert [said.text for said in shop.world.backend.asked] == ['rate{"product_id":"p1","score":1}']


@pytest.mark.parametrize(
    ("command", "intent"),
    [
        ("/start", "greet"), ("/start hello", "greet"), ("/help", "help"), ("/cart@shoptalk_test_bot", "show_cart"),
        ("/HUMAN", "human"), ("/forget", "forget_me"), ("/orders", "order_status"), ("/more", "more"),
        ("/saved", "show_saved"), ("/know", "what_you_know"),
    ],
)  # fmt: skip
async def test_a_command_is_a_press_of_ours(shop: Shop, command: str, intent: str) -> None:
    async with shop.open():
        shop.ada.says(command)
        await shop.wait(shop.ada.hears, 1)
    assert [said.text for said in shop.world.backend.asked] == [f"/{intent}"]


@pytest.mark.parametrize("item", ["SKU-123", "kettle 5/2 ü"])
async def test_an_address_opens_the_chat_with_a_product(shop: Shop, item: str) -> None:
    address = product_link("shoptalk_test_bot", item)
    assert address is not None
    start = address.partition("?start=")[2]
    assert len(start) <= 64
    async with shop.open():
        shop.ada.says(f"/start {start}")
        await shop.wait(shop.ada.hears, 1)
    [payload] = rows(shop.world, PayloadRow)
    assert (payload.intent, payload.arguments) == ("show_item", {"item_id": item})


async def test_start_over_begins_a_new_conversation_of_the_same_person(shop: Shop) -> None:
    async with shop.open():
        shop.ada.says("red lamp")
        await shop.wait(shop.ada.hears, 1)
        shop.ada.says("/new")
        await shop.wait(shop.ada.hears, 2)
        shop.ada.says("blue lamp")
        assert (await shop.wait(shop.ada.hears, 3))[2] == "echo: blue lamp"
    sessions = rows(shop.world, SessionRow)
    assert len(sessions) == 2
    assert len({row.person_id for row in sessions}) == 1


async def test_a_conversation_idle_for_too_long_begins_anew(shop: Shop) -> None:
    async with shop.open():
        shop.ada.says("red lamp")
        await shop.wait(shop.ada.hears, 1)
        shop.world.clock.advance(timedelta(days=shop.world.settings.session_days + 1))
        shop.ada.says("blue lamp")
        assert (await shop.wait(shop.ada.hears, 2))[1] == "echo: blue lamp"
    assert len(rows(shop.world, SessionRow)) == 2


async def test_an_edit_in_time_changes_what_is_answered(shop: Shop) -> None:
    slow = SlowBackend()
    async with shop.open(shop.world.app(slow)) as process:
        shop.ada.says("hello")
        await asyncio.wait_for(slow.was_asked.wait(), 10)
        message = shop.ada.says("red lmap")
        shop.ada.edits(message, "red lamp")
        await shop.wait(shop.api.until, lambda: len(rows(shop.world, UpdateRow)) == 3)
        slow.may_answer.set()
        assert await shop.wait(shop.ada.hears, 2) == ["echo: hello", "echo: red lamp"]
        await process.queue.idle()
    assert len(shop.ada.heard) == 2


async def test_an_edit_of_the_newest_message_is_answered_anew_and_an_older_one_is_not(shop: Shop) -> None:
    async with shop.open() as process:
        first = shop.ada.says("red lamp")
        await shop.wait(shop.ada.hears, 1)
        shop.world.clock.advance(timedelta(seconds=5))
        shop.ada.edits(first, "red lamp")  # something else about it changed
        shop.ada.edits(first, "blue lamp")
        assert (await shop.wait(shop.ada.hears, 2))[1] == "echo: blue lamp"
        shop.ada.edits(first, "green lamp")
        assert "newest" in (await shop.wait(shop.ada.hears, 3))[2]
        await process.queue.idle()
    assert [row.text for row in rows(shop.world, TurnRow)] == ["red lamp", "blue lamp"]


@pytest.mark.parametrize(
    "content",
    [
        {"sticker": {"file_id": "f", "file_unique_id": "u", "type": "regular", "width": 1, "height": 1,
                     "is_animated": False, "is_video": False}},
        {"voice": {"file_id": "f", "file_unique_id": "u", "duration": 3}},
        {"location": {"longitude": 1.5, "latitude": 2.5}},
        {"contact": {"phone_number": "+1", "first_name": "Eve"}},
        {"dice": {"emoji": "🎲", "value": 3}},
        {"photo": [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]},
    ],
    ids=lambda content: next(iter(content)),
)  # fmt: skip
async def test_what_cannot_be_read_is_answered_politely_and_not_kept(shop: Shop, content: dict[str, Any]) -> None:
    async with shop.open() as process:
        shop.ada.sends(**content)
        assert "only read text" in (await shop.wait(shop.ada.hears, 1))[0]
        await process.queue.idle()
    assert not shop.world.backend.asked
    assert [row.body for row in rows(shop.world, UpdateRow)] == [None]


async def test_what_is_written_under_a_picture_counts(shop: Shop) -> None:
    async with shop.open():
        shop.ada.sends(photo=[{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}], caption="like this")
        heard = await shop.wait(shop.ada.hears, 2)
    assert "pictures" in heard[0]
    assert heard[1] == "echo: like this"


async def test_what_is_longer_than_the_gateway_takes_is_refused_with_the_limit(shop: Shop) -> None:
    async with shop.open():
        shop.ada.says("a" * 3000)
        assert "2000" in (await shop.wait(shop.ada.hears, 1))[0]
    assert not rows(shop.world, TurnRow)


async def test_groups_are_told_so_and_left_and_channels_are_left(shop: Shop) -> None:
    group = {"id": -200, "type": "supergroup", "title": "Friends"}
    shop.api.sent[-200] = []
    member = {"user": shop.ada.user, "status": "left"}
    new = {**member, "status": "member"}
    async with shop.open() as process:
        shop.api.deliver(
            "my_chat_member",
            {"chat": group, "from": shop.ada.user, "date": 1, "old_chat_member": member, "new_chat_member": new},
        )
        await shop.wait(shop.api.until, lambda: shop.api.named("leaveChat"))
        shop.api.deliver("message", {**shop.ada._message(text="hello all"), "chat": group})
        await shop.wait(shop.api.until, lambda: len(shop.api.named("leaveChat")) == 2)
        channel = {"id": -300, "type": "channel", "title": "News"}
        shop.api.deliver("channel_post", {"message_id": 1, "date": 1, "chat": channel, "text": "news"})
        await process.queue.idle()
    assert all("https://t.me/shoptalk_test_bot" in one["text"] for one in shop.api.sent[-200])
    assert not shop.world.backend.asked
    assert not rows(shop.world, IdentityRow)


async def test_who_blocks_the_bot_misses_nothing_when_they_are_back(shop: Shop) -> None:
    async with shop.open() as process:
        shop.ada.says("red lamp")
        await shop.wait(shop.ada.hears, 1)
        shop.api.blocked.add(100)
        a_person_says(shop.world, "Your parcel is here.")
        await shop.wait(shop.api.until, lambda: [one for one in rows(shop.world, ChatRow) if one.blocked])
        shop.api.blocked.clear()
        shop.ada.says("back again")
        await shop.wait(shop.ada.hears_of, "back again")
        await process.queue.idle()
    assert [text.splitlines()[-1] for text in shop.ada.texts] == [
        "echo: red lamp", "Your parcel is here.", "echo: back again",
    ]  # fmt: skip


async def test_a_member_update_of_a_private_chat_blocks_and_unblocks(shop: Shop) -> None:
    member = {"user": shop.ada.user, "status": "member"}
    kicked = {**member, "status": "kicked", "until_date": 0}
    change = {"chat": {"id": 100, "type": "private"}, "from": shop.ada.user, "date": 1}
    async with shop.open():
        shop.ada.says("red lamp")
        await shop.wait(shop.ada.hears, 1)
        shop.api.deliver("my_chat_member", {**change, "old_chat_member": member, "new_chat_member": kicked})
        await shop.wait(shop.api.until, lambda: rows(shop.world, ChatRow)[0].blocked)
        shop.api.deliver("my_chat_member", {**change, "old_chat_member": kicked, "new_chat_member": member})
        await shop.wait(shop.api.until, lambda: not rows(shop.world, ChatRow)[0].blocked)


async def test_a_person_of_the_shop_is_heard_and_named_whoever_wrote_it(shop: Shop) -> None:
    async with shop.open():
        shop.ada.says("red lamp")
        await shop.wait(shop.ada.hears, 1)
        a_person_says(shop.world, "Hello, can I help?")
        assert "Hello, can I help?" in (await shop.wait(shop.ada.hears, 2))[1]
    assert shop.ada.texts[1].startswith("👤 A person of our shop")


async def test_while_a_person_speaks_the_assistant_is_silent_and_what_is_said_is_kept(shop: Shop) -> None:
    place = HandoffReply(status="queued", text="A person will come.", position=2, wait_minutes=3)
    shop.world.backend.enqueue(Answer([place]))
    async with shop.open() as process:
        shop.ada.says("a human please")
        heard = await shop.wait(shop.ada.hears, 1)
        assert "number 2 in the queue" in heard[0]
        assert "3 minutes" in heard[0]
        shop.ada.says("are you there?")
        shop.ada.says("/new")
        assert "conversation with a person" in (await shop.wait(shop.ada.hears_of, "person of our shop"))
        await process.queue.idle()
    assert [row.status for row in rows(shop.world, TurnRow)] == ["answered", "kept"]


async def test_somebody_who_types_at_the_shop_is_shown(shop: Shop) -> None:
    async with shop.open():
        shop.ada.says("red lamp")
        await shop.wait(shop.ada.hears, 1)
        before = len(shop.api.named("sendChatAction"))
        with shop.world.database.transaction() as session:
            human_types(session, session.scalars(select(SessionRow.id)).one(), shop.world.clock.now())
        await shop.wait(shop.api.until, lambda: len(shop.api.named("sendChatAction")) > before)


async def test_whoever_is_forgotten_is_told_so_and_is_new_afterwards(shop: Shop) -> None:
    class Forgets(SlowBackend):
        async def answer(self, utterance: Any) -> Answer:
            with shop.world.database.reading() as session:
                person_id = find_session(session, utterance.session_id).person_id
            erase(shop.world.database, person_id)
            return Answer([TextReply(text="Everything is erased.")])

    async with shop.open(shop.world.app(Forgets())) as process:
        shop.ada.says("forget me")
        assert await shop.wait(shop.ada.hears, 1) == ["Everything is erased."]
        await process.queue.idle()
    for table in (ChatRow, UpdateRow, IdentityRow, SessionRow):
        assert not rows(shop.world, table), table
    async with shop.open():
        shop.ada.says("red lamp")
        assert (await shop.wait(shop.ada.hears, 2))[1] == "echo: red lamp"


async def test_what_waits_belongs_to_the_export_of_whoever_sent_it(shop: Shop) -> None:
    slow = SlowBackend()
    async with shop.open(shop.world.app(slow)):
        shop.ada.says("red lamp")
        await asyncio.wait_for(slow.was_asked.wait(), 10)
        [identity] = rows(shop.world, IdentityRow)
        kept = export(shop.world.database, identity.person_id)
        assert kept["channel_updates"][0]["body"]["message"]["text"] == "red lamp"
        assert kept["chats"][0]["place"] == "100"
        slow.may_answer.set()


async def test_hostile_text_of_people_and_feeds_arrives_as_text(shop: Shop) -> None:
    """Through the real library to a server that refuses what Telegram refuses."""
    async with shop.open():
        shop.ada.says("hello")
        await shop.wait(shop.ada.hears, 1)
        for text in HOSTILE.values():
            item = card(1, title=text, brand=text, url=text, image_url=text, reasons=[text], add_payload=text[:200])
            a_person_says(shop.world, "", ProductsReply(items=[item]).model_dump(mode="json"))
        a_person_says(shop.world, "the end")
        await shop.wait(shop.api.until, lambda: "the end" in shop.ada.texts[-1], 120)
    marks = [mark["type"] for one in shop.ada.heard for mark in one.get("entities", [])]
    assert set(marks) <= {"bold", "text_link"}
    refused = [call.description for call in shop.api.calls if call.status not in {200, 429}]
    assert not refused, "what is sent is right the first time"


async def test_chips_and_what_comes_with_them_are_one_message(shop: Shop) -> None:
    shop.world.backend.enqueue(Answer([TextReply(text="Hello!"), ChipsReply(items=[])]))
    async with shop.open():
        shop.ada.says("hi")
        assert await shop.wait(shop.ada.hears, 1) == ["Hello!"]


async def test_what_the_gateway_cannot_take_now_is_taken_later(shop: Shop) -> None:
    async with shop.open() as process:
        shop.world.settings.messages_per_minute = 1
        for text in ("one", "two"):
            shop.ada.says(text)
        assert await shop.wait(shop.ada.hears, 2) == ["echo: one", "echo: two"]
        await process.queue.idle()
