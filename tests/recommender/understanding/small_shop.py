"""A small shop to read messages with, and queries in one line."""

from __future__ import annotations

from decimal import Decimal

from recommender.catalogue.product import Product
from recommender.understanding.query import Op, Query, Sort
from recommender.understanding.reading import ShownItem

BRANDS = ("Sony", "Bose", "Nordfell", "Gold Toe", "Clean & Clear", "TP-Link", "Simple", "Apple", "Burt's Bees")
COLOURS = ("black", "white", "red", "blue", "navy", "green", "grey", "Navy Blue", "cream")
MATERIALS = ("leather", "faux leather", "cotton", "wool", "stainless steel", "plastic")
SIZES = ("S", "M", "L", "XL", "XXL", "9", "41", "42", "42.5", "44")
THINGS = (
    ("jacket", "Jackets"),
    ("winter coat", "Coats"),
    ("running shoes", "Shoes"),
    ("headphones", "Headphones"),
    ("noise cancelling earbuds with wireless charging", "Headphones"),
    ("laptop", "Laptops"),
    ("laptop bag", "Bags"),
    ("no show socks", "Socks"),
    ("non-stick frying pan", "Kitchen"),
    ("gaming mouse with cable", "Mice"),
    ("face cream", "Skin Care"),
    ("router", "Networking"),
    ("shirt with hood", "Shirts"),
    ("tv with touch screen and wires", "Televisions"),
    ("green tea", "Food"),
)


def small_shop() -> list[Product]:
    """Every thing in many colours, materials, sizes and brands, deterministic."""
    products = []
    for number in range(600):
        thing, category = THINGS[number % len(THINGS)]
        products.append(
            Product(
                id=f"p{number}",
                title=f"{thing.title()} {number}",
                description=f"A simple {thing} for every day; apple of the eye, clear and clean.",
                brand=BRANDS[number % len(BRANDS)],
                categories=("Everything", category),
                price=Decimal(5 + number % 200),
                attributes={
                    "colour": COLOURS[number % 7 if number % 11 else 7 + number % 2],
                    "material": MATERIALS[(number // 3) % len(MATERIALS)],
                    "size": SIZES[(number // 2) % len(SIZES)],
                },
            )
        )
    return products


SHOWN = (
    ShownItem("a", 1, "Sony Studio Headphones Black", "Sony", Decimal("79.00")),
    ShownItem("b", 2, "Bose Travel Headphones Red", "Bose", Decimal("129.90")),
    ShownItem("c", 3, "Nordfell Earbuds White", "Nordfell", Decimal("45.50")),
)


_SIGNS = {Op.ANY_OF: "=", Op.NONE_OF: "!=", Op.AT_LEAST: ">=", Op.AT_MOST: "<="}


def spelled(query: Query) -> str:
    """A query in one line, to compare at a glance: `text | colour=red,blue price<=30 | price_asc`."""
    conditions = sorted(
        f"{one.facet.value}{_SIGNS[one.op]}"
        + (",".join(one.values) if one.bound is None else f"{one.bound.normalize():f}")
        for one in query.constraints
    )
    parts = [query.text, " ".join(conditions), "" if query.sort is Sort.RELEVANCE else query.sort.value]
    return " | ".join(parts).rstrip(" |") if any(parts[1:]) else query.text
