"""Does the assistant say the same in every language, with plural forms, and never one sentence twice in a row?"""

from __future__ import annotations

import re
from importlib import resources
from typing import Any

import pytest
import yaml

from actions.replies.phrases import Phrases, english
from recommender.errors import ConfigurationError


def templates(language: str) -> dict[str, Any]:
    source = resources.files("actions.replies").joinpath(f"{language}.yml").read_text(encoding="utf-8")
    return {str(key): variants for key, variants in yaml.safe_load(source).items()}


def slots(variants: Any) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", str(variants)))


def test_every_chinese_sentence_fills_in_what_the_english_one_does() -> None:
    words, chinese = templates("en"), templates("zh")
    assert set(chinese) <= set(words)
    assert {key: slots(variants) for key, variants in chinese.items() if not slots(variants) <= slots(words[key])} == {}


def test_shoppers_hear_chinese_throughout() -> None:
    # What the copilot drafts is for the shop's own people.
    missing = [key for key in templates("en") if key not in templates("zh") and not key.startswith("copilot.")]
    assert missing == []


def test_a_sentence_that_can_vary_in_english_can_in_chinese() -> None:
    words, chinese = templates("en"), templates("zh")
    alone = [
        key for key, variants in words.items()
        if isinstance(variants, list) and len(variants) > 1 and len(chinese.get(key, variants)) < 2
    ]  # fmt: skip
    assert alone == []


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh-CN", "您的购物车是空的。"),
        ("ZH", "您的购物车是空的。"),
        ("fr", "Your cart is empty."),
        (None, "Your cart is empty."),
    ],
)
def test_the_language_of_the_reader_decides(language: str | None, said: str) -> None:
    assert english().in_language(language).say("cart.empty") == said


def test_what_is_not_translated_is_said_in_english() -> None:
    chinese = english().in_language("zh")
    assert chinese.say("copilot.in_stock") == "in stock"
    assert chinese.say("know.shown", count=1) == "给您展示过 1 件商品"


def test_what_is_put_into_a_slot_is_never_a_template() -> None:
    assert Phrases({"x": ["{text}"]}).say("x", text="{0.__class__} {shop}") == "{0.__class__} {shop}"
    with pytest.raises(ConfigurationError, match="'x' lacks 'text'"):
        Phrases({"x": ["{text}"]}).say("x")
