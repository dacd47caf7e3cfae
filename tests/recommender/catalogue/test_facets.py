"""Does a product state the same words that a wish is made of?"""

from __future__ import annotations

import pytest

from recommender.catalogue.facets import brand_key, category_key, category_keys, facet_words, facets, size_key
from recommender.catalogue.product import Product
from recommender.catalogue.words import fold, singular, words
from recommender.understanding.query import Facet


def product(title: str = "Thing", brand: str = "", categories: tuple[str, ...] = (), **attributes: str) -> Product:
    return Product(id="1", title=title, brand=brand, categories=categories, attributes=attributes)


@pytest.mark.parametrize(
    ("name", "value", "facet", "expected"),
    [
        ("colour", "Navy", Facet.COLOUR, {"navy", "blue"}),
        ("color", "Gray", Facet.COLOUR, {"grey"}),
        ("product colour", "Black,White", Facet.COLOUR, {"black", "white"}),
        ("attr_t_product_colour", "Black / Silver", Facet.COLOUR, {"black", "silver"}),
        ("Color", "Space Gray", Facet.COLOUR, {"space grey", "grey"}),
        ("colour", "Dusty rose", Facet.COLOUR, {"dusty rose", "rose", "pink"}),
        ("cable colour", "red & blue", Facet.COLOUR, {"red", "blue"}),
        ("Colourway", "Café", Facet.COLOUR, {"cafe"}),
        ("material", "Polyvinyl chloride (PVC)", Facet.MATERIAL, {"pvc", "plastic"}),
        ("frame material", "Stainless Steel", Facet.MATERIAL, {"stainless steel", "steel", "metal"}),
        ("fabric", "Faux leather", Facet.MATERIAL, {"faux leather"}),
        ("material", "Vegan Leather", Facet.MATERIAL, {"faux leather"}),
        ("material", "80% cotton, 20% elastane", Facet.MATERIAL, {"80 cotton", "20 elastane", "cotton", "spandex"}),
        ("size", "Large", Facet.SIZE, {"l"}),
        ("size", "42.0", Facet.SIZE, {"42"}),
        ("size", "42,5", Facet.SIZE, {"42", "5"}),
        ("shoe size", "9.5", Facet.SIZE, {"9.5"}),
        ("available sizes", "S, M, X-Large", Facet.SIZE, {"s", "m", "xl"}),
    ],
)
def test_attributes_state_values_and_their_families(name: str, value: str, facet: Facet, expected: set[str]) -> None:
    assert facets(product(**{name: value})) == {facet: expected}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("number of colours", "16"),
        ("colour", "False"),
        ("colour toner page yield", "6000"),
        ("screen size", "15.6"),
        ("die size", "107"),
        ("material shelf life", "2"),
        ("colour", ""),
        ("colour", "Unknown"),
        ("colour", "200000"),
    ],
)
def test_attributes_about_something_else_state_nothing(name: str, value: str) -> None:
    assert facets(product(**{name: value})) == {}


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Navy Blue Wool Coat", {Facet.COLOUR: {"navy", "blue"}, Facet.MATERIAL: {"wool"}}),
        ("Faux Leather Tote", {Facet.MATERIAL: {"faux leather"}}),
        ("Suede boots size 42", {Facet.MATERIAL: {"suede", "leather"}, Facet.SIZE: {"42"}}),
        ("Shirt, Size: Large", {Facet.SIZE: {"l"}}),
        ("Hoodie XXL grey/black", {Facet.COLOUR: {"grey", "black"}, Facet.SIZE: {"xxl"}}),
        ("Rich Face Cream", {}),
        ("Steam Iron", {}),
        ("Large Print Keyboard", {}),
        ("King size comforter", {}),
    ],
)
def test_title_speaks_where_attributes_are_silent(title: str, expected: dict[Facet, set[str]]) -> None:
    assert facets(product(title)) == expected


def test_an_attribute_outranks_the_title_and_the_exact_name_the_qualified_one() -> None:
    stated = facets(product("Red case", **{"cable colour": "Green", "colour": "Blue"}))
    assert stated[Facet.COLOUR] == {"blue"}


def test_the_brand_in_a_title_is_no_colour() -> None:
    assert facets(product("Gold Toe crew socks", brand="Gold Toe")) == {}
    assert facets(product("Gold Toe crew socks white", brand="GOLD TOE")) == {Facet.COLOUR: {"white"}}


def test_every_curated_value_survives_its_own_folding() -> None:
    for known in facet_words().values():
        for phrase, values in known.values.items():
            assert " ".join(words(phrase.replace("-", " "))) in known.values, phrase
            assert all(known.imply(value)[0] == value for value in values), phrase


@pytest.mark.parametrize(
    ("one", "other"),
    [("M.A.C", "mac"), ("Clean & Clear", "clean and clear"), ("L’Oréal®", "loreal"), ("TP-LINK", "tp link")],
)
def test_brands_meet(one: str, other: str) -> None:
    assert brand_key(one) == brand_key(other)


@pytest.mark.parametrize(("one", "other"), [("XL", "extra large"), ("42", "42.0"), ("9,5", "9.50"), ("Large", "l")])
def test_sizes_meet(one: str, other: str) -> None:
    assert size_key(one) == size_key(other)


def test_category_keys_are_singular_and_lists_are_taken_apart() -> None:
    keys = category_keys(product(categories=("Women's Clothing", "Creams, Gels & Lotions", "Jackets")))
    assert keys == {"women clothing", "cream gel lotion", "cream", "gel", "lotion", "jacket"}
    assert category_key("JACKETS") in keys


@pytest.mark.parametrize(
    ("word", "expected"),
    [("jackets", "jacket"), ("watches", "watch"), ("batteries", "battery"), ("knives", "knife"), ("glass", "glass"),
     ("dresses", "dress"), ("boxes", "box"), ("shoes", "shoe"), ("bus", "bus"), ("jeans", "jeans"), ("gas", "gas")],
)  # fmt: skip
def test_singular(word: str, expected: str) -> None:
    assert singular(word) == expected


def test_fold() -> None:
    assert fold("Crème BRÛLÉE") == "creme brulee"
    assert fold("Burt's") == "burts"
    assert words("TP-Link, Wi-Fi 6") == ["tp", "link", "wi", "fi", "6"]
