"""Does the gateway bound what a client may do, and say no in the one form?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy.exc import OperationalError
from test_messages import SlowBackend
from world import API_KEY, World, open_session

from bot.gateway import turns
from recommender.db import Database

pytestmark = pytest.mark.anyio

SHOP_PAGE = {"Origin": "https://shop.example"}


def with_settings(world: World, **changes: object) -> World:
    world.settings = world.settings.model_copy(update=changes)
    return world


async def test_a_session_may_send_so_many_messages_a_minute(world: World) -> None:
    async with with_settings(world, messages_per_minute=3).client() as client:
        token, other = await open_session(client), await open_session(client)
        answers = [await client.post("/api/messages", json={"text": "hello"}, headers=token) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
        assert answers[-1].json()["error"]["code"] == "too_many"
        assert len(world.backend.asked) == 3
        assert (await client.post("/api/messages", json={"text": "hello"}, headers=other)).status_code == httpx.codes.OK


async def test_an_address_may_ask_so_often_a_minute_and_health_is_free(world: World) -> None:
    app = with_settings(world, requests_per_minute=5).app()
    async with world.client(app) as client:
        answers = [await client.post("/api/sessions", json={}, headers=SHOP_PAGE) for _ in range(6)]
        assert [answer.status_code for answer in answers] == [201] * 5 + [429]
        assert answers[-1].headers["Access-Control-Allow-Origin"] == "https://shop.example"
        assert (await client.get("/healthz")).status_code == httpx.codes.OK
    async with world.client(app, address="203.0.113.8") as neighbour:
        assert (await neighbour.post("/api/sessions", json={})).status_code == httpx.codes.CREATED


async def test_one_ipv6_network_counts_as_one_address(world: World) -> None:
    app = with_settings(world, requests_per_minute=1).app()
    statuses = []
    for address in ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", "2001:db8:0:2::1"):
        async with world.client(app, address=address) as client:
            statuses.append((await client.post("/api/sessions", json={})).status_code)
    assert statuses == [201, 429, 201]


async def test_whoever_names_the_servers_key_asks_for_many_and_is_not_counted(world: World) -> None:
    async with with_settings(world, requests_per_minute=1).client() as client:
        keys = [API_KEY, API_KEY, API_KEY, "a-key-that-somebody-guessed", ""]
        answers = [await client.post("/api/sessions", json={}, headers={"X-API-Key": key}) for key in keys]
        assert [answer.status_code for answer in answers] == [201, 201, 201, 201, 429]


@pytest.mark.parametrize(("trusted", "statuses"), [([], [201, 429]), (["203.0.113.7"], [201, 201])])
async def test_only_a_trusted_proxy_says_for_whom_it_asks(
    world: World, trusted: list[str], statuses: list[int]
) -> None:
    async with with_settings(world, requests_per_minute=1, trusted_proxies=trusted).client() as client:
        answers = [
            await client.post("/api/sessions", json={}, headers={"X-Forwarded-For": address})
            for address in ("198.51.100.1", "198.51.100.2")
        ]
    assert [answer.status_code for answer in answers] == statuses


async def pieces(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b" " * 1024


@pytest.mark.parametrize(
    ("path", "kilobytes", "status"),
    [
        ("/api/sessions", 63, 400),
        ("/api/sessions", 65, 413),
        ("/api/messages", 1024, 413),
        ("/api/feedback", 1024, 413),
        ("/api/events", 500, 400),
        ("/api/events", 1024, 413),
    ],
)
@pytest.mark.parametrize("announced", [True, False])
async def test_a_large_body_is_refused(
    client: httpx.AsyncClient, token: dict[str, str], path: str, kilobytes: int, status: int, announced: bool
) -> None:
    body = b" " * 1024 * kilobytes if announced else pieces(kilobytes)
    answer = await client.post(path, content=body, headers={**token, "Content-Type": "application/json"})
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == {400: "bad_input", 413: "too_large"}[status]


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 30_000, b'{"text": NaN}'])
async def test_a_body_that_is_no_message_is_refused(
    client: httpx.AsyncClient, token: dict[str, str], body: bytes
) -> None:
    answer = await client.post("/api/messages", content=body, headers={**token, "Content-Type": "application/json"})
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert answer.json()["error"]["code"] == "bad_input"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/sessions", '{"identity": "%"}'),
        ("/api/messages", '{"payload": "%"}'),
        ("/api/messages", '{"text": "hello", "client_message_id": "%"}'),
        ("/api/feedback", '{"value": 1, "impression_id": "%"}'),
        ("/api/events", '{"events": [{"id": "%", "kind": "view", "item_id": "lamp"}]}'),
        ("/api/events", '{"events": [{"id": "e1", "kind": "view", "item_id": "%"}]}'),
    ],
)
async def test_half_a_character_is_no_id(
    client: httpx.AsyncClient, token: dict[str, str], path: str, body: str
) -> None:
    content = body.replace("%", "\\ud800").encode()
    answer = await client.post(path, content=content, headers={**token, "Content-Type": "application/json"})
    assert answer.status_code == httpx.codes.BAD_REQUEST


async def test_only_listed_origins_may_read_answers(client: httpx.AsyncClient) -> None:
    asking = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,last-event-id"}
    allowed = await client.options("/api/messages", headers={**SHOP_PAGE, **asking})
    assert allowed.status_code == httpx.codes.OK
    assert allowed.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    for origin in ("https://evil.example", "https://shop.example.evil.example", "null"):
        refused = await client.options("/api/messages", headers={"Origin": origin, **asking})
        assert refused.status_code == httpx.codes.BAD_REQUEST
        assert "Access-Control-Allow-Origin" not in (await client.get("/healthz", headers={"Origin": origin})).headers


async def test_every_answer_has_safe_headers_and_a_request_id(client: httpx.AsyncClient) -> None:
    for path in ("/healthz", "/api/messages", "/nothing-here", "/", "/widget.js", "/widget/view.js"):
        answer = await client.get(path, headers={"X-Request-ID": "from-the-shop-1"})
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Request-ID"] == "from-the-shop-1"
    forged = await client.get("/healthz", headers={"X-Request-ID": "a b{}<script>"})
    assert len(forged.headers["X-Request-ID"]) == 32


async def test_what_is_not_there_is_said_in_the_one_form(client: httpx.AsyncClient) -> None:
    missing = await client.get("/api/nothing")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "not_found")
    wrong = await client.put("/api/messages")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (405, "method_not_allowed")
    for docs in ("/docs", "/redoc", "/openapi.json"):
        assert (await client.get(docs)).status_code == httpx.codes.NOT_FOUND


async def test_pictures_are_served_without_power_and_nothing_beside_them(world: World) -> None:
    pictures = world.settings.shop_dir / "pictures"
    async with world.client() as client:
        (pictures / "lamp.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
        (world.settings.shop_dir / "orders.csv").write_text("secret")
        (pictures / "link.csv").symlink_to(world.settings.shop_dir / "orders.csv")
        picture = await client.get("/pictures/lamp.svg")
        assert picture.status_code == httpx.codes.OK
        assert picture.headers["Content-Type"] == "image/svg+xml"
        assert "default-src 'none'" in picture.headers["Content-Security-Policy"]
        assert "sandbox" in picture.headers["Content-Security-Policy"]
        assert picture.headers["X-Content-Type-Options"] == "nosniff"
        assert picture.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        for path in (
            "../orders.csv",
            "%2e%2e/orders.csv",
            "..%2forders.csv",
            "%2e%2e%2forders.csv",
            "..\\orders.csv",
            "link.csv",
            "",
        ):
            answer = await client.get(httpx.URL(f"http://chat.example/pictures/{path}"))
            assert answer.status_code in {404, 405}, path
            assert "secret" not in answer.text


async def test_too_many_turns_in_flight_are_not_accepted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "MOST_IN_FLIGHT", 2)
    backend = SlowBackend()
    async with world.client(world.app(backend)) as client:
        tokens = [await open_session(client) for _ in range(3)]
        asking = [
            asyncio.create_task(client.post("/api/messages", json={"text": "hello"}, headers=token))
            for token in tokens[:2]
        ]
        await backend.was_asked.wait()
        await asyncio.sleep(0.1)
        refused = await client.post("/api/messages", json={"text": "hello"}, headers=tokens[2])
        assert refused.status_code == httpx.codes.SERVICE_UNAVAILABLE
        assert int(refused.headers["Retry-After"]) > 0
        assert (await client.get("/api/messages", headers=tokens[2])).json() == {"messages": []}
        backend.may_answer.set()
        assert [(await task).status_code for task in asking] == [200, 200]
        assert (
            await client.post("/api/messages", json={"text": "hello"}, headers=tokens[2])
        ).status_code == httpx.codes.OK


class Outage(Database):
    """A record that can be taken away and given back."""

    gone = False

    def transaction(self):  # type: ignore[no-untyped-def]
        self._check()
        return super().transaction()

    def reading(self):  # type: ignore[no-untyped-def]
        self._check()
        return super().reading()

    def _check(self) -> None:
        if self.gone:
            raise OperationalError("SELECT secret", {}, OSError("connection refused"))


async def test_without_a_database_nothing_is_accepted_and_nothing_accepted_is_lost(world: World) -> None:
    outage = Outage(str(world.database.url))
    world.database = outage
    backend = SlowBackend()
    app = world.app(backend)
    async with world.client(app) as client:
        token = await open_session(client)
        message = {"text": "a kettle", "client_message_id": "m1"}
        asking = asyncio.create_task(client.post("/api/messages", json=message, headers=token))
        await backend.was_asked.wait()
        outage.gone = True
        backend.may_answer.set()
        lost = await asking
        for answer in (
            lost,
            await client.post("/api/messages", json={"text": "another"}, headers=token),
            await client.post("/api/sessions", json={}),
        ):
            assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
            assert answer.headers["Retry-After"] == "5"
            assert "secret" not in answer.text
        ready = await client.get("/readyz")
        assert ready.status_code == httpx.codes.SERVICE_UNAVAILABLE
        assert ready.json()["parts"]["database"] is False
        outage.gone = False
        await app.state.gateway.turns.answer_waiting()
        again = await client.post("/api/messages", json=message, headers=token)
        assert again.json()["replies"] == [{"type": "text", "text": "echo: a kettle"}]
        messages = (await client.get("/api/messages", headers=token)).json()["messages"]
        assert [one["sender"] for one in messages] == ["shopper", "bot"]
    outage.close()


async def test_readiness_names_each_part(client: httpx.AsyncClient, world: World) -> None:
    assert (await client.get("/readyz")).json() == {
        "ready": True,
        "parts": {"database": True, "index": True, "rasa": True},
    }
    world.backend.ready = False
    world.index.total = 0
    answer = await client.get("/readyz")
    assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert answer.json() == {"ready": False, "parts": {"database": True, "index": False, "rasa": False}}
    world.index.broken = True
    assert (await client.get("/readyz")).json()["parts"]["index"] is False
    world.index.broken, world.backend.ready = False, True
    world.catalogue.delete(["lamp"])
    assert (await client.get("/readyz")).status_code == httpx.codes.OK


async def test_metrics_and_logs_hold_nothing_personal(
    client: httpx.AsyncClient, token: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await client.post("/api/messages", json={"text": "my name is Ermintrude"}, headers=token)
    metrics = (await client.get("/metrics")).text
    assert 'shoptalk_turns_total{outcome="answered"} 1.0' in metrics
    assert 'route="/api/messages",status="200"' in metrics
    logged = capsys.readouterr()
    for private in ("Ermintrude", token["Authorization"].removeprefix("Bearer "), "203.0.113.7"):
        assert private not in metrics + logged.out + logged.err
    assert answer.json()["turn_id"] not in metrics


async def test_a_crash_is_answered_in_the_one_form_without_its_detail(world: World) -> None:
    app = world.app()
    object.__setattr__(app.state.gateway, "services", None)
    async with world.client(app) as client:
        answer = await client.post("/api/sessions", json={})
    assert answer.status_code == httpx.codes.INTERNAL_SERVER_ERROR
    assert answer.json()["error"]["request_id"] == answer.headers["X-Request-ID"]
    assert "NoneType" not in answer.text
