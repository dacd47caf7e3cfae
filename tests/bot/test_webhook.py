"""Does the webhook run actions as rasa_sdk's own server does, for Rasa alone, and no more than it can?"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection

from bot.webhook import create_webhook

pytestmark = pytest.mark.anyio

TOKEN = "the-token-of-the-action-webhook"
TRACKER = {
    "sender_id": "session.0", "slots": {}, "latest_message": {"text": "a kettle", "metadata": {"turn_id": "turn"}},
    "events": [], "paused": False, "followup_action": None, "active_loop": {}, "latest_action_name": None,
}  # fmt: skip


class Echo(Action):
    """Says what it was told in which turn; waits when told to."""

    may_answer: asyncio.Event | None = None

    def name(self) -> str:
        return "action_echo_of_this_test"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        if self.may_answer is not None:
            await self.may_answer.wait()
        message = tracker.latest_message
        dispatcher.utter_message(json_message={"said": message["text"], "turn": message["metadata"]["turn_id"]})
        return [{"event": "slot", "name": "done", "value": True}]


class Broken(Action):
    """Fails with an error, or declines to run."""

    # The executor finds every Action class of the process and makes one of each without arguments.
    def __init__(self, error: Exception | None = None) -> None:
        self._error = error or RuntimeError("a secret detail")

    def name(self) -> str:
        return "action_broken_in_this_test"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        raise self._error


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def rasa(*actions: Action, most_calls: int = 4) -> httpx.AsyncClient:
    executor = ActionExecutor()
    for action in actions:
        executor.register_action(action)
    transport = httpx.ASGITransport(create_webhook(executor, TOKEN, most_calls))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:5055")


def call(action: str, **more: Any) -> dict[str, Any]:
    return {"next_action": action, "sender_id": "session.0", "tracker": TRACKER, "domain": {"intents": []}, **more}


async def test_an_action_answers_with_events_and_responses() -> None:
    async with rasa(Echo()) as client:
        answer = await client.post("/webhook", params={"token": TOKEN}, json=call("action_echo_of_this_test"))
        assert answer.status_code == httpx.codes.OK
        assert answer.json()["events"] == [{"event": "slot", "name": "done", "value": True}]
        assert answer.json()["responses"][0]["custom"] == {"said": "a kettle", "turn": "turn"}
        assert (await client.get("/health")).json() == {"status": "ok"}


@pytest.mark.parametrize("token", [None, "", "guess", TOKEN + "x", "é"])
async def test_nobody_else_is_let_in(token: str | None) -> None:
    async with rasa(Echo()) as client:
        params = {} if token is None else {"token": token}
        answer = await client.post("/webhook", params=params, json=call("action_echo_of_this_test"))
        assert answer.status_code == httpx.codes.UNAUTHORIZED


async def test_rasa_is_told_what_rasa_sdk_would_tell_it() -> None:
    crash = Broken()
    for action, name, status in (
        (crash, "action_nobody_wrote", 404),
        (crash, "action_broken_in_this_test", 500),
        (Broken(ActionExecutionRejection("action_broken_in_this_test")), "action_broken_in_this_test", 400),
    ):
        async with rasa(action) as client:
            answer = await client.post("/webhook", params={"token": TOKEN}, json=call(name))
            assert answer.status_code == status
            assert answer.json()["action_name"] == name
            assert "secret" not in answer.text


async def test_a_call_without_a_domain_is_answered_at_once() -> None:
    """Rasa 3.6 gives up on the status with which rasa_sdk 3.21 asks for the domain (enable_selective_domain)."""
    async with rasa(Echo()) as client:
        body = {key: value for key, value in call("action_echo_of_this_test").items() if key != "domain"}
        answer = await client.post("/webhook", params={"token": TOKEN}, json=body)
        assert answer.status_code == httpx.codes.OK


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"next_action": "a"}', b"\xff"])
async def test_what_is_no_call_is_refused(body: bytes) -> None:
    async with rasa(Echo()) as client:
        answer = await client.post("/webhook", params={"token": TOKEN}, content=body)
        assert answer.status_code == httpx.codes.BAD_REQUEST


async def test_one_call_too_many_is_told_to_come_back() -> None:
    echo = Echo()
    echo.may_answer = asyncio.Event()
    async with rasa(echo, most_calls=2) as client:
        body, params = call("action_echo_of_this_test"), {"token": TOKEN}
        running = [asyncio.create_task(client.post("/webhook", params=params, json=body)) for _ in range(2)]
        await asyncio.sleep(0.05)
        refused = await client.post("/webhook", params=params, json=body)
        assert refused.status_code == httpx.codes.SERVICE_UNAVAILABLE
        assert refused.headers["Retry-After"] == "1"
        echo.may_answer.set()
        assert [(await task).status_code for task in running] == [200, 200]
        assert (await client.post("/webhook", params=params, json=body)).status_code == httpx.codes.OK
