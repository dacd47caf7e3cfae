"""Is only what is new drawn, while a conversation grows in front of an agent?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from actions.copilot.talk import Talk
from actions.dialogue.state import DialogueState
from bot.staff.agents.talk import Conversation
from feedback.conversations import Message
from feedback.desk import Standing

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def talk(session_id: str, *ids: int) -> Talk:
    said = [Message(one, None, None, "shopper", {"type": "text", "text": str(one)}, NOW) for one in ids]
    return Talk(session_id, "", "", said, {}, DialogueState())


class Unseen(Conversation):
    """A conversation that no browser shows; `drawn` is what would have been drawn."""

    _who: Any = SimpleNamespace(refresh=lambda: None)

    def __init__(self) -> None:
        self.read: tuple[Talk, Mapping[str, int]] = talk("a"), {}
        self.drawn: list[tuple[str, list[int]]] = []
        view: Any = SimpleNamespace(
            read=self._as_read, console=SimpleNamespace(settings=SimpleNamespace(locale="en_US"))
        )
        super().__init__(view)

    async def _as_read(self, _function: Callable[..., object], *_: object) -> tuple[Talk, Standing, Any, list[Any]]:
        return self.read[0], Standing("human"), self.read[1], []

    def to_bottom(self) -> None:
        """There is no bottom."""

    def _fill(self, messages: Sequence[Message]) -> None:
        self._rows.clear()
        self._note("all", messages)

    def _add(self, messages: Sequence[Message]) -> None:
        self._note("new", messages)

    def _note(self, what: str, messages: Sequence[Message]) -> None:
        self.drawn.append((what, [one.id for one in messages]))
        self._rows |= dict.fromkeys((one.id for one in messages), None)  # type: ignore[arg-type]


def opened(page: Unseen, read: Talk, votes: Mapping[str, int] | None = None) -> list[tuple[str, list[int]]]:
    """What is drawn when this is read."""
    page.read, page.drawn = (read, votes or {}), []
    services: Any = None
    asyncio.run(page.open(services, read.session_id))
    return page.drawn


def test_a_conversation_is_drawn_once_and_then_only_what_is_said_next() -> None:
    page = Unseen()
    assert opened(page, talk("a", 1, 2)) == [("all", [1, 2])]
    assert opened(page, talk("a", 1, 2)) == []
    assert opened(page, talk("a", 1, 2, 3, 4)) == [("new", [3, 4])]


def test_another_conversation_and_a_thumb_are_drawn_whole() -> None:
    page = Unseen()
    opened(page, talk("a", 1, 2))
    assert opened(page, talk("b", 3)) == [("all", [3])]
    assert opened(page, talk("b", 3), {"impression": 1}) == [("all", [3])]
    assert opened(page, talk("b", 3), {"impression": 1}) == []
