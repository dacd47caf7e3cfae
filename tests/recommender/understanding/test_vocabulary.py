"""Does the catalogue itself say which words are names?"""

from __future__ import annotations

import pytest

from recommender.catalogue.product import Product
from recommender.understanding.query import Facet
from recommender.understanding.understander import Understander
from recommender.understanding.vocabulary import ENOUGH_PRODUCTS, Vocabulary
from tests.recommender.understanding.small_shop import small_shop, spelled


def products(*titles: str, brand: str = "", colour: str = "", category: str = "", copies: int = 1) -> list[Product]:
    return [
        Product(
            id=f"{brand}{title}{copy}",
            title=title,
            brand=brand,
            categories=(category,) if category else (),
            attributes={"colour": colour} if colour else {},
        )
        for title in titles
        for copy in range(copies)
    ]


def test_a_brand_that_texts_write_small_needs_a_brands_place() -> None:
    shop = products("Tidal lamp", brand="Tidal", copies=5) + products(
        "a tidal clock", "the tidal pool", "tidal", copies=5
    )
    assert "tidal" in Vocabulary.from_products(shop).everyday_brands
    assert "tidal" not in Vocabulary.from_products(products("Tidal Lamp", brand="Tidal", copies=5)).everyday_brands


def test_a_brand_named_mostly_by_others_is_what_things_are_made_for() -> None:
    shop = products("Fruitco Phone", brand="Fruitco", copies=2) + products("Case for Fruitco", brand="Casey", copies=9)
    assert "fruitco" in Vocabulary.from_products(shop).everyday_brands


@pytest.mark.parametrize("brand", ["Unknown", "Generic", "n/a", ""])
def test_placeholders_are_no_brands(brand: str) -> None:
    assert Vocabulary.from_products(products("Lamp", brand=brand, copies=9)).brands == {}


def test_a_value_counts_once_enough_products_state_it() -> None:
    few = Vocabulary.from_products(products("Lamp", colour="teal", copies=ENOUGH_PRODUCTS - 1))
    enough = Vocabulary.from_products(products("Lamp", colour="teal", copies=ENOUGH_PRODUCTS))
    assert "teal" not in few.values[Facet.COLOUR]
    assert enough.values[Facet.COLOUR]["teal"] == ("teal",)


def test_a_category_stands_for_its_products_only_if_it_holds_those_called_so() -> None:
    lamps = products("Desk Lamp", "Floor Lamp for laptop desks", category="Lamps", copies=4)
    assert "lamp" in Vocabulary.from_products(lamps).categories
    assert (
        "lamp" not in Vocabulary.from_products(lamps + products("Reading lamp", category="Office", copies=4)).categories
    )
    assert (
        "lamp"
        in Vocabulary.from_products(lamps + products("Lamp for reading: clamp", category="Lamps", copies=4)).categories
    )


def test_a_colour_that_nearly_always_precedes_a_word_is_part_of_a_name() -> None:
    shop = products("Green Bay cap", "Green Bay mug", "Green hat", "Red hat", colour="", copies=4)
    understander = Understander(Vocabulary.from_products(shop))
    assert spelled(understander.understand("green bay").query) == "green bay"
    assert spelled(understander.understand("green hat").query) == "green hat | colour=green"


def test_names_of_companies_are_known_without_what_nobody_says() -> None:
    shop = products("Lip liner", brand="Velva Cosmetics", copies=5) + products("Switch", brand="Netlane.com", copies=5)
    brands = Vocabulary.from_products(shop).brands
    assert brands["velva"] == ("velva cosmetics",)
    assert brands["netlane"] == ("netlanecom",)


def test_the_shops_synonyms_mean_what_the_catalogue_means() -> None:
    vocabulary = Vocabulary.from_products(
        small_shop(), [["crimson", "scarlet", "red"], ["anorak", "jacket"], ["x", "y"]]
    )
    understander = Understander(vocabulary)
    assert spelled(understander.understand("scarlet bag").query) == "scarlet bag | category=bag colour=red"
    assert understander.understand("anorak").known
    assert not understander.understand("y").known


def test_an_empty_catalogue_has_an_empty_vocabulary() -> None:
    vocabulary = Vocabulary.from_products([])
    assert (vocabulary.brands, vocabulary.words, vocabulary.currency) == ({}, frozenset(), "")


def reads(shop: list[Product], text: str) -> str:
    return spelled(Understander(Vocabulary.from_products(shop)).understand(text).query)


def test_a_brands_first_word_names_it_where_it_is_no_english_word() -> None:
    shop = products("Night cream", brand="Vel'Orée Lyon", copies=4) + products("Soap", brand="Jane Duvet", copies=4)
    assert reads(shop, "velorée night cream") == "velorée night cream | brand=veloree lyon"
    assert reads(shop, "veloree night cream") == "veloree night cream | brand=veloree lyon"
    assert reads(shop, "jane soap") == "jane soap"


def test_a_first_word_that_several_brands_share_means_any_of_them() -> None:
    shop = products("Cream", brand="Veloree Lyon", copies=4) + products("Soap", brand="Veloree Kids", copies=4)
    assert reads(shop, "veloree") == "veloree | brand=veloree kids,veloree lyon"
    assert reads([*shop, *products("Oil", brand="Veloree", copies=4)], "veloree") == (
        "veloree | brand=veloree,veloree kids,veloree lyon"
    )


def test_initials_name_a_brand_where_its_own_titles_use_them() -> None:
    shop = products("QT printer", brand="Quellar Tobin", copies=4)
    assert reads(shop, "qt printer") == "qt printer | brand=quellar tobin"
    assert reads(shop + products("Ink for QT", brand="Other", copies=4), "qt printer") == "qt printer"
    assert reads(products("Printer", brand="Quellar Tobin", copies=4), "qt printer") == "qt printer"
    assert reads(products("Lamp at night", brand="Astra Tobin", copies=4), "lamp at night") == "lamp at night"


def test_a_company_called_after_everyday_words_needs_a_brands_place() -> None:
    shop = products("Bandage", brand="First Aid Company", copies=4)
    assert reads(shop, "first aid bandage") == "first aid bandage"
    assert reads(shop, "bandage by first aid") == "bandage by first aid | brand=first aid company"


def test_a_brand_and_its_series_are_a_brand_and_a_word() -> None:
    shop = products("Sulima Nebula phone", brand="Sulima", copies=4)
    assert reads(shop, "sulima nebula") == "sulima nebula | brand=sulima"


def test_the_currency_is_that_of_most_priced_products() -> None:
    from dataclasses import replace
    from decimal import Decimal

    priced = [replace(one, price=Decimal(5), currency="EUR") for one in products("Lamp", copies=2)]
    assert Vocabulary.from_products([*priced, *products("Desk", copies=9)]).currency == "EUR"
    assert Vocabulary.from_products(products("Desk")).currency == ""
