"""Which limits and rules of Telegram's does the server keep to, and how does it say that one was broken?"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import UploadFile
from starlette.requests import Request

__all__ = [
    "PHOTO",
    "RefusedError",
    "caption_of",
    "check",
    "entities_of",
    "markup_of",
    "parameters_of",
    "public",
    "units",
]


class RefusedError(Exception):
    """What the server answers instead of a result."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


PHOTO = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]


async def parameters_of(request: Request) -> dict[str, Any]:
    if request.headers.get("content-type", "").startswith("application/json"):
        return dict(await request.json())
    parameters: dict[str, Any] = {}
    async with request.form() as form:
        for name, value in form.multi_items():
            parameters[name] = await value.read() if isinstance(value, UploadFile) else _value(value)
    return parameters


def _value(text: str) -> Any:
    """Objects and lists come as JSON; everything else is text."""
    if text[:1] in {"{", "["}:
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def check(holds: bool, description: str, code: int = 400) -> None:
    if not holds:
        raise RefusedError(code, description)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def public(message: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in message.items() if not name.startswith("_")}


def caption_of(p: dict[str, Any]) -> dict[str, Any]:
    caption = str(p.get("caption", ""))
    check(units(caption) <= 1024, "Bad Request: message caption is too long")
    check("parse_mode" not in p, "Bad Request: can't parse entities: this server takes no markup")
    return {"caption": caption, **entities_of("caption_entities", caption, p)} if caption else {}


def entities_of(name: str, text: str, p: dict[str, Any]) -> dict[str, Any]:
    entities = p.get(name) or []
    for one in entities:
        inside = one["offset"] >= 0 and one["length"] > 0 and one["offset"] + one["length"] <= units(str(text)) + 64
        check(inside, "Bad Request: entity is out of range")
    return {name: entities} if entities else {}


def markup_of(p: dict[str, Any]) -> dict[str, Any] | None:
    markup = p.get("reply_markup")
    if not markup or not markup.get("inline_keyboard"):
        return None
    buttons = [button for row in markup["inline_keyboard"] for button in row]
    check(len(buttons) <= 100, "Bad Request: reply markup is too long")
    for button in buttons:
        check(bool(button.get("text", "").strip()), "Bad Request: text buttons are unallowed in the inline keyboard")
        if "url" in button:
            host = urlsplit(button["url"]).hostname or ""
            url = button["url"]
            reason = f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL"
            check("." in host and " " not in url, f"Bad Request: {reason}")
        else:
            size = len(button.get("callback_data", "").encode())
            check(1 <= size <= 64, "Bad Request: BUTTON_DATA_INVALID")
    return dict(markup)
