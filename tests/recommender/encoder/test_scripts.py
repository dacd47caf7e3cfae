"""Is a script that an encoder knows by letters alone told from one that it can read?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.encoder.scripts import LEAST_PIECES, is_read, scripts_of

LATIN = frozenset({"Latin"})


def test_letters_alone_are_no_words() -> None:
    letters = [chr(ord("а") + number) for number in range(32)]
    assert scripts_of(["lamp", "##s", *letters]) == LATIN
    words = [f"{letters[number % 32]}{letters[number // 32]}" for number in range(LEAST_PIECES)]
    assert scripts_of([*words, *letters]) == {"Latin", "Cyrillic"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a red lamp", True),
        ("Kopfhörer für draußen", True),
        ("", True),
        ("128 / 256", True),
        ("无线耳机", False),
        ("ワイヤレス", False),
        ("беспроводные наушники", False),
        ("无线耳机 bluetooth", True),
        ("小米 13 手机壳 x", False),
    ],
)
def test_most_letters_decide(text: str, expected: bool) -> None:
    assert is_read(text, LATIN) is expected


@given(st.text())
def test_any_text_gets_an_answer(text: str) -> None:
    assert is_read(text, LATIN) in (True, False)
    assert is_read(text, LATIN) or not text.isascii()
