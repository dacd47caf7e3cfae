"""Is a product made of a record as the shop means it, and is what cannot be used said so?"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest

from recommender.catalogue.feed.columns import parse_mappings
from recommender.catalogue.feed.conversion import Conversion, Converter, Note, RejectedError
from recommender.catalogue.feed.record import Record, Value
from recommender.catalogue.product import Product


def convert(values: Mapping[str, Value], *mappings: str) -> Conversion:
    return Converter(parse_mappings(mappings), "EUR").convert(Record(2, {"id": "x", "title": "Vase"} | dict(values)))


def product(values: Mapping[str, Value], *mappings: str) -> Product:
    return convert(values, *mappings).product


def test_every_field() -> None:
    made = convert(
        {
            "sku": "V-1",
            "body_html": "<p>Hand thrown.</p>",
            "vendor": "Claywerk &amp; Co",
            "categories": "'Home', 'Decor', 'Vases'",
            "price": "24,50 €",
            "availability": "in stock",
            "rating": "4.5",
            "review_count": "12",
            "image_link": "https://shop.example/v.jpg",
            "link": "//shop.example/v",
            "attr_t_glaze_colour": "celadon",
            "attr_n_height": "31",
        }
    )
    assert made.notes == []
    assert made.product == Product(
        "x",
        title="Vase",
        description="Hand thrown.",
        brand="Claywerk & Co",
        categories=("Home", "Decor", "Vases"),
        price=Decimal("24.50"),
        currency="EUR",
        in_stock=True,
        rating=4.5,
        rating_count=12,
        image_url="https://shop.example/v.jpg",
        url="https://shop.example/v",
        attributes={"sku": "V-1", "glaze colour": "celadon", "height": "31"},
    )


def test_what_is_not_said_stays_empty() -> None:
    assert product({"price": " ", "brand": "", "rating": "", "colour": "nan"}) == Product(
        "x", title="Vase", currency="EUR"
    )


def test_cents_by_mapping() -> None:
    assert product({"cost": "4995"}, "price=cost/100").price == Decimal("49.95")


@pytest.mark.parametrize(
    ("values", "currency"),
    [
        ({"price": "5"}, "EUR"),
        ({"price": "5", "currency": "usd"}, "USD"),
        ({"price": "5 GBP", "currency": "USD"}, "GBP"),
        ({"price": "5", "currency": "gold"}, "EUR"),
    ],
)
def test_the_currency_beside_the_price_counts_first(values: dict[str, Value], currency: str) -> None:
    assert product(values).currency == currency


@pytest.mark.parametrize("brand", ["Unknown", "N/A", "n/a", "generic", "None", "-", "NaN", "No Brand", "null"])
def test_placeholder_brands_are_no_brands(brand: str) -> None:
    assert product({"brand": brand}).brand == ""


def test_brands_that_look_like_placeholders_are_brands() -> None:
    assert product({"brand": "None the Wiser"}).brand == "None the Wiser"


@pytest.mark.parametrize(
    ("values", "title"),
    [
        ({"brand": "Claywerk", "category": "Home > Vases"}, "Claywerk Vases"),
        ({"brand": "Unknown", "category": "Home > Vases"}, "Vases"),
        ({"brand": "Claywerk"}, "Claywerk"),
        ({}, "Product x"),
    ],
)
def test_a_missing_title_is_built_and_noted(values: dict[str, Value], title: str) -> None:
    made = convert({"title": " "} | values)
    assert made.product.title == title
    assert made.notes == [(Note.TITLE_BUILT, title)]


def test_a_name_is_the_title_where_there_is_none_and_an_attribute_where_there_is() -> None:
    assert product({"title": "", "name": "Orla"}).title == "Orla"
    assert product({"name": "Orla"}).attributes == {"name": "Orla"}


def test_of_two_columns_for_a_field_the_better_known_wins_and_the_other_is_kept() -> None:
    both = product({"short_description": "Short.", "description": "Long.", "supplier": "Dock 5", "brand": "Claywerk"})
    assert (both.description, both.brand) == ("Long.", "Claywerk")
    assert both.attributes == {"short description": "Short.", "supplier": "Dock 5"}


def test_what_changes_daily_is_not_kept_as_an_attribute() -> None:
    assert product({"in_stock": "no", "stock_quantity": "4", "variant_price": "3", "price": "2"}).attributes == {}


def test_attributes_of_one_name_are_joined_once() -> None:
    assert product({"attr_t_size": "XS", "size": "S", "attr_n_size": "S"}).attributes == {"size": "XS, S"}


@pytest.mark.parametrize("price", ["-1", "abc", "NaN", "inf", "1e999"])
def test_an_unusable_price_rejects_the_row_and_says_which(price: str) -> None:
    with pytest.raises(RejectedError, match="the price") as caught:
        convert({"price": price})
    assert caught.value.item_id == "x"


@pytest.mark.parametrize(
    ("item_id", "reason"),
    [("", "empty"), ("\u200b", "empty"), ("nan", "empty"), ("x" * 201, "200"), ("caf\ufffd", "cannot be read")],
)
def test_an_unusable_id_rejects_the_row(item_id: str, reason: str) -> None:
    with pytest.raises(RejectedError, match=reason) as caught:
        convert({"id": item_id})
    assert caught.value.item_id is None


def test_an_empty_id_is_never_made_up_of_another_column() -> None:
    with pytest.raises(RejectedError, match="empty"):
        convert({"id": "", "sku": "V-1"})


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "\\\\evil.example", "/\\evil.example", "http://", "https://a b", "data:x", "http://[", "x"],
)
def test_links_that_are_no_http_addresses_are_dropped(address: str) -> None:
    made = convert({"url": address, "image": address})
    assert (made.product.url, made.product.image_url) == ("", "")
    assert [note for note, _ in made.notes] == [Note.DROPPED, Note.DROPPED]


def test_a_path_on_the_gateways_own_origin_is_kept() -> None:
    made = convert({"url": "/p/1", "image": "/pictures/sofa.svg"})
    assert (made.product.url, made.product.image_url) == ("/p/1", "/pictures/sofa.svg")


@pytest.mark.parametrize("rating", ["NaN", "-1", "five"])
def test_an_unusable_rating_is_dropped(rating: str) -> None:
    made = convert({"rating": rating, "review_count": rating})
    assert (made.product.rating, made.product.rating_count) == (None, 0)


def test_a_count_that_no_database_holds_is_dropped() -> None:
    made = convert({"review_count": "4e9"})
    assert made.product.rating_count == 0
    assert [note for note, _ in made.notes] == [Note.DROPPED]


def test_huge_fields_are_cut_and_noted() -> None:
    huge = "word " * 200_000
    made = convert({"title": huge, "description": huge, "brand": huge, "category": huge, "colour": huge})
    assert len(made.notes) == 5
    assert {note for note, _ in made.notes} == {Note.TRUNCATED}
    assert len(made.product.text) < 25_000


def test_a_thousand_attributes_are_cut() -> None:
    made = convert({f"column {n}": str(n) for n in range(1000)})
    assert len(made.product.attributes) == 300
    assert made.notes == [(Note.TRUNCATED, "1000 attributes cut at 300")]


def test_a_character_that_could_not_be_decoded_is_noted() -> None:
    made = convert({"id": "1", "title": "Caf\ufffd", "roast": "d\ufffdrk"})
    assert made.product.title == "Caf\ufffd"
    assert made.notes == [
        (Note.GARBLED, "title holds a character that cannot be read"),
        (Note.GARBLED, "roast holds a character that cannot be read"),
    ]
