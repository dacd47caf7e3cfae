"""Are two things told apart where the catalogue has no categories?"""

from __future__ import annotations

import pytest

from recommender.catalogue.product import Product
from recommender.understanding.understander import Understander
from recommender.understanding.vocabulary import Vocabulary

NAMES = ("Patio furniture cover", "Garden parasol", "Laptop bag", "USB keyboard", "White shirt", "Pepper mill", "Tent")
PRODUCTS = [Product(f"p{at}", name, attributes={"colour": "black"}) for at, name in enumerate(NAMES)]


@pytest.mark.parametrize(
    ("text", "first", "further"),
    [
        ("furniture cover and a parasol", "furniture cover", ("a parasol",)),
        ("i need a laptop bag and also a keyboard", "laptop bag", ("a keyboard",)),
        ("a tent for me and a friend", None, ()),
        ("black and a white shirt", None, ()),
        ("laptop bag and keyboard", None, ()),
        ("a tent with a bag and a cover", None, ()),
    ],
)
def test_things_without_categories(text: str, first: str | None, further: tuple[str, ...]) -> None:
    reading = Understander(Vocabulary.from_products(PRODUCTS)).understand(text)
    assert reading.further == further
    if first is not None:
        assert reading.query.text == first
