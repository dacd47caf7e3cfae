"""Does the console let in who may come in, and nobody and nothing else?"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request, WebSocket
from hostile import HOSTILE
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from bot.gateway.threads import Threads
from bot.staff.app import create_entrance, is_loopback
from bot.staff.guard import COOKIE
from feedback.staff.accounts import add_staff, hash_password, set_disabled
from feedback.staff.audit import latest_actions
from feedback.staff.logins import ATTEMPTS_PER_ACCOUNT, IDLE, issue_first_link
from feedback.staff.roles import Role
from recommender.clock import FakeClock
from recommender.db import Database
from recommender.settings import Settings

pytestmark = pytest.mark.anyio

PASSWORD = "correct horse battery"
HASH = hash_password(PASSWORD)
ORIGIN = "http://127.0.0.1:8001"
PAGE = {"Accept": "text/html"}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def entrance(database: Database, clock: FakeClock, tmp_path: Path) -> FastAPI:
    settings = Settings(_env_file=None, home=tmp_path, staff_names=["console.shop.example"])
    app = create_entrance(database, clock, settings, Threads(2))

    @app.get("/")
    async def behind(request: Request) -> str:
        return f"hello {request.state.actor.name}"

    @app.post("/change")
    async def change() -> str:
        return "changed"

    @app.websocket("/_nicegui_ws/")
    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text("connected")
        await websocket.close()

    return app


@pytest.fixture
async def client(entrance: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(entrance, client=("10.1.1.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        yield client


@pytest.fixture
def ada(database: Database, clock: FakeClock) -> str:
    with database.transaction() as session:
        return add_staff(session, "Ada", Role.TRAINER, HASH, clock.now()).id


def field(page: httpx.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, page.text
    return found.group(1)


async def log_in(
    client: httpx.AsyncClient, name: str = "Ada", password: str = PASSWORD, **changed: str
) -> httpx.Response:
    form = {"form": field(await client.get("/login"), "form"), "name": name, "password": password, **changed}
    return await client.post("/login", data=form, headers={"Origin": ORIGIN})


async def test_without_a_login_a_page_leads_to_it_and_everything_else_is_refused(client: httpx.AsyncClient) -> None:
    page = await client.get("/agents/7?at=end", headers=PAGE)
    assert (page.status_code, page.headers["location"]) == (303, "/login?next=%2Fagents%2F7%3Fat%3Dend")
    for path in ("/", "/_nicegui/3/static/nicegui.js", "/_nicegui_ws/socket.io/"):
        assert (await client.get(path)).status_code == httpx.codes.UNAUTHORIZED
    assert (await client.post("/change", headers={"Origin": ORIGIN})).status_code == httpx.codes.UNAUTHORIZED


async def test_the_right_password_leads_on_to_the_page(client: httpx.AsyncClient, ada: str) -> None:
    answer = await log_in(client, next="/review")
    assert (answer.status_code, answer.headers["location"]) == (303, "/review")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert (await client.get("/")).json() == "hello Ada"


async def test_a_login_over_https_is_never_sent_without_it(
    client: httpx.AsyncClient, entrance: FastAPI, ada: str
) -> None:
    transport = httpx.ASGITransport(entrance)
    async with httpx.AsyncClient(transport=transport, base_url="https://console.shop.example") as browser:
        form = {"form": field(await browser.get("/login"), "form"), "name": "Ada", "password": PASSWORD}
        answer = await browser.post("/login", data=form, headers={"Origin": "https://console.shop.example"})
    assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize("name", ["Ada", "Nobody"])
async def test_a_wrong_password_and_a_wrong_name_are_told_the_same(
    client: httpx.AsyncClient, ada: str, name: str
) -> None:
    answer = await log_in(client, name, "not the password")
    assert answer.status_code == httpx.codes.UNAUTHORIZED
    assert "The name or the password is wrong." in answer.text
    assert COOKIE not in client.cookies


async def test_after_too_many_failures_even_the_right_password_waits(
    client: httpx.AsyncClient, ada: str, clock: FakeClock
) -> None:
    for _ in range(ATTEMPTS_PER_ACCOUNT):
        assert (await log_in(client, password="not the password")).status_code == httpx.codes.UNAUTHORIZED
    locked = await log_in(client)
    assert locked.status_code == httpx.codes.TOO_MANY_REQUESTS
    assert int(locked.headers["retry-after"]) > 60
    assert "try again in 15 minutes" in locked.text
    clock.advance(timedelta(minutes=16))
    assert (await log_in(client)).status_code == httpx.codes.SEE_OTHER


async def test_a_closed_account_is_out_at_once(client: httpx.AsyncClient, ada: str, database: Database) -> None:
    await log_in(client)
    with database.transaction() as session:
        set_disabled(session, "Ada", disabled=True)
    assert (await client.get("/")).status_code == httpx.codes.UNAUTHORIZED
    assert (await log_in(client)).status_code == httpx.codes.UNAUTHORIZED


async def test_a_browser_left_alone_is_logged_out(client: httpx.AsyncClient, ada: str, clock: FakeClock) -> None:
    await log_in(client)
    clock.advance(IDLE)
    assert (await client.get("/")).status_code == httpx.codes.UNAUTHORIZED


async def test_using_it_keeps_it_open(client: httpx.AsyncClient, ada: str, clock: FakeClock) -> None:
    await log_in(client)
    for _ in range(3):
        clock.advance(IDLE * 0.9)
        assert (await client.get("/")).status_code == httpx.codes.OK


async def test_a_form_that_this_browser_was_not_given_is_refused(client: httpx.AsyncClient, ada: str) -> None:
    assert (await log_in(client, form="forged")).status_code == httpx.codes.FORBIDDEN
    genuine = field(await client.get("/login"), "form")
    client.cookies.clear()
    answer = await client.post(
        "/login", data={"form": genuine, "name": "Ada", "password": PASSWORD}, headers={"Origin": ORIGIN}
    )
    assert answer.status_code == httpx.codes.FORBIDDEN


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://127.0.0.1:8000", "http://[broken"])
async def test_what_comes_from_another_origin_is_refused(
    client: httpx.AsyncClient, ada: str, origin: str | None
) -> None:
    await log_in(client)
    headers = {} if origin is None else {"Origin": origin}
    assert (await client.post("/change", headers=headers)).status_code == httpx.codes.FORBIDDEN
    assert (await client.post("/change", headers={"Origin": ORIGIN})).status_code == httpx.codes.OK


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("127.0.0.1:8001", True),
        ("localhost:8001", True),
        ("[::1]:8001", True),
        ("console.shop.example", True),
        ("CONSOLE.shop.example:443", True),
        ("evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("console.shop.example.evil.example", False),
        ("10.0.0.1:8001", False),
        ("[broken", False),
    ],
)
async def test_only_the_consoles_own_names_are_answered(client: httpx.AsyncClient, host: str, known: bool) -> None:
    answer = await client.get("/login", headers={"Host": host})
    assert answer.status_code == (httpx.codes.OK if known else 421)


@pytest.mark.parametrize(
    ("following", "to"),
    [
        ("/review?queue=1", "/review?queue=1"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\r\nSet-Cookie: a=b", "/"),
        ("", "/"),
    ],
)
async def test_a_login_leads_to_no_other_site(client: httpx.AsyncClient, ada: str, following: str, to: str) -> None:
    assert (await log_in(client, next=following)).headers["location"] == to


async def test_every_answer_has_headers_that_keep_it_to_itself(client: httpx.AsyncClient) -> None:
    for answer in (await client.get("/login"), await client.get("/"), await client.get("/style/door.css")):
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
    assert "script" not in (await client.get("/login")).headers["content-security-policy"]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
async def test_whatever_is_typed_as_a_name_stays_text(client: httpx.AsyncClient, text: str) -> None:
    # Refused before any password is hashed, which would take its time for each.
    answer = await log_in(client, text[:200], form="forged")
    assert answer.status_code == httpx.codes.FORBIDDEN
    assert "<script" not in answer.text
    assert "onerror=alert(1)>" not in answer.text
    assert answer.text.count("<input") == 4


async def test_a_form_without_end_is_not_read(client: httpx.AsyncClient) -> None:
    answer = await client.post("/login", content=b"name=" + b"a" * 100_000, headers={"Origin": ORIGIN})
    assert answer.status_code == httpx.codes.FORBIDDEN


async def test_the_first_account_is_made_once_by_link(
    client: httpx.AsyncClient, database: Database, clock: FakeClock
) -> None:
    with database.transaction() as session:
        token = issue_first_link(session, clock.now())
    page = await client.get("/first", params={"token": token})
    form = {"form": field(page, "form"), "token": field(page, "token"), "name": "Root", "password": PASSWORD}
    too_short = await client.post("/first", data=form | {"password": "short"}, headers={"Origin": ORIGIN})
    assert too_short.status_code == httpx.codes.BAD_REQUEST
    assert "10 to 200 characters" in too_short.text
    assert (await client.post("/first", data=form, headers={"Origin": ORIGIN})).status_code == httpx.codes.SEE_OTHER
    assert (await client.get("/")).json() == "hello Root"
    again = await client.get("/first", params={"token": token})
    assert again.status_code == httpx.codes.NOT_FOUND
    page = await client.get("/login")
    repeated = await client.post(
        "/first", data=form | {"form": field(page, "form"), "name": "Eve"}, headers={"Origin": ORIGIN}
    )
    assert repeated.status_code == httpx.codes.CONFLICT
    with database.reading() as session:
        assert [row.action for row in latest_actions(session)] == ["staff.first"]


async def test_a_made_up_first_link_opens_nothing(client: httpx.AsyncClient) -> None:
    assert (await client.get("/first?token=made-up")).status_code == httpx.codes.NOT_FOUND


def test_a_websocket_needs_a_login_and_this_origin(
    entrance: FastAPI, database: Database, clock: FakeClock, ada: str
) -> None:
    client = TestClient(entrance, base_url=ORIGIN, follow_redirects=False)

    def connect(origin: str) -> str:
        address = "ws://127.0.0.1:8001/_nicegui_ws/"
        with client.websocket_connect(address, headers={"Origin": origin, "Host": "127.0.0.1:8001"}) as socket:
            return socket.receive_text()

    with pytest.raises(WebSocketDisconnect):
        connect(ORIGIN)
    page = client.get("/login")
    found = re.search(r'name="form" value="([^"]*)"', page.text)
    assert found
    client.post(
        "/login", data={"form": found.group(1), "name": "Ada", "password": PASSWORD}, headers={"Origin": ORIGIN}
    )
    assert connect(ORIGIN) == "connected"
    with pytest.raises(WebSocketDisconnect):
        connect("http://evil.example")


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False), ("shop.eu", False)],
)
def test_the_first_link_is_for_loopback_alone(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
