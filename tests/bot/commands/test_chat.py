"""Does the terminal send what was typed or pressed, and say clearly when nobody answers?"""

from __future__ import annotations

import io
import json
import unicodedata

import httpx
import pytest
from hostile import HOSTILE
from rich.console import Console

from bot.commands.chat import Conversation, sign_identity
from bot.gateway.credentials import verify_identity
from bot.terminal import Terminal, plain
from recommender.clock import SystemClock
from recommender.errors import BadInputError, ConfigurationError, UnavailableError
from recommender.settings import Settings

KEY = "a-key-of-the-shop-0123456789-abcdef"
CARD = {
    "id": "1", "title": "[bold]Lamp[/bold]", "brand": "Glim", "price": "1299.00", "currency": "USD", "in_stock": True,
    "rating": 4.5, "rating_count": 12, "image_url": "", "url": "", "reasons": ["matches “lamp”"], "impression_id": "i",
}  # fmt: skip


def gateway(request: httpx.Request) -> httpx.Response:
    if request.url.path == "/api/sessions":
        return httpx.Response(201, json={"session_id": "s", "token": "t"})
    assert request.headers["Authorization"] == "Bearer t"
    said = json.loads(request.content)
    if said.get("text") == "too long":
        return httpx.Response(400, json={"error": {"code": "bad_input", "message": "Too long."}})
    return httpx.Response(
        200, json={"turn_id": "1", "replies": [{"type": "text", "text": repr(said)}], "timing_ms": {}}
    )


def client(handler: httpx.MockTransport) -> httpx.Client:
    return httpx.Client(base_url="http://shop", transport=handler)


def test_words_and_presses_are_sent_under_the_session_s_token() -> None:
    conversation = Conversation(client(httpx.MockTransport(gateway)))
    assert "'text': 'hello'" in conversation.say(text="hello")["replies"][0]["text"]
    assert "'payload': 'p1'" in conversation.say(payload="p1")["replies"][0]["text"]


def test_a_refusal_is_told_in_the_server_s_words() -> None:
    conversation = Conversation(client(httpx.MockTransport(gateway)))
    with pytest.raises(BadInputError, match="Too long"):
        conversation.say(text="too long")


def test_without_a_running_app_the_error_names_the_mend() -> None:
    def refused(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(UnavailableError, match="shoptalk up"):
        Conversation(client(httpx.MockTransport(refused)))


def test_an_identity_is_one_the_gateway_believes() -> None:
    settings = Settings(SHOPTALK_IDENTITY_KEY=KEY)  # type: ignore[call-arg]
    assert verify_identity(sign_identity(settings, "u17"), settings, SystemClock().now()) == "u17"


def test_an_identity_needs_a_key() -> None:
    with pytest.raises(ConfigurationError, match="SHOPTALK_IDENTITY_KEY"):
        sign_identity(Settings(), "u17")


def test_cards_are_drawn_as_plain_text_and_numbers_press_chips() -> None:
    console = Console(record=True, width=100, force_terminal=False)
    terminal = Terminal(Settings(), console)
    replies = [
        {"type": "products", "items": [CARD]},
        {"type": "constraints", "items": [{"label": "up to $50.00", "remove_payload": "p-drop"}]},
        {"type": "chips", "items": [{"title": "More", "payload": "p-more"}]},
    ]
    terminal.show(replies, {"total": 12.0})
    drawn = console.export_text()
    assert "[bold]Lamp[/bold]" in drawn
    assert "$1,299.00" in drawn
    assert [terminal.pressed(text) for text in ("1", "2", "3", "more")] == ["p-drop", "p-more", None, None]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_terminal_obeys_nothing_that_is_shown_in_it(name: str) -> None:
    text, printed = HOSTILE[name][:2000], io.StringIO()
    card = CARD | {"title": text, "brand": text, "url": text, "reasons": [text], "currency": text[:3]}
    terminal = Terminal(Settings(), Console(file=printed, width=100, force_terminal=False))
    replies = [
        {"type": "text", "text": text},
        {"type": "handoff", "status": "human", "text": text},
        {"type": "products", "items": [card]},
        {"type": "comparison", "items": [card, card], "rows": [{"label": text, "values": [text, text]}]},
        {"type": "constraints", "items": [{"label": text, "remove_payload": text}]},
        {"type": "chips", "items": [{"title": text, "payload": text}]},
    ]
    terminal.show(replies, {"total": 12.0})
    terminal.tell(text)
    assert not {one for one in printed.getvalue() if unicodedata.category(one) == "Cc"} - {"\n"}
    assert not set(printed.getvalue()) & set("\u202b\u202e\u2066\u2067\u2028")
    assert plain("a\u061cb").plain == "a b"
