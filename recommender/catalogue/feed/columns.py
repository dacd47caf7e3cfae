"""Which column of a feed fills which field of a product, by default and by what the importer is told?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from recommender.catalogue.feed.text import plain
from recommender.errors import BadInputError

__all__ = ["ALIASES", "Columns", "Target", "fold_column", "listed", "parse_mappings"]

ALIASES: dict[str, tuple[str, ...]] = {
    "id": ("id", "item_id", "product_id", "sku", "asin", "handle"),
    "title": ("title", "product_title", "product_name", "name"),
    "description": ("description", "short_description", "body_html", "body_(html)", "long_description"),
    "brand": ("brand", "supplier", "vendor", "manufacturer"),
    "categories": (
        "categories",
        "category",
        "category_path",
        "product_type",
        "product_category",
        "google_product_category",
    ),
    "price": ("price", "variant_price"),
    "currency": ("currency", "currency_code", "price_currency"),
    "in_stock": ("in_stock", "availability", "stock", "stock_quantity", "quantity", "inventory"),
    "rating": ("rating", "average_rating", "rating_value", "stars"),
    "rating_count": ("rating_count", "ratings_count", "review_count", "reviews_count"),
    "image_url": ("image_url", "image_link", "img_high", "image", "image_src"),
    "url": ("url", "link", "product_url"),
}
"""The columns that fill a field, the first that has a value winning; names as `fold_column` gives them."""

_DIVISIBLE = ("price", "rating")
# What changes from day to day is never kept a second time as an attribute: those are embedded.
_PASSING = frozenset({"price", "currency", "in_stock", "rating", "rating_count", "image_url", "url"})

_RECBOLE_TYPE = re.compile(r":(?:token|token_seq|float|float_seq)$")
_SHOPIFY_METAFIELD = re.compile(r" \(product\.metafields\.[^)]*\)$")
_MARKED_ATTRIBUTE = re.compile(r"^(?:attributes\.|attr_(?:[tnb]_)?)")
_LONGEST_ATTRIBUTE_NAME = 100
_MOST_LISTED = 30


@dataclass(frozen=True, slots=True)
class Target:
    """Where a column goes: into `field` (None: nowhere else than the attributes), before columns of higher `rank`.

    `attribute` is its name as an attribute, "" when it may not become one.
    """

    field: str | None
    rank: int
    attribute: str


@dataclass(frozen=True, slots=True)
class _Mapping:
    field: str
    column: str
    divisor: Decimal


def fold_column(name: str) -> str:
    """The name by which a column is known: no case, no RecBole type, no "g:", blanks and hyphens as underscores."""
    name = _RECBOLE_TYPE.sub("", " ".join(name.split()).lower())
    return name.removeprefix("g:").replace(" ", "_").replace("-", "_")


def listed(columns: Iterable[str]) -> str:
    """The names of columns as an error shows them: each once, cleaned, and not too many."""
    names = list(dict.fromkeys(columns))
    return ", ".join(map(plain, names[:_MOST_LISTED])) + (", …" if len(names) > _MOST_LISTED else "")


def parse_mappings(texts: Iterable[str]) -> Columns:
    """The columns as `--map FIELD=COLUMN` and `--map FIELD=COLUMN/NUMBER` change them.

    Raises:
        BadInputError: one of `texts` is none of the two, names no field, or names a field twice.
    """
    mappings: dict[str, _Mapping] = {}
    for text in texts:
        field, equals, column = (part.strip() for part in text.partition("="))
        if not (field and equals and column):
            raise BadInputError(f"--map {text}: write FIELD=COLUMN or FIELD=COLUMN/NUMBER, such as price=price/100.")
        if field not in ALIASES:
            raise BadInputError(
                f"--map {text}: '{field}' is no field of a product; the fields are {', '.join(ALIASES)}."
            )
        if field in mappings:
            raise BadInputError(f"--map {text}: {field} is mapped twice; keep one of the two.")
        divisor = Decimal(1)
        head, slash, tail = column.rpartition("/")
        if slash and (number := _positive(tail)) is not None:
            if field not in _DIVISIBLE:
                raise BadInputError(f"--map {text}: only {' and '.join(_DIVISIBLE)} can be divided by a number.")
            column, divisor = head.strip(), number
        mappings[field] = _Mapping(field, column, divisor)
    return Columns(list(mappings.values()))


class Columns:
    """Says for every column where it goes."""

    def __init__(self, mappings: Sequence[_Mapping] = ()) -> None:
        self._mapped = {mapping.field: mapping for mapping in mappings}
        self._targets: dict[str, Target] = {}

    def target(self, column: str) -> Target:
        """Where `column`, named as the file names it, goes."""
        target = self._targets.get(column)
        if target is None:
            target = self._targets[column] = self._find(column)
        return target

    def divisor(self, field: str) -> Decimal:
        """The number by which raw values of `field` are divided."""
        mapping = self._mapped.get(field)
        return mapping.divisor if mapping else Decimal(1)

    def check(self, present: Iterable[str], file: str) -> None:
        """Refuse a file in which a column that was named, or any column for ids, is missing.

        Raises:
            BadInputError: with the columns that are there.
        """
        columns = list(present)
        there = listed(columns)
        for mapping in self._mapped.values():
            if fold_column(mapping.column) not in map(fold_column, columns):
                raise BadInputError(
                    f"{file} has no column '{mapping.column}' for --map {mapping.field}; it has: {there}."
                )
        if not any(self.target(column).field == "id" for column in columns):
            raise BadInputError(
                f"{file} has no column for the id ({', '.join(ALIASES['id'][:5])}); it has: {there}. "
                "Name the one that is with --map id=COLUMN."
            )

    def _find(self, column: str) -> Target:
        folded = fold_column(column)
        for field, mapping in self._mapped.items():
            if fold_column(mapping.column) == folded:
                return Target(field, 0, "")
        for field, aliases in ALIASES.items():
            if folded in aliases and field not in self._mapped:
                attribute = "" if field in _PASSING else _attribute_name(column)
                return Target(field, aliases.index(folded), attribute)
        return Target(None, 0, _attribute_name(column))


def _attribute_name(column: str) -> str:
    name = _RECBOLE_TYPE.sub("", _SHOPIFY_METAFIELD.sub("", " ".join(column.split())))
    name = _MARKED_ATTRIBUTE.sub("", name.removeprefix("g:")).replace("_", " ")
    return plain(name)[:_LONGEST_ATTRIBUTE_NAME]


def _positive(text: str) -> Decimal | None:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() and value > 0 else None
