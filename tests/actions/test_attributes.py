"""Are attributes shown that a shopper understands, and codes of the trade left out, in any catalogue?"""

from __future__ import annotations

import pytest

from actions.attributes import telling_attributes
from recommender.catalogue.product import Product


def shown(**attributes: str) -> dict[str, str]:
    named = {name.replace("_", " "): value for name, value in attributes.items()}
    return telling_attributes(Product("p1", "Norda QX-77 kettle", brand="Norda", attributes=named))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ean", "4006381333931"),
        ("gtin 13", "4006381333931"),
        ("sales rank", "10486.0"),
        ("date released", "2019-03-01T00:00:00Z"),
        ("since", "2019-03-01"),
        ("internal id", "a7f3"),
        ("supplier ref", "K7450B"),
        ("manual", "https://example.org/manual.pdf"),
        ("tags", '["new", "sale"]'),
        ("weight", "3460.0"),
        ("dimensions", "305 x 127 x 305"),
        ("package weight", "3 kg"),
        ("name", "QX-77 kettle"),
        ("story", "long " * 40),
        ("t", "x"),
        ("feature", ""),
    ],
)
def test_what_says_nothing_to_a_shopper_is_left_out(name: str, value: str) -> None:
    product = Product("p1", "Norda QX-77 kettle", attributes={name: value})
    assert telling_attributes(product) == {}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("colour", "blue", "blue"),
        ("size", "42", "42"),
        ("power", "2200 W", "2200 W"),
        ("capacity", "1500ml", "1500ml"),
        ("number of cups", "8.0", "8"),
        ("usb 2 0 ports quantity", "4.0", "4"),
        ("cordless", "true", "yes"),
        ("dishwasher safe", "No", "no"),
        ("ingredients", "water, lime", "water, lime"),
        ("connector", "RJ45", "RJ45"),
        ("fits for", "tea and coffee", "tea and coffee"),
    ],
)
def test_what_says_something_is_shown(name: str, value: str, said: str) -> None:
    product = Product("p1", "Norda QX-77 kettle", attributes={name: value})
    assert telling_attributes(product) == {name: said}


def test_what_can_be_filtered_by_comes_first() -> None:
    found = shown(spout="long", ean="4006381333931", material="steel", colour="red")
    assert list(found) == ["material", "colour", "spout"]
