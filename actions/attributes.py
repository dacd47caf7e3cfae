"""Which of a product's attributes tell a shopper something, rather than the shop's own systems?"""

from __future__ import annotations

import re
from typing import Final

from recommender.catalogue.facets import facets
from recommender.catalogue.product import Product
from recommender.catalogue.words import fold, words

__all__ = ["telling_attributes"]

LONGEST_VALUE: Final = 100
"""A longer value is a text, and belongs into the description."""

# Names of what identifies, ranks, dates or ships a product: for the trade, whatever the catalogue.
_OF_THE_TRADE = frozenset({
    "asin", "barcode", "carton", "code", "codename", "codes", "created", "date", "ean", "feed", "gtin", "handle",
    "hash", "id", "ids", "image", "images", "isbn", "key", "link", "manufacturer", "mpn", "outer", "package",
    "pallet", "rank", "released", "sales", "shipping", "sku", "slug", "tariff", "timestamp", "uid", "upc",
    "updated", "uri", "url", "uuid", "version",
})  # fmt: skip
# A bare number says something where its name says what is counted, or in what it is measured.
_COUNTING = frozenset({
    "capacity", "cm", "cores", "count", "db", "diagonal", "doors", "drawers", "ft", "g", "gb", "ghz", "hours", "hz",
    "inch", "inches", "keys", "kg", "km", "l", "lb", "litres", "m", "mah", "mb", "mhz", "ml", "mm", "mp", "number",
    "oz", "pages", "pieces", "players", "pockets", "ports", "quantity", "ram", "rpm", "seats", "shelves", "size",
    "speed", "speeds", "tb", "v", "volts", "w", "watts", "wheels", "years",
})  # fmt: skip
_TRUE, _FALSE = frozenset({"yes", "true", "y"}), frozenset({"no", "false", "n"})
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)*")
# "305 x 127 x 305" and "0 - 35" are as mute as a bare number.
_NUMBERS = re.compile(r"[\d\s.,/:x×+*–-]+", re.IGNORECASE)
_MEASURE = re.compile(r"\d+(?:[.,]\d+)?[^\W\d_]{1,5}")
_CODE = re.compile(r"\S*\d\S*\d\S*\d\S*")
_MACHINE = re.compile(r"https?://|www\.|^[\[{<]|^\d{4}-\d\d-\d\d(?:T|$)", re.IGNORECASE)


def telling_attributes(product: Product, yes: str = "yes", no: str = "no") -> dict[str, str]:
    """The attributes to show, by a readable name: what can be filtered by first, then the rest in the feed's order.

    Left out are codes and what is named like one, dates, links, numbers of which nobody can say what they measure, long
    texts, and what the title says already. `yes` and `no` are how a truth is written.
    """
    stated = {value for values in facets(product).values() for value in values}
    title = f" {' '.join(words(product.title))} "
    first: dict[str, str] = {}
    rest: dict[str, str] = {}
    for name, value in product.attributes.items():
        label = " ".join(part for part in name.replace("_", " ").split() if len(part) > 1 or part.isdigit())
        said = _said(words(label), " ".join(value.split()))
        if not said:
            continue
        said = yes if fold(said) in _TRUE else no if fold(said) in _FALSE else said
        is_facet = " ".join(words(said)) in stated
        if is_facet:
            first[label] = said
        elif f" {' '.join(words(said))} " not in title:
            rest[label] = said
    return first | rest


def _said(name: list[str], value: str) -> str:
    """The value as a shopper reads it; "" where it says nothing to one."""
    if not name or not value or len(value) > LONGEST_VALUE or not _OF_THE_TRADE.isdisjoint(name):
        return ""
    if _MACHINE.search(value):
        return ""
    if _NUMBERS.fullmatch(value):
        is_counted = bool(_NUMBER.fullmatch(value)) and not _COUNTING.isdisjoint(name) and len(value) <= len("10,000")
        return re.sub(r"[.,]0+$", "", value) if is_counted else ""
    is_code = " " not in value and _CODE.fullmatch(value) and not _MEASURE.fullmatch(value)
    return "" if is_code else value
