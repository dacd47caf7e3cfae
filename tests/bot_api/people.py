"""What do people do on Telegram, and what do they get to see?"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot_api.rules import public

if TYPE_CHECKING:
    from bot_api.server import BotApi

__all__ = ["Chatter"]


@dataclass
class Chatter:
    """Somebody in a private chat with the bot."""

    api: BotApi
    id: int
    name: str

    def __post_init__(self) -> None:
        self.api.sent.setdefault(self.id, [])

    @property
    def user(self) -> dict[str, Any]:
        """Who this is, as Telegram tells it."""
        return {"id": self.id, "is_bot": False, "first_name": self.name, "language_code": "en"}

    @property
    def heard(self) -> list[dict[str, Any]]:
        """Everything the bot has sent here."""
        return list(self.api.sent[self.id])

    @property
    def texts(self) -> list[str]:
        """The texts and captions the bot has sent here."""
        return [one.get("text", one.get("caption", "")) for one in self.heard]

    @property
    def buttons(self) -> dict[str, dict[str, Any]]:
        """Every button here by its title, the newest of each."""
        rows = [row for one in self.heard for row in one.get("reply_markup", {}).get("inline_keyboard", [])]
        return {button["text"]: button for row in rows for button in row}

    def says(self, text: str, **more: Any) -> dict[str, Any]:
        """Write a message; it."""
        message = self._message(text=text, **more)
        if text.startswith("/"):
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        self.api.deliver("message", message)
        return message

    def sends(self, **content: Any) -> dict[str, Any]:
        """Send something that is no text."""
        message = self._message(**content)
        self.api.deliver("message", message)
        return message

    def edits(self, message: dict[str, Any], text: str) -> None:
        """Change what was written."""
        self.api.deliver("edited_message", {**message, "text": text, "edit_date": int(time.time())})

    def presses(self, title: str) -> str:
        """Press the newest button that has this in its title; the number of the press."""
        found = [
            (one, button)
            for one in reversed(self.heard)
            for row in one.get("reply_markup", {}).get("inline_keyboard", [])
            for button in row
            if title in button["text"]
        ]
        assert found, f"no button {title!r} among {list(self.buttons)}"
        return self.presses_data(found[0][1]["callback_data"], found[0][0])

    def presses_data(self, data: str, message: dict[str, Any] | None = None) -> str:
        """Press a button that sends `data`; the number of the press."""
        id_ = f"press-{self.api.message_id()}"
        self.api.query(id_)
        press: dict[str, Any] = {"id": id_, "from": self.user, "chat_instance": "1", "data": data}
        if message is not None:
            press["message"] = public(message)
        self.api.deliver("callback_query", press)
        return id_

    def hears(self, count: int) -> list[str]:
        """Wait until so many messages came; the texts of all."""
        self.api.until(lambda: len(self.api.sent[self.id]) >= count)
        return self.texts

    def hears_of(self, words: str) -> str:
        """Wait until a message with these words came; it."""
        return self.api.until(lambda: next((text for text in reversed(self.texts) if words in text), ""))

    def _message(self, **content: Any) -> dict[str, Any]:
        return {
            "message_id": self.api.message_id(), "date": int(time.time()), "from": self.user,
            "chat": {"id": self.id, "type": "private", "first_name": self.name}, **content,
        }  # fmt: skip
