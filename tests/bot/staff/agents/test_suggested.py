"""Do the drafts for a shopper's newest words stay, whatever was read before they were said?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from bot.staff.agents.suggested import Suggestions
from feedback.drafts import Suggested


def draft(id_: int) -> Suggested:
    return Suggested(id_, "passage", "title", "text", 0.5, ())


class Page:
    """A page whose record is as slow as a test wants; it has no browser."""

    def __init__(self) -> None:
        self.read_on = asyncio.Event()

    def key(self, *_: object) -> None:
        """No keys."""

    async def read(self, _function: Callable[..., object], turn_id: str) -> list[Suggested]:
        await self.read_on.wait()
        return [draft(int(turn_id))]


class Unseen(Suggestions):
    """Drafts that no browser shows."""

    build: Any = SimpleNamespace(refresh=lambda: None)


@pytest.fixture
def suggestions() -> Any:
    page: Any = Page()
    return Unseen(page, page, page)


def test_what_was_read_before_a_shopper_spoke_does_not_hide_the_drafts_for_it(suggestions: Any) -> None:
    async def scene() -> None:
        for turn_id in (None, "1"):
            reading = asyncio.create_task(suggestions.open("session", turn_id, suggestions.told))
            if turn_id is not None:
                await asyncio.sleep(0)
            suggestions.tell([draft(2)])
            suggestions._view.read_on.set()
            await reading
            assert suggestions._drafts == [draft(2)]
        await suggestions.open("session", "3", suggestions.told)
        assert suggestions._drafts == [draft(3)]
        await suggestions.open("session", None, suggestions.told)
        assert suggestions._drafts == []

    asyncio.run(scene())
