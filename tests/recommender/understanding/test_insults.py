"""Is anger told from wishes, without taking a product's name for an insult?"""

from __future__ import annotations

import pytest

from recommender.understanding.insults import without_insults


@pytest.mark.parametrize(
    "text", ["fuck you", "You are useless!", "what the fuck is this shit", "wtf?!", "you stupid bot"]
)
def test_nothing_is_left_of_a_mere_insult(text: str) -> None:
    assert without_insults(text) == ""


@pytest.mark.parametrize(
    ("text", "calm"),
    [
        ("you idiot, i said wireless", "i said wireless"),
        ("show me the fucking headphones", "show me the headphones"),
        ("headphones under 50, wtf", "headphones under 50"),
    ],
)
def test_the_wish_among_insults_is_kept(text: str, calm: str) -> None:
    assert without_insults(text) == calm


@pytest.mark.parametrize("text", ["dumb blonde shampoo", "damn good hand cream", "moron", "a hell of a jacket", ""])
def test_what_is_no_insult_stays_as_it_was_written(text: str) -> None:
    assert without_insults(text) == text
