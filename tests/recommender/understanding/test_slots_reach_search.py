"""Does everything a wish is made of reach search: as a condition, as words searched for, or as a number of pieces?"""

from __future__ import annotations

import pytest

from recommender.understanding.query import Facet, Op
from recommender.understanding.understander import Understander


@pytest.mark.parametrize(
    ("said", "facet", "value"),
    [
        ("jacket", Facet.CATEGORY, "jacket"),
        ("sony headphones", Facet.BRAND, "sony"),
        ("red jacket", Facet.COLOUR, "red"),
        ("wool jacket", Facet.MATERIAL, "wool"),
        ("shoes size 42", Facet.SIZE, "42"),
    ],
)
def test_a_named_value_is_a_condition(understander: Understander, said: str, facet: Facet, value: str) -> None:
    constraints = understander.understand(said).query.constraints
    assert [one.values for one in constraints if one.facet is facet and one.op is Op.ANY_OF] == [(value,)]


def test_a_price_is_a_condition(understander: Understander) -> None:
    constraints = understander.understand("jacket between 20 and 40").query.constraints
    assert {(one.op, one.bound) for one in constraints if one.facet is Facet.PRICE} == {
        (Op.AT_LEAST, 20),
        (Op.AT_MOST, 40),
    }


@pytest.mark.parametrize(
    ("said", "word", "meaning"),
    [
        ("shirt for women", "women", "department women"),
        ("shoes for a wedding", "wedding", "occasion wedding"),
    ],
)
def test_for_whom_and_for_when_is_searched_for_and_told(
    understander: Understander, said: str, word: str, meaning: str
) -> None:
    reading = understander.understand(said)
    assert word in reading.query.text.split()
    assert meaning in [part.meaning for part in reading.parts]


def test_a_quantity_is_told_apart_from_what_is_searched_for(understander: Understander) -> None:
    reading = understander.understand("3 blue shirts")
    assert (reading.query.text, reading.quantity) == ("blue shirts", 3)
