"""Which product does a record of a feed describe, and what had to be mended in it?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from urllib.parse import urlsplit

from babel.numbers import is_currency

from recommender.catalogue.feed.columns import Columns
from recommender.catalogue.feed.record import Record, Value
from recommender.catalogue.feed.text import GARBLED, clean, plain
from recommender.catalogue.feed.values import availability, category_path, number, price
from recommender.catalogue.product import Product

__all__ = ["Conversion", "Converter", "Note", "RejectedError"]

LONGEST_ID = 200
LONGEST_TITLE = 1_000
LONGEST_DESCRIPTION = 20_000
LONGEST_BRAND = 200
LONGEST_CATEGORY = 200
LONGEST_ATTRIBUTE = 2_000
LONGEST_URL = 2_000
HIGHEST_COUNT = 2**31 - 1
MOST_CATEGORIES = 20
MOST_ATTRIBUTES = 300

# What shops write for a brand or category they do not know, letters and digits alone.
_PLACEHOLDER_NAMES = frozenset(
    {
        "",
        "unknown",
        "na",
        "none",
        "generic",
        "null",
        "nobrand",
        "unbranded",
        "notspecified",
        "notapplicable",
        "undefined",
    }
)
_LONGEST_PLACEHOLDER = 20


class Note(StrEnum):
    """What was mended in a product that was imported all the same."""

    TITLE_BUILT = "title built"
    TRUNCATED = "truncated"
    DROPPED = "value dropped"
    GARBLED = "unreadable character"


Notes = list[tuple[Note, str]]


class RejectedError(Exception):
    """A record that no product can be made of; its text is the reason, `item_id` the product it meant, if known."""

    def __init__(self, reason: str, item_id: str | None) -> None:
        super().__init__(reason)
        self.item_id = item_id


@dataclass(frozen=True, slots=True)
class Conversion:
    """A product and what had to be mended for it."""

    product: Product
    notes: Notes = field(default_factory=list)


class Converter:
    """Makes products of records; `currency` is meant where the feed names none."""

    def __init__(self, columns: Columns, currency: str) -> None:
        self._columns = columns
        self._currency = currency

    def convert(self, record: Record) -> Conversion:
        """The product that `record` describes.

        Raises:
            RejectedError: it has no usable id or its price is unreadable or negative.
        """
        fields, others = self._sort(record.values)
        item_id = plain(_joined(fields.get("id", "")))
        if not item_id:
            raise RejectedError("the id is empty", None)
        if len(item_id) > LONGEST_ID:
            raise RejectedError(f"the id is longer than {LONGEST_ID} characters", None)
        if GARBLED in item_id:
            raise RejectedError("the id holds a character that cannot be read", None)
        notes: Notes = []

        def text(name: str, value: Value, limit: int) -> str:
            cleaned, cut = clean(_joined(value), limit)
            if cut:
                notes.append((Note.TRUNCATED, f"{name} cut at {limit:,} characters"))
            if GARBLED in cleaned:
                notes.append((Note.GARBLED, f"{name} holds a character that cannot be read"))
            return cleaned

        try:
            amount, currency = self._price(fields)
        except ValueError as error:
            raise RejectedError(str(error), item_id) from None
        brand = _named(text("brand", fields.get("brand", ""), LONGEST_BRAND))
        levels = (text("category", level, LONGEST_CATEGORY) for level in category_path(fields.get("categories", "")))
        categories = tuple(dict.fromkeys(filter(None, map(_named, levels))))[:MOST_CATEGORIES]
        title = text("title", fields.get("title", ""), LONGEST_TITLE)
        if not title:
            title = " ".join(filter(None, (brand, *categories[-1:]))) or f"Product {item_id}"
            notes.append((Note.TITLE_BUILT, title))
        attributes: dict[str, str] = {}
        for name, value in others:
            said = text(name, value, LONGEST_ATTRIBUTE)
            if said and said not in attributes.get(name, "").split(", "):
                attributes[name] = f"{attributes[name]}, {said}" if name in attributes else said
        if len(attributes) > MOST_ATTRIBUTES:
            notes.append((Note.TRUNCATED, f"{len(attributes)} attributes cut at {MOST_ATTRIBUTES}"))
            attributes = dict(list(attributes.items())[:MOST_ATTRIBUTES])
        product = Product(
            id=item_id,
            title=title,
            description=text("description", fields.get("description", ""), LONGEST_DESCRIPTION),
            brand=brand,
            categories=categories,
            price=amount,
            currency=currency,
            in_stock=_in_stock(fields.get("in_stock", ""), notes),
            rating=self._rating(fields.get("rating", ""), notes),
            rating_count=_count(fields.get("rating_count", ""), notes),
            image_url=_address("image", fields.get("image_url", ""), notes),
            url=_address("link", fields.get("url", ""), notes),
            attributes=attributes,
        )
        return Conversion(product, notes)

    def _sort(self, values: Mapping[str, Value]) -> tuple[dict[str, Value], list[tuple[str, Value]]]:
        """The raw value of each field, and what goes to the attributes, by name.

        Of several columns for one field the first in rank that has a value fills it, the others become attributes.
        Only the id is never taken from a second column: it would name another product.
        """
        best: dict[str, tuple[int, str, Value]] = {}
        others: list[tuple[str, Value]] = []
        for column, value in values.items():
            target = self._columns.target(column)
            if target.field is None:
                others.append((target.attribute, value))
            elif _says_something(value) or target.field == "id":
                known = best.get(target.field)
                entry = (target.rank, target.attribute, value)
                if known is None or target.rank < known[0]:
                    best[target.field], loser = entry, known
                else:
                    loser = entry
                if loser is not None:
                    others.append(loser[1:])
        return {name: entry[2] for name, entry in best.items()}, [(name, value) for name, value in others if name]

    def _price(self, fields: Mapping[str, Value]) -> tuple[Decimal | None, str]:
        given = _joined(fields.get("currency", "")).strip().upper()
        currency = given if len(given) == 3 and is_currency(given) else self._currency
        text = _joined(fields.get("price", "")).strip()
        if not text:
            return None, currency
        amount, written = price(text, self._columns.divisor("price"))
        return amount, written or currency

    def _rating(self, value: Value, notes: Notes) -> float | None:
        rating = _number_or_note("rating", value, notes)
        return None if rating is None else float(rating / self._columns.divisor("rating"))


def _says_something(value: Value) -> bool:
    return not value.isspace() and value != "" if isinstance(value, str) else bool(value)


def _joined(value: Value) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _named(name: str) -> str:
    folded = "".join(filter(str.isalnum, name)).lower() if len(name) <= _LONGEST_PLACEHOLDER else name
    return "" if folded in _PLACEHOLDER_NAMES else name


def _in_stock(value: Value, notes: Notes) -> bool:
    text = plain(_joined(value))
    available = availability(text) if text else True
    if available is None:
        notes.append((Note.DROPPED, f"availability '{text[:40]}' is not understood; taken as in stock"))
    return available is not False


def _count(value: Value, notes: Notes) -> int:
    count = int(_number_or_note("rating count", value, notes) or 0)
    if count > HIGHEST_COUNT:
        notes.append((Note.DROPPED, f"rating count {count} is too large"))
        return 0
    return count


def _number_or_note(name: str, value: Value, notes: Notes) -> Decimal | None:
    """A number from 0 up; None, with a note, for anything else."""
    text = plain(_joined(value))
    if not text:
        return None
    try:
        found = number(text)
    except ValueError as error:
        notes.append((Note.DROPPED, f"{name} {error}"))
        return None
    if found < 0:
        notes.append((Note.DROPPED, f"{name} '{text[:40]}' is negative"))
        return None
    return found


def _address(name: str, value: Value, notes: Notes) -> str:
    """The first of several addresses: http(s), or a path on the gateway's own origin ("/pictures/sofa.svg").

    Anything else becomes "" with a note, for it would become a link for shoppers.
    """
    first = value if isinstance(value, str) else next(iter(value), "")
    text = plain(first)
    if text.startswith("//"):
        text = f"https:{text}"
    if not text:
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    absolute = parts.scheme in ("http", "https") and parts.netloc
    own_path = text.startswith("/") and not parts.scheme and not parts.netloc
    if not (absolute or own_path) or " " in text or "\\" in text or len(text) > LONGEST_URL:
        notes.append((Note.DROPPED, f"{name} is no http address of at most {LONGEST_URL:,} characters"))
        return ""
    return text
