"""Are the channels' sentences complete in every language, and does somebody get the one they read?"""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any

import pytest
import yaml
from telegram_shop import Shop

from bot import channels
from bot.channels.phrases import english
from bot.channels.telegram.messages import COMMANDS

FOLDER = Path(channels.__file__).parent


def slots(variants: Any) -> set[str]:
    texts = variants if isinstance(variants, list) else [text for form in variants.values() for text in form]
    return {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_sentence_is_translated_with_the_same_slots() -> None:
    words, chinese = (yaml.safe_load((FOLDER / name).read_text(encoding="utf-8")) for name in ("en.yml", "zh.yml"))
    assert words.keys() == chinese.keys()
    assert {key: slots(one) for key, one in words.items()} == {key: slots(one) for key, one in chinese.items()}


def test_every_command_has_a_description() -> None:
    assert all(f"command.{name}" in english() for name in COMMANDS)


@pytest.mark.anyio
async def test_whoever_reads_chinese_is_told_in_chinese(shop: Shop) -> None:
    async with shop.open():
        shop.ada.sends(dice={"emoji": "🎲", "value": 3}, **{"from": {**shop.ada.user, "language_code": "zh-hans"}})
        assert "文字" in (await shop.wait(shop.ada.hears, 1))[0]
    languages = [call.parameters.get("language_code") for call in shop.api.named("setMyCommands")]
    assert languages == [None, "zh"]
