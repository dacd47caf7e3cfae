"""Which products does a Shopify export hold, where every variant and picture is a row of its own?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from recommender.catalogue.feed.columns import fold_column
from recommender.catalogue.feed.record import Entry, Record, Value
from recommender.catalogue.feed.values import number, price

__all__ = ["grouped_by_handle"]

_OPTIONS = ("option1", "option2", "option3")
# Columns about one variant, one picture or another system, and not about the product.
_NOT_THE_PRODUCTS = (
    "variant_",
    "option",
    "google_shopping",
    "seo_",
    "gift_card",
    "image_",
    "cost_per_item",
    "unit_price",
    "published",
    "status",
    "type",
)


def grouped_by_handle(entries: Iterable[Entry]) -> Iterator[Entry]:
    """One record for the rows that follow each other with one handle: the first row's texts, all options as attributes,
    the lowest price, in stock if any variant is.

    A product that is a draft or archived is not for sale: it comes with no stock.
    """
    for _, group in groupby(entries, key=_handle):
        rows: list[Record] = []
        for entry in group:
            if isinstance(entry, Record):
                rows.append(entry)
            else:
                yield entry
        if rows:
            yield _product(rows)


def _handle(entry: Entry) -> str | None:
    return _text(_folded(entry), "handle") if isinstance(entry, Record) else None


def _folded(row: Record) -> dict[str, Value]:
    return {fold_column(name): value for name, value in row.values.items()}


def _product(rows: Sequence[Record]) -> Record:
    folded = [_folded(row) for row in rows]
    variants = [row for row in folded if _text(row, "variant_price") or _text(row, "variant_sku")]
    first = rows[0].values
    values: dict[str, Value] = {
        name: value for name, value in first.items() if not fold_column(name).startswith(_NOT_THE_PRODUCTS)
    }
    if not _text(folded[0], "product_category"):
        values["product_category"] = _text(folded[0], "type")
    values["variant_price"] = _lowest([_text(row, "variant_price") for row in variants])
    values["image_src"] = next((text for row in folded if (text := _text(row, "image_src"))), "")
    on_sale = _text(folded[0], "status").lower() in ("", "active") and _text(folded[0], "published").lower() != "false"
    values["in_stock"] = "yes" if on_sale and (not variants or any(map(_available, variants))) else "no"
    for option in _OPTIONS:
        name = _text(folded[0], f"{option}_name")
        if name and name.lower() != "title":
            values[name] = list(dict.fromkeys(filter(None, (_text(row, f"{option}_value") for row in variants))))
    return Record(rows[0].line, values)


def _lowest(prices: Sequence[str]) -> str:
    """The lowest price as it is written; the first that is none, so that the product is rejected for it."""
    amounts = {}
    for text in filter(None, prices):
        try:
            amounts[text] = price(text)[0]
        except ValueError:
            return text
    return min(amounts, key=lambda text: amounts[text], default="")


def _available(variant: Mapping[str, Value]) -> bool:
    """Whether the variant can be bought: counted and left, not counted at all, or sold beyond the stock."""
    quantity = _text(variant, "variant_inventory_qty")
    if not quantity or not _text(variant, "variant_inventory_tracker"):
        return True
    if _text(variant, "variant_inventory_policy") == "continue":
        return True
    try:
        return number(quantity) > 0
    except ValueError:
        return True


def _text(values: Mapping[str, Value], column: str) -> str:
    value = values.get(column, "")
    return value.strip() if isinstance(value, str) else ""
