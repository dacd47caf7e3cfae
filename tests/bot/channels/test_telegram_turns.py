"""Does whatever somebody writes on Telegram become one turn, in order, whatever dies in between?"""

from __future__ import annotations

import pytest
from telegram_shop import Shop

pytestmark = pytest.mark.anyio


async def test_a_text_is_answered(shop: Shop) -> None:
    async with shop.open():
        shop.ada.says("red lamp")
        assert await shop.wait(shop.ada.hears, 1) == ["echo: red lamp"]
        assert shop.api.named("sendChatAction")
