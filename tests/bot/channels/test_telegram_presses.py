"""Does a button do what it says, soon enough, and only for whom it was made?"""

from __future__ import annotations

import time
from typing import Any

import pytest
from sqlalchemy import select
from telegram_shop import Shop
from test_messages import SlowBackend
from world import World

from actions.replies.schema import Chip, ChipsReply, ProductCard, ProductsReply, TextReply
from bot.backend import Answer, Utterance
from feedback.channels.tables import UpdateRow
from feedback.conversations import find_session
from feedback.payloads import Pressable, issue_payloads
from feedback.store import Impression
from feedback.tables import VoteChangeRow, VoteRow

pytestmark = pytest.mark.anyio


def card(number: int, **more: Any) -> ProductCard:
    """One product as the actions show it."""
    return ProductCard.model_validate(
        {
            "id": f"item{number}", "title": f"Lamp {number}", "brand": "Acme", "price": f"{number}0.00",
            "currency": "USD", "in_stock": True, "image_url": "", "url": "", "reasons": [],
            "impression_id": f"impression{number}", **more,
        }
    )  # fmt: skip


class Showing(SlowBackend):
    """Shows lamps with the impressions and chips that the actions would have left; echoes what is pressed."""

    def __init__(self, world: World, count: int = 1) -> None:
        super().__init__()
        self.may_answer.set()
        self._world = world
        self._count = count

    async def answer(self, utterance: Utterance) -> Answer:
        await super().answer(utterance)
        if utterance.text != "lamps":
            return Answer([TextReply(text=f"you pressed {utterance.text}")])
        add = Pressable("add_to_cart", "Add Lamp 1 to the cart", {"item_id": "item1"})
        more = Pressable("more", "More", {})
        with self._world.database.transaction() as session:
            person_id = find_session(session, utterance.session_id).person_id
            issue_payloads(session, utterance.session_id, [add, more], self._world.clock.now())
        shown = [
            Impression(
                f"impression{number}", person_id, utterance.session_id, utterance.turn_id, f"item{number}", "search",
                number, 1.0, {}, {}, (), "lamps",
            )
            for number in range(1, self._count + 1)
        ]  # fmt: skip
        self._world.feedback.record_impressions(shown)
        cards = [card(number, add_payload=add.id if number == 1 else None) for number in range(1, self._count + 1)]
        return Answer([ProductsReply(items=cards), ChipsReply(items=[Chip(title="More", payload=more.id)])])


def votes(world: World) -> dict[str, int]:
    with world.database.reading() as session:
        return {row.impression_id: row.value for row in session.scalars(select(VoteRow))}


async def test_a_press_goes_on_with_the_conversation_and_is_acknowledged(shop: Shop) -> None:
    async with shop.open(shop.world.app(Showing(shop.world))):
        shop.ada.says("lamps")
        await shop.wait(shop.ada.hears, 1)
        press = shop.ada.presses("Add to cart")
        assert (await shop.wait(shop.ada.hears, 2))[1] == "you pressed /add_to_cart"
        shop.ada.presses("More")
        assert (await shop.wait(shop.ada.hears, 3))[2] == "you pressed /more"
    answered = [call.parameters["callback_query_id"] for call in shop.api.named("answerCallbackQuery")]
    assert press in answered
    assert len(answered) == 2


async def test_a_press_is_acknowledged_within_a_second_however_long_the_answer_takes(shop: Shop) -> None:
    backend = Showing(shop.world)
    async with shop.open(shop.world.app(backend)):
        shop.ada.says("lamps")
        await shop.wait(shop.ada.hears, 1)
        backend.may_answer.clear()
        shop.ada.says("something slow")
        await shop.wait(shop.api.until, lambda: len(backend.asked) == 1 and backend.was_asked.is_set())
        pressed_at = time.monotonic()
        shop.ada.presses("Add to cart")
        await shop.wait(shop.api.until, lambda: shop.api.named("answerCallbackQuery"))
        [acknowledged] = shop.api.named("answerCallbackQuery")
        assert len(shop.ada.heard) == 1
        backend.may_answer.set()
        assert (await shop.wait(shop.ada.hears, 3))[2] == "you pressed /add_to_cart"
    assert acknowledged.at > pressed_at


async def test_a_thumb_is_acknowledged_with_its_receipt_and_ticked_and_taken_back(shop: Shop) -> None:
    async with shop.open(shop.world.app(Showing(shop.world, count=2))) as process:
        shop.ada.says("lamps")
        await shop.wait(shop.ada.hears, 1)
        shop.ada.presses("2 👍")
        await shop.wait(shop.api.until, lambda: "2 👍 ✓" in shop.ada.buttons)
        assert votes(shop.world) == {"impression2": 1}
        assert "1 👍" in shop.ada.buttons
        receipts = [call.parameters.get("text", "") for call in shop.api.named("answerCallbackQuery")]
        assert receipts
        assert receipts[0]
        shop.ada.presses("2 👍 ✓")
        await shop.wait(shop.api.until, lambda: "2 👍" in shop.ada.buttons)
        await process.queue.idle()
    assert votes(shop.world) == {"impression2": 0}
    assert len(shop.ada.heard) == 1, "thumbs up say nothing in the chat"


async def test_a_thumb_down_is_asked_for_its_reason(shop: Shop) -> None:
    async with shop.open(shop.world.app(Showing(shop.world))):
        shop.ada.says("lamps")
        await shop.wait(shop.ada.hears, 1)
        shop.ada.presses("👎")
        assert "What is wrong with it?" in (await shop.wait(shop.ada.hears, 2))[1]
        assert votes(shop.world) == {"impression1": -1}
        shop.ada.presses("Too expensive")
        assert (await shop.wait(shop.ada.hears, 3))[2] == "you pressed /thumb_down"


async def test_a_thumb_that_is_delivered_again_counts_once(shop: Shop) -> None:
    async with shop.open(shop.world.app(Showing(shop.world))) as process:
        shop.ada.says("lamps")
        await shop.wait(shop.ada.hears, 1)
        shop.ada.presses("👍")
        await shop.wait(shop.api.until, lambda: "👍 ✓" in shop.ada.buttons)
        await process.queue.idle()
    with shop.world.database.transaction() as session:
        # The process died after the vote and before it was noted that the press is done.
        press = session.scalars(select(UpdateRow).where(UpdateRow.kind == "callback_query")).one()
        data = shop.ada.buttons["👍 ✓"]["callback_data"]
        press.status, press.attempts = "waiting", 1
        press.body = {
            "update_id": press.external_id,
            "callback_query": {"id": "again", "from": shop.ada.user, "chat_instance": "1", "data": data},
        }
        press.place = "100"
    async with shop.open() as process:
        await process.queue.idle()
    with shop.world.database.reading() as session:
        assert [row.value for row in session.scalars(select(VoteChangeRow))] == [1]


@pytest.mark.parametrize("data", ["0" * 32, "x", "/restart", "nolink-not-quite", "é" * 30])
async def test_what_was_not_made_for_this_conversation_does_nothing(shop: Shop, data: str) -> None:
    async with shop.open() as process:
        shop.ada.says("hello")
        await shop.wait(shop.ada.hears, 1)
        shop.ada.presses_data(data)
        await shop.wait(shop.api.until, lambda: shop.api.named("answerCallbackQuery"))
        await process.queue.idle()
    assert "earlier conversation" in shop.api.named("answerCallbackQuery")[0].parameters["text"]
    assert [said.text for said in shop.world.backend.asked] == ["hello"]


async def test_nobody_presses_what_was_made_for_somebody_else(shop: Shop) -> None:
    bob = shop.api.person(101, "Bob")
    async with shop.open(shop.world.app(Showing(shop.world))) as process:
        shop.ada.says("lamps")
        await shop.wait(shop.ada.hears, 1)
        bob.says("hi")
        await shop.wait(bob.hears, 1)
        for title in ("🛒 Add to cart", "👍"):
            bob.presses_data(shop.ada.buttons[title]["callback_data"])
        await shop.wait(shop.api.until, lambda: len(shop.api.named("answerCallbackQuery")) == 2)
        await process.queue.idle()
    assert not votes(shop.world)
    assert len(bob.heard) == 1


async def test_a_press_too_old_to_be_acknowledged_is_still_done(shop: Shop) -> None:
    async with shop.open(shop.world.app(Showing(shop.world))):
        shop.ada.says("lamps")
        await shop.wait(shop.ada.hears, 1)
        data = shop.ada.buttons["🛒 Add to cart"]["callback_data"]
        shop.api.deliver("callback_query", {"id": "old", "from": shop.ada.user, "chat_instance": "1", "data": data})
        assert (await shop.wait(shop.ada.hears, 2))[1] == "you pressed /add_to_cart"
    assert shop.api.named("answerCallbackQuery")[0].status == 400
