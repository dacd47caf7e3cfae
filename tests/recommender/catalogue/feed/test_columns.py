"""Does every column go where the contract of the command line says?"""

from __future__ import annotations

from decimal import Decimal

import pytest

from recommender.catalogue.feed.columns import Columns, parse_mappings
from recommender.errors import BadInputError


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("id", "id"),
        ("item_id:token", "id"),
        ("SKU", "id"),
        ("asin", "id"),
        ("g:id", "id"),
        ("title:token", "title"),
        ("supplier", "brand"),
        ("Vendor", "brand"),
        ("short_description", "description"),
        ("Body (HTML)", "description"),
        ("categories:token_seq", "categories"),
        ("img_high", "image_url"),
        ("image link", "image_url"),
        ("price:float", "price"),
        ("availability", "in_stock"),
        ("sales_rank:float", None),
        ("ean", None),
    ],
)
def test_default_field(column: str, field: str | None) -> None:
    assert Columns().target(column).field == field


@pytest.mark.parametrize(
    ("column", "attribute"),
    [
        ("attr_t_product_colour", "product colour"),
        ("attributes.battery life", "battery life"),
        ("attr_n_cable_length", "cable length"),
        ("attr_b_dimmable", "dimmable"),
        ("attr_finish", "finish"),
        ("attr_tone", "tone"),
        ("sales_rank:float", "sales rank"),
        ("name", "name"),
        ("Fit (product.metafields.custom.fit)", "Fit"),
        ("price", ""),
        ("tone\x1b[31m\u202e", "tone[31m"),
    ],
)
def test_name_as_an_attribute(column: str, attribute: str) -> None:
    assert Columns().target(column).attribute == attribute


def test_a_mapping_replaces_the_defaults_of_its_field() -> None:
    columns = parse_mappings(["title=Artikel Name", "price=cents/100"])
    assert columns.target("artikel name").field == "title"
    assert columns.target("title").field is None
    assert columns.target("title").attribute == "title"
    assert (columns.divisor("price"), columns.divisor("rating")) == (Decimal(100), Decimal(1))


def test_a_column_name_may_hold_a_slash() -> None:
    columns = parse_mappings(["description=Notes/Remarks"])
    assert columns.target("Notes/Remarks").field == "description"


@pytest.mark.parametrize(
    ("mapping", "reason"),
    [
        ("price", "write FIELD=COLUMN"),
        ("=price", "write FIELD=COLUMN"),
        ("price=", "write FIELD=COLUMN"),
        ("colour=farbe", "'colour' is no field"),
        ("title=name/100", "only price and rating"),
    ],
)
def test_says_what_is_wrong_with_a_mapping(mapping: str, reason: str) -> None:
    with pytest.raises(BadInputError, match=reason):
        parse_mappings([mapping])


def test_refuses_two_mappings_of_one_field() -> None:
    with pytest.raises(BadInputError, match="price is mapped twice"):
        parse_mappings(["price=a", "price=b"])


@pytest.mark.parametrize("divisor", ["0", "-1", "nan"])
def test_a_useless_divisor_belongs_to_the_name(divisor: str) -> None:
    columns = parse_mappings([f"price=cost/{divisor}"])
    assert columns.target(f"cost/{divisor}").field == "price"


def test_refuses_a_file_without_the_columns_it_needs() -> None:
    with pytest.raises(
        BadInputError, match=r"shop\.csv has no column for the id .* it has: title, price\. .*--map id="
    ):
        Columns().check(["title", "price"], "shop.csv")
    with pytest.raises(BadInputError, match=r"shop\.csv has no column 'cost' for --map price; it has: id, title"):
        parse_mappings(["price=cost"]).check(["id", "title"], "shop.csv")
    parse_mappings(["id=Artikelnummer"]).check(["artikelnummer", "title"], "shop.csv")
