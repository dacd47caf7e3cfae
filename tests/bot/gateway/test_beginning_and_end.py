"""How does a conversation begin anew, what may always be pressed, and what is left of who had themselves forgotten?"""

from __future__ import annotations

import httpx
import pytest
from world import World, open_session

from feedback.conversations import find_session, find_turn
from feedback.payloads import find_payload

pytestmark = pytest.mark.anyio


async def test_a_new_conversation_of_the_same_person_begins_empty(
    client: httpx.AsyncClient, world: World, token: dict[str, str]
) -> None:
    await client.post("/api/messages", json={"text": "a lamp"}, headers=token)
    again = (await client.post("/api/sessions", json={"language": "zh-CN"}, headers=token)).json()
    fresh = {"Authorization": f"Bearer {again['token']}"}
    assert (await client.get("/api/messages", headers=fresh)).json() == {"messages": []}
    assert len((await client.get("/api/messages", headers=token)).json()["messages"]) > 1
    stranger = (await client.post("/api/sessions", json={})).json()["session_id"]
    with world.database.reading() as session:
        new = find_session(session, again["session_id"])
        assert new.language == "zh-CN"
        assert find_session(session, stranger).person_id != new.person_id


async def test_a_token_that_is_not_ours_begins_nothing(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/sessions", json={}, headers={"Authorization": "Bearer forged"})
    assert answer.status_code == httpx.codes.UNAUTHORIZED


async def test_the_menu_of_a_session_is_pressed_like_chips(client: httpx.AsyncClient, world: World) -> None:
    opened = (await client.post("/api/sessions", json={})).json()
    headers = {"Authorization": f"Bearer {opened['token']}"}
    for name, intent in {"human": "human", "cart": "show_cart", "saved": "show_saved"}.items():
        payload = opened["menu"][name]
        with world.database.reading() as session:
            assert find_payload(session, opened["session_id"], payload).intent == intent
        assert (await client.post("/api/messages", json={"payload": payload}, headers=headers)).status_code == 200
        stranger = await open_session(client)
        refused = await client.post("/api/messages", json={"payload": payload}, headers=stranger)
        assert refused.status_code == httpx.codes.BAD_REQUEST


async def test_who_is_forgotten_is_told_how_much_and_their_token_is_worthless(
    client: httpx.AsyncClient, world: World, token: dict[str, str]
) -> None:
    await client.post("/api/messages", json={"text": "a lamp"}, headers=token)
    receipt = (await client.post("/api/forget", headers=token)).json()
    assert receipt["erased"] > 0
    assert receipt["left"] == 0
    assert str(receipt["erased"]) in receipt["text"]
    for path in ("/api/messages", "/api/speaker"):
        assert (await client.get(path, headers=token)).status_code == httpx.codes.UNAUTHORIZED
    assert (await client.post("/api/forget", headers=token)).status_code == httpx.codes.UNAUTHORIZED


async def test_the_page_the_shopper_is_on_is_kept_with_what_they_say(
    client: httpx.AsyncClient, world: World, token: dict[str, str]
) -> None:
    said = {"text": "is this one waterproof?", "product_id": "lamp"}
    turn_id = (await client.post("/api/messages", json=said, headers=token)).json()["turn_id"]
    with world.database.reading() as session:
        assert find_turn(session, turn_id).product_id == "lamp"
