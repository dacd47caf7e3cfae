"""Do thumbs and events count once, for the right person, and for nobody else?"""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import func, select
from world import API_KEY, World, open_session

from actions.replies.schema import ProductCard, ProductsReply
from bot.backend import Answer
from feedback.conversations import find_session
from feedback.people import find_person
from feedback.store import Impression
from feedback.tables import EventRow, TurnRow

pytestmark = pytest.mark.anyio

CARD = ProductCard(
    id="lamp", title="Paper lamp", brand="", price="12.50", currency="USD", in_stock=True, image_url="", url="",
    reasons=[], impression_id="impression-1",
)  # fmt: skip


@pytest.fixture
async def shown(client: httpx.AsyncClient, token: dict[str, str], world: World) -> str:
    """An impression of the lamp, shown in the session of `token`."""
    world.backend.enqueue(Answer([ProductsReply(items=[CARD])]))
    turn_id = (await client.post("/api/messages", json={"text": "a lamp"}, headers=token)).json()["turn_id"]
    with world.database.reading() as session:
        session_id = session.get_one(TurnRow, turn_id).session_id
        person_id = find_session(session, session_id).person_id
    impression = Impression("impression-1", person_id, session_id, turn_id, "lamp", "search", 1, 0.5)
    world.feedback.record_impressions([impression])
    return impression.id


async def send(client: httpx.AsyncClient, headers: dict[str, str], *events: dict[str, Any]) -> httpx.Response:
    return await client.post("/api/events", json={"events": list(events)}, headers=headers)


def event(number: int = 1, **more: str) -> dict[str, str]:
    return {"id": f"e{number}", "kind": "view", "item_id": "lamp", **more}


async def test_a_vote_gets_a_receipt_and_comes_back_with_the_history(
    client: httpx.AsyncClient, token: dict[str, str], shown: str
) -> None:
    answer = await client.post(
        "/api/feedback", json={"impression_id": shown, "value": -1, "reason": "too dear"}, headers=token
    )
    assert answer.status_code == httpx.codes.OK
    receipt = answer.json()
    assert (receipt["value"], receipt["changed"]) == (-1, True)
    assert "Paper lamp" in receipt["text"]
    again = await client.post(
        "/api/feedback", json={"impression_id": shown, "value": -1, "reason": "too dear"}, headers=token
    )
    assert again.json()["changed"] is False
    messages = (await client.get("/api/messages", headers=token)).json()["messages"]
    assert messages[-1]["body"]["items"][0]["vote"] == -1
    await client.post("/api/feedback", json={"impression_id": shown, "value": 0}, headers=token)
    messages = (await client.get("/api/messages", headers=token)).json()["messages"]
    assert messages[-1]["body"]["items"][0]["vote"] == 0


async def test_nobody_votes_on_what_somebody_else_was_shown(
    client: httpx.AsyncClient, shown: str, world: World
) -> None:
    other = await open_session(client)
    for impression in (shown, "made-up"):
        answer = await client.post("/api/feedback", json={"impression_id": impression, "value": 1}, headers=other)
        assert answer.status_code == httpx.codes.NOT_FOUND
        assert answer.json()["error"]["message"].startswith("You were shown no product")


@pytest.mark.parametrize("value", [2, -2, 0.5, "up", None])
async def test_a_vote_is_up_down_or_taken_back(
    client: httpx.AsyncClient, token: dict[str, str], shown: str, value: object
) -> None:
    answer = await client.post("/api/feedback", json={"impression_id": shown, "value": value}, headers=token)
    assert answer.status_code == httpx.codes.BAD_REQUEST


async def test_a_long_reason_is_refused(client: httpx.AsyncClient, token: dict[str, str], shown: str) -> None:
    body = {"impression_id": shown, "value": -1, "reason": "x" * 201}
    assert (await client.post("/api/feedback", json=body, headers=token)).status_code == httpx.codes.BAD_REQUEST


async def test_a_session_reports_its_own_events_once(
    client: httpx.AsyncClient, token: dict[str, str], world: World
) -> None:
    assert (await send(client, token, event(1), event(2))).json() == {"received": 2, "new": 2}
    assert (await send(client, token, event(2), event(3))).json() == {"received": 2, "new": 1}
    other = await open_session(client)
    assert (await send(client, other, event(1))).json() == {"received": 1, "new": 1}
    with world.database.reading() as session:
        assert session.scalar(select(func.count(func.distinct(EventRow.person_id)))) == 2


async def test_nobody_blocks_an_event_of_somebody_else_by_its_id(
    client: httpx.AsyncClient, token: dict[str, str], world: World
) -> None:
    key = {"X-API-Key": API_KEY}
    assert (await send(client, token, event(1))).json() == {"received": 1, "new": 1}
    assert (await send(client, key, event(1, user_id="customer-7"))).json() == {"received": 1, "new": 1}
    assert (await send(client, key, event(1, user_id="customer-7"))).json() == {"received": 1, "new": 0}
    with world.database.reading() as session:
        assert len({row.person_id for row in session.scalars(select(EventRow))}) == 2


async def test_a_session_cannot_report_for_somebody_else(client: httpx.AsyncClient, token: dict[str, str]) -> None:
    answer = await send(client, token, event(user_id="customer-7"))
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert "its own events" in answer.json()["error"]["message"]


@pytest.mark.parametrize("headers", [{"X-API-Key": API_KEY}, {"Authorization": f"Bearer {API_KEY}"}])
async def test_the_shops_server_reports_for_its_customers(
    client: httpx.AsyncClient, world: World, headers: dict[str, str]
) -> None:
    bought = event(1, user_id="customer-7", kind="purchase", at="2026-03-01T10:00:00+01:00")
    assert (await send(client, headers, bought, event(2, user_id="customer-8"))).json() == {"received": 2, "new": 2}
    assert (await send(client, headers, bought)).json() == {"received": 1, "new": 0}
    with world.database.reading() as session:
        person_id = find_person(session, "shop", "customer-7")
    assert [(one.item_id, one.kind) for one in world.feedback.events(person_id)] == [("lamp", "purchase")]
    assert (await send(client, headers, event(3))).status_code == httpx.codes.BAD_REQUEST


async def test_a_wrong_key_is_refused_even_beside_a_genuine_token(
    client: httpx.AsyncClient, token: dict[str, str]
) -> None:
    assert (await send(client, {"X-API-Key": "guess"}, event())).status_code == httpx.codes.UNAUTHORIZED
    assert (await send(client, {**token, "X-API-Key": "guess"}, event())).status_code == httpx.codes.UNAUTHORIZED
    assert (await send(client, {}, event())).status_code == httpx.codes.UNAUTHORIZED


async def test_a_batch_holds_one_to_a_thousand_events_of_a_listed_kind(client: httpx.AsyncClient) -> None:
    key = {"X-API-Key": API_KEY}
    full = [event(number, user_id=f"customer-{number % 50}") for number in range(1000)]
    assert (await send(client, key, *full)).json() == {"received": 1000, "new": 1000}
    assert (await send(client, key, *full, event(1000, user_id="u"))).status_code == httpx.codes.BAD_REQUEST
    assert (await send(client, key)).status_code == httpx.codes.BAD_REQUEST
    assert (await send(client, key, event(1, user_id="u", kind="stare"))).status_code == httpx.codes.BAD_REQUEST
    assert (
        await send(client, key, event(1, user_id="u", at="2026-03-01T10:00:00"))
    ).status_code == httpx.codes.BAD_REQUEST
