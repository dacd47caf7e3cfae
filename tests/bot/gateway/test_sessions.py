"""Does only the right token, identity or key speak for somebody?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from world import IDENTITY_KEY, OLD_IDENTITY_KEY, World, open_session

from bot.gateway.credentials import SessionTokens
from bot.gateway.errors import UnauthorisedError
from feedback.conversations import find_session
from recommender.settings import Settings

pytestmark = pytest.mark.anyio

SIGNER = SessionTokens("a-key-that-signs-only-in-this-test")
SESSION_ID = "5e" * 16


def identity(key: str = IDENTITY_KEY, algorithm: str = "HS256", **changes: Any) -> str:
    claims: dict[str, Any] = {"sub": "customer-7", "aud": "shoptalk", "exp": datetime.now(UTC) + timedelta(minutes=5)}
    claims |= changes
    return jwt.encode({name: value for name, value in claims.items() if value is not None}, key, algorithm)


async def person_of(client: httpx.AsyncClient, world: World, **body: str) -> str:
    answer = await client.post("/api/sessions", json=body)
    assert answer.status_code == httpx.codes.CREATED, answer.text
    with world.database.reading() as session:
        return find_session(session, answer.json()["session_id"]).person_id


async def test_each_session_is_its_own_person(client: httpx.AsyncClient, world: World) -> None:
    assert await person_of(client, world) != await person_of(client, world)


async def test_the_shops_word_is_the_same_person_on_every_visit(client: httpx.AsyncClient, world: World) -> None:
    first = await person_of(client, world, identity=identity())
    assert await person_of(client, world, identity=identity(OLD_IDENTITY_KEY)) == first
    assert await person_of(client, world, identity=identity(sub="customer-8")) != first


@pytest.mark.parametrize(
    ("token", "sentence"),
    [
        (lambda: identity("another-key-that-the-shop-never-used"), "none of the shop's identity keys"),
        (lambda: identity(exp=datetime.now(UTC) - timedelta(minutes=5)), "has expired"),
        (lambda: identity(exp=datetime.now(UTC) + timedelta(minutes=11)), "10 minutes ahead at most"),
        (lambda: identity(exp=None), "'exp' is missing"),
        (lambda: identity(sub=None), "'sub' is missing"),
        (lambda: identity(aud=None), "'aud' is missing"),
        (lambda: identity(aud="another-service"), "not for the audience 'shoptalk'"),
        (lambda: identity(sub=""), "not a customer id"),
        (lambda: identity(sub="x" * 201), "not a customer id"),
        (lambda: identity(sub="a\nb"), "not a customer id"),
        (lambda: identity(nbf=datetime.now(UTC) + timedelta(minutes=3)), "not valid yet"),
        (lambda: identity(IDENTITY_KEY * 2, "HS512"), "HS256"),
        (lambda: jwt.encode({"sub": "customer-7", "aud": "shoptalk"}, None, "none"), "HS256"),
        (lambda: "not.a.token", "cannot be read"),
        (lambda: "", "cannot be read"),
    ],
)
async def test_an_identity_that_is_not_right_is_refused_with_a_sentence(
    client: httpx.AsyncClient, token: Callable[[], str], sentence: str
) -> None:
    # Signed when the test runs: one signed at collection has come nearer its end by the time a long suite gets here.
    answer = await client.post("/api/sessions", json={"identity": token()})
    assert answer.status_code == httpx.codes.UNAUTHORIZED
    assert sentence in answer.json()["error"]["message"]


async def test_without_an_identity_key_no_identity_is_taken(world: World, settings: Settings) -> None:
    world.settings = settings.model_copy(update={"identity_keys": []})
    async with world.client() as client:
        answer = await client.post("/api/sessions", json={"identity": identity()})
        assert answer.status_code == httpx.codes.UNAUTHORIZED
        assert "no identity key" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/messages"), ("POST", "/api/messages"), ("GET", "/api/stream"), ("POST", "/api/feedback")],
)
@pytest.mark.parametrize(
    "header", [None, "Bearer ", "Bearer made-up", "Basic dTpw", f"Bearer {SIGNER.issue(SESSION_ID)}"]
)
async def test_without_a_genuine_token_nothing_is_told(
    client: httpx.AsyncClient, method: str, path: str, header: str | None
) -> None:
    body = {"json": {"text": "hello"}} if method == "POST" else {}
    answer = await client.request(method, path, headers={"Authorization": header} if header else {}, **body)
    assert answer.status_code == httpx.codes.UNAUTHORIZED
    assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_a_session_sees_only_its_own_messages(client: httpx.AsyncClient, token: dict[str, str]) -> None:
    await client.post("/api/messages", json={"text": "my own business"}, headers=token)
    other = await open_session(client)
    assert (await client.get("/api/messages", headers=other)).json() == {"messages": []}


async def test_an_idle_session_expires_and_an_active_one_goes_on(
    client: httpx.AsyncClient, token: dict[str, str], world: World
) -> None:
    for _ in range(3):
        world.clock.advance(timedelta(days=20))
        assert (await client.get("/api/messages", headers=token)).status_code == httpx.codes.OK
    world.clock.advance(timedelta(days=31))
    answer = await client.get("/api/messages", headers=token)
    assert answer.status_code == httpx.codes.UNAUTHORIZED
    assert "expired" in answer.json()["error"]["message"]


async def test_a_token_outlives_a_restart(world: World) -> None:
    async with world.client() as client:
        token = await open_session(client)
    async with world.client() as client:
        assert (await client.get("/api/messages", headers=token)).status_code == httpx.codes.OK


@given(st.data())
def test_a_token_that_was_changed_anywhere_is_refused(data: st.DataObject) -> None:
    token = SIGNER.issue(SESSION_ID)
    position = data.draw(st.integers(0, len(token) - 1))
    character = data.draw(st.characters(codec="utf-8").filter(lambda one: one != token[position]))
    changed = token[:position] + character + token[position + 1 :]
    try:
        # base64 leaves some bits of a last character unused: then it is the same token, written otherwise.
        assert SIGNER.read(changed) == SESSION_ID
    except UnauthorisedError:
        return
    assert position in {len(token) - 1, token.rindex(".") - 1}
