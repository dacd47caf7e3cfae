"""Can Telegram and the web be one, both ways, only by whoever holds both, and only once?"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select
from telegram_shop import Shop
from world import World, open_session

from feedback.links.codes import CODE_LIFETIME
from feedback.tables import IdentityRow, MessageRow, PersonRow

pytestmark = pytest.mark.anyio

CODE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}")


@pytest.fixture
def app(world: World) -> FastAPI:
    return world.app()


@pytest.fixture
async def web(world: World, app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://chat.example") as client:
        client.headers.update(await open_session(client))
        yield client


def people(world: World) -> int:
    with world.database.reading() as session:
        return len(session.scalars(select(PersonRow)).all())


async def test_from_the_web_by_one_press_on_telegram(shop: Shop, app: FastAPI, web: httpx.AsyncClient) -> None:
    async with shop.open(app):
        shop.ada.says("hello")
        await shop.wait(shop.ada.hears, 1)
        answer = (await web.post("/api/links")).json()
        assert CODE.fullmatch(answer["code"])
        assert people(shop.world) == 2
        shop.ada.says("/start " + answer["telegram_url"].partition("?start=")[2])
        assert "Say yes only if" in (await shop.wait(shop.ada.hears, 2))[1]
        assert people(shop.world) == 2, "nothing is linked by following an address"
        shop.ada.presses("Yes")
        assert "Done" in (await shop.wait(shop.ada.hears, 3))[2]
        state = (await web.get("/api/links")).json()
        assert (state["linked"], state["channels"]) == (True, ["telegram", "web"])
        assert people(shop.world) == 1
        await shop.wait(shop.api.until, lambda: "Yes, link them" not in shop.ada.buttons)


async def test_whoever_says_no_is_not_linked(shop: Shop, app: FastAPI, web: httpx.AsyncClient) -> None:
    async with shop.open(app):
        code = (await web.post("/api/links")).json()["code"]
        shop.ada.says(f"/start link_{code}")
        await shop.wait(shop.ada.hears, 1)
        shop.ada.presses("No")
        assert "Nothing was linked" in (await shop.wait(shop.ada.hears, 2))[1]
    assert people(shop.world) == 2


async def test_from_telegram_by_typing_the_code_into_the_web_chat(
    shop: Shop, app: FastAPI, web: httpx.AsyncClient
) -> None:
    async with shop.open(app):
        shop.ada.says("/link")
        code = CODE.search((await shop.wait(shop.ada.hears, 1))[0])
        assert code is not None
        replies = (await web.post("/api/messages", json={"text": f" {code[0].lower()} "})).json()["replies"]
        assert "Done" in replies[0]["text"]
        shop.ada.says("/unlink")
        assert "Taken apart" in (await shop.wait(shop.ada.hears, 2))[1]
        shop.ada.says("/unlink")
        assert "not linked" in (await shop.wait(shop.ada.hears, 3))[2]
    assert people(shop.world) == 2
    assert not shop.world.backend.asked, "codes never reach Rasa"
    with shop.world.database.reading() as session:
        bodies = str([row.body for row in session.scalars(select(MessageRow).where(MessageRow.sender == "bot"))])
    assert code[0] not in bodies, "the record of the conversation does not hold the code that was given"


async def test_a_code_that_was_used_or_is_old_or_guessed_opens_nothing(
    shop: Shop, app: FastAPI, web: httpx.AsyncClient
) -> None:
    async with shop.open(app):
        used = (await web.post("/api/links")).json()["code"]
        shop.ada.says(f"/start link_{used}")
        await shop.wait(shop.ada.hears, 1)
        shop.ada.presses("Yes")
        await shop.wait(shop.ada.hears, 2)
        old = (await web.post("/api/links")).json()["code"]
        shop.world.clock.advance(CODE_LIFETIME)
        thief = shop.api.person(666, "Mallory")
        for number, code in enumerate((used, old, "0000-0000-0000", "x"), start=1):
            thief.says(f"/start link_{code}")
            await shop.wait(thief.hears, 2 * number - 1)
            thief.presses("Yes")
            assert "does not work" in (await shop.wait(thief.hears, 2 * number))[-1]
    with shop.world.database.reading() as session:
        owners = {row.external_id: row.person_id for row in session.scalars(select(IdentityRow))}
    assert owners["100"] != owners["666"]


async def test_codes_are_tried_a_few_times_a_minute(web: httpx.AsyncClient) -> None:
    answers = [await web.post("/api/links/redeem", json={"code": f"{n:04}-0000-0000"}) for n in range(7)]
    assert [answer.status_code for answer in answers] == [400] * 5 + [429] * 2


async def test_two_telegrams_are_not_linked_to_one_page(shop: Shop, app: FastAPI, web: httpx.AsyncClient) -> None:
    bob = shop.api.person(101, "Bob")
    async with shop.open(app):
        for count, person in enumerate((shop.ada, bob)):
            code = (await web.post("/api/links")).json()["code"]
            person.says(f"/start link_{code}")
            await shop.wait(person.hears, 1)
            person.presses("Yes")
            assert ("Done", "already")[count] in (await shop.wait(person.hears, 2))[1]


async def test_without_a_bot_there_is_a_code_and_no_address(web: httpx.AsyncClient) -> None:
    assert (await web.post("/api/links")).json()["telegram_url"] is None


async def test_only_whoever_has_a_session_links(web: httpx.AsyncClient) -> None:
    del web.headers["Authorization"]
    for path in ("/api/links", "/api/links/redeem", "/api/links/undo"):
        assert (await web.post(path, json={"code": "x"})).status_code == httpx.codes.UNAUTHORIZED
