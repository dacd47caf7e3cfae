"""Is Rasa asked rightly, and is whatever it answers either shown or taken for no answer?"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.replies.schema import ChipsReply, TextReply
from bot.backend import RasaBackend, Utterance, spoken
from recommender.errors import UnavailableError

UTTERANCE = Utterance("session.0", "a kettle", "session", "turn")
TEXT = {"type": "text", "text": "Here are kettles."}
RECORD = {"recorded": [TEXT, {"type": "text", "text": "And pots."}]}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def rasa(answer: Callable[[httpx.Request], httpx.Response]) -> RasaBackend:
    return RasaBackend([5005], "a-token", 1.0, RECORD.get, transport=httpx.MockTransport(answer))


def answering(*messages: Any) -> RasaBackend:
    return rasa(lambda _: httpx.Response(200, json=list(messages)))


@given(st.text(alphabet=st.sampled_from('/ \t\n\r\v\f\u2003\u00a0\x1cab{"}'), max_size=12))
def test_spoken_text_is_no_command_and_loses_no_words(text: str) -> None:
    heard = spoken(text)
    assert not heard.strip().startswith("/")
    assert spoken(heard) == heard
    assert text.endswith(heard) or text.strip().endswith(heard)
    assert [one for one in text if one in 'ab{}"'] == [one for one in heard if one in 'ab{}"']


@pytest.mark.anyio
async def test_rasa_is_told_who_speaks_in_which_turn_and_what() -> None:
    requests = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json=[{"recipient_id": "session.0", "custom": {"replies": [TEXT]}}])

    await rasa(answer).answer(UTTERANCE)
    (request,) = requests
    assert request.url == "http://127.0.0.1:5005/webhooks/rest/webhook?token=a-token"
    assert json.loads(request.content) == {
        "sender": "session.0",
        "message": "a kettle",
        "metadata": {"session_id": "session", "turn_id": "turn"},
    }


@pytest.mark.anyio
async def test_a_conversation_keeps_its_worker_and_gets_the_next_one_only_while_that_is_down() -> None:
    asked: dict[str, list[int | None]] = {}
    down: set[int | None] = set()

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.port in down:
            raise httpx.ConnectError("refused", request=request)
        asked.setdefault(json.loads(request.content)["sender"], []).append(request.url.port)
        return httpx.Response(200, json=[{"recipient_id": "s", "custom": {"replies": [TEXT]}}])

    transport = httpx.MockTransport(answer)
    apps = [RasaBackend([5005, 5006], "a-token", 1.0, RECORD.get, transport=transport) for _ in range(2)]
    people = [Utterance(f"s{number}.0", "a kettle", f"s{number}", "turn") for number in range(20)]
    for one in people:
        for app in apps:
            await app.answer(one)
    assert all(first == second for first, second in asked.values())
    assert {ports[0] for ports in asked.values()} == {5005, 5006}

    down.add(5005)
    for one in people:
        await apps[0].answer(one)
    assert {ports[-1] for ports in asked.values()} == {5006}

    down.add(5006)
    with pytest.raises(UnavailableError, match="cannot be reached"):
        await apps[0].answer(people[0])


@pytest.mark.anyio
async def test_replies_of_every_message_are_joined_and_timed() -> None:
    chips = {"type": "chips", "items": [{"title": "More", "payload": "id-1"}]}
    backend = answering(
        {"recipient_id": "s", "custom": {"replies": [TEXT], "timing_ms": {"search": 2.0, "rank": 1.0}}},
        {"recipient_id": "s", "custom": {"replies": [chips], "timing_ms": {"search": 3.0}}},
        {"recipient_id": "s", "text": "And in plain words."},
    )
    answer = await backend.answer(UTTERANCE)
    assert [type(reply) for reply in answer.replies] == [TextReply, ChipsReply, TextReply]
    assert (answer.timing_ms["search"], answer.timing_ms["rank"]) == (5.0, 1.0)
    assert answer.timing_ms["nlu"] >= 0


@pytest.mark.anyio
async def test_an_answer_that_is_in_the_record_is_read_from_there() -> None:
    backend = answering({"recipient_id": "s", "custom": {"replies": [], "timing_ms": {"search": 2.0}}})
    answer = await backend.answer(Utterance("session.0", "a kettle", "session", "recorded"))
    assert [reply.model_dump() for reply in answer.replies] == RECORD["recorded"]
    assert answer.timing_ms["search"] == 2.0


@pytest.mark.anyio
@pytest.mark.parametrize(
    "messages",
    [
        [],
        [{"recipient_id": "s"}],
        [{"recipient_id": "s", "text": ""}],
        [{"recipient_id": "s", "custom": {"replies": []}}],
        [{"recipient_id": "s", "custom": {"anything": "else"}}],
        [{"recipient_id": "s", "custom": {"replies": [{"type": "script", "text": "alert(1)"}]}}],
        ["text"],
    ],
)
async def test_an_answer_that_cannot_be_shown_is_none(messages: list[Any]) -> None:
    with pytest.raises(UnavailableError):
        await answering(*messages).answer(UTTERANCE)


@pytest.mark.anyio
@pytest.mark.parametrize("status", [401, 404, 500, 503])
async def test_an_error_of_rasa_is_no_answer_and_not_ready(status: int) -> None:
    backend = rasa(lambda _: httpx.Response(status, text="<html>oops</html>"))
    with pytest.raises(UnavailableError, match="Rasa"):
        await backend.answer(UTTERANCE)
    assert not await backend.is_ready()


@pytest.mark.anyio
@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError])
async def test_no_rasa_is_no_answer_and_its_token_is_not_in_the_error(error: type[httpx.TransportError]) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise error(f"while asking {request.url}", request=request)

    with pytest.raises(UnavailableError) as raised:
        await rasa(fail).answer(UTTERANCE)
    assert "a-token" not in str(raised.value)
    assert not await rasa(fail).is_ready()


@pytest.mark.anyio
async def test_html_in_place_of_json_is_no_answer() -> None:
    with pytest.raises(UnavailableError, match="cannot be shown"):
        await rasa(lambda _: httpx.Response(200, text="<html>")).answer(UTTERANCE)
