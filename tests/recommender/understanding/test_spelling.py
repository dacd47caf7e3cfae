"""Is a slip read as the word that was meant, and nothing else touched?"""

from __future__ import annotations

import pytest

from recommender.understanding.english import is_english
from recommender.understanding.understander import Understander
from recommender.understanding.vocabulary import Vocabulary
from tests.recommender.understanding.small_shop import spelled

SLIPS = [
    ("wireles hedphones", "wireless headphones | category=headphone"),
    ("jackt", "jacket | category=jacket"),
    ("runing shoes under 50", "running shoes | category=shoe price<=50"),
    ("hedphons in blck", "headphones in black | category=headphone colour=black"),
    ("a jakcet in gren, not lether", "jacket in green | category=jacket colour=green material!=leather"),
    ("nordfel coat", "nordfell coat | brand=nordfell category=coat"),
    ("chepest router", "router |  | price_asc"),
    ("laptop undr 500", "laptop | category=laptop price<=500"),
]


@pytest.mark.parametrize(("text", "expected"), SLIPS)
def test_a_slip_is_read_as_what_was_meant(understander: Understander, text: str, expected: str) -> None:
    assert spelled(understander.understand(text).query) == expected


@pytest.mark.parametrize(
    "text",
    [
        "sofa",  # English, though no product is one
        "coast",  # one letter from a coat
        "xr-1000xm4",
        "jackt9",
        "sonny",  # English
        "wolf jumper",
        "zzzyyyxxx",
        "Кофта",
    ],
)
def test_words_are_left_alone_that_are_none_of_the_catalogue(understander: Understander, text: str) -> None:
    reading = understander.understand(text)
    assert reading.query.text == text
    assert reading.respelled == ()


def test_what_the_catalogue_has_is_never_corrected(understander: Understander, vocabulary: Vocabulary) -> None:
    for word in vocabulary.words:
        assert understander.understand(word).respelled == ()


def test_what_was_corrected_is_told(understander: Understander) -> None:
    reading = understander.understand("Wireles hedphones under 50")
    assert reading.respelled == (("Wireles", "wireless"), ("hedphones", "headphones"))


def test_whoever_means_it_can_have_the_words_as_they_are(understander: Understander) -> None:
    reading = understander.understand("wireles hedphones", respell=False)
    assert reading.query.text == "wireles hedphones"
    assert reading.respelled == ()


def test_names_with_an_apostrophe_are_no_english() -> None:
    assert not is_english("loreal")
    assert is_english("dont")
    assert is_english("jackets")
