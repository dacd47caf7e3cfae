"""What does each product of a generation state, row by row, for filters and sorting?"""

from __future__ import annotations

import json
from array import array
from decimal import Decimal
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.catalogue.facets import brand_key, category_keys, facets
from recommender.catalogue.product import Product
from recommender.db import Money
from recommender.index.postings import Postings, Rows
from recommender.understanding.query import Facet

__all__ = ["NO_BRAND", "NO_PRICE", "ColumnBuilder", "Columns", "price_units"]

NO_PRICE: Final = -1
NO_BRAND: Final = -1


def price_units(price: Decimal | None) -> int:
    """A price in whole ten-thousandths, as the record keeps it; NO_PRICE where there is none."""
    return NO_PRICE if price is None else int((price * Money.SCALE).to_integral_value())


class ColumnBuilder:
    """Takes products one by one and writes their columns to a folder."""

    def __init__(self) -> None:
        self._price = array("q")
        self._currency = array("i")
        self._currencies: dict[str, int] = {}
        self._rating = array("d")
        self._rating_count = array("q")
        self._in_stock = array("b")
        self._brand = array("i")
        self._text_hashes: list[str] = []
        self._brands: dict[str, tuple[int, str]] = {}
        self._stated: dict[tuple[Facet, str], array[int]] = {}

    def add(self, product: Product) -> None:
        """Take the next product."""
        row = len(self._price)
        self._price.append(price_units(product.price))
        self._currency.append(self._currencies.setdefault(product.currency, len(self._currencies)))
        self._rating.append(float("nan") if product.rating is None else product.rating)
        self._rating_count.append(product.rating_count)
        self._in_stock.append(product.in_stock)
        self._text_hashes.append(product.text_hash)
        key = brand_key(product.brand)
        self._brand.append(self._brands.setdefault(key, (len(self._brands), product.brand))[0] if key else NO_BRAND)
        for facet, values in {**facets(product), Facet.CATEGORY: category_keys(product)}.items():
            for value in values:
                self._stated.setdefault((facet, value), array("i")).append(row)

    def write(self, folder: Path, order: NDArray[np.intp]) -> None:
        """Write the columns of the products so far; row i is the product that was added as number order[i]."""
        folder.mkdir()
        np.save(folder / "price.npy", np.array(self._price, dtype=np.int64)[order])
        np.save(folder / "currency.npy", np.array(self._currency, dtype=np.int32)[order])
        np.save(folder / "rating.npy", np.array(self._rating, dtype=np.float64)[order])
        np.save(folder / "rating_count.npy", np.array(self._rating_count, dtype=np.int64)[order])
        np.save(folder / "in_stock.npy", np.array(self._in_stock, dtype=np.bool_)[order])
        np.save(folder / "brand.npy", np.array(self._brand, dtype=np.int32)[order])
        new_row = np.empty(len(order), dtype=np.int32)
        new_row[order] = np.arange(len(order), dtype=np.int32)
        keys = sorted(self._stated)
        lists = [np.sort(new_row[np.array(self._stated[key], dtype=np.int32)]) for key in keys]
        indptr = np.cumsum([0, *map(len, lists)])
        Postings.write(folder, "stated", indptr, np.concatenate([np.empty(0, dtype=np.int32), *lists]))
        names = {
            "stated": keys,
            "currencies": list(self._currencies),
            "brands": [[key, name] for key, (_, name) in self._brands.items()],
            "text_hashes": [self._text_hashes[at] for at in order],
        }
        (folder / "names.json").write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")


class Columns:
    """The columns of a generation, mapped from their folder; row i is its i-th product.

    `price`: int64 ten-thousandths, NO_PRICE for none, in the currency whose number in `currency_names` is `currency`,
    int32. `rating`: float64, NaN for none. `rating_count`: int64. `in_stock`: bool. `brand`: int32, the number of the
    brand in `brand_names`, NO_BRAND for none.
    """

    def __init__(self, folder: Path) -> None:
        self.price: NDArray[np.int64] = np.load(folder / "price.npy", mmap_mode="r")
        self.currency: NDArray[np.int32] = np.load(folder / "currency.npy", mmap_mode="r")
        self.rating: NDArray[np.float64] = np.load(folder / "rating.npy", mmap_mode="r")
        self.rating_count: NDArray[np.int64] = np.load(folder / "rating_count.npy", mmap_mode="r")
        self.in_stock: NDArray[np.bool_] = np.load(folder / "in_stock.npy", mmap_mode="r")
        self.brand: NDArray[np.int32] = np.load(folder / "brand.npy", mmap_mode="r")
        names = json.loads((folder / "names.json").read_text(encoding="utf-8"))
        self.text_hashes: list[str] = names["text_hashes"]
        self.currency_names: list[str] = names["currencies"]
        self.brand_names: list[str] = [name for _, name in names["brands"]]
        self._brand_numbers = {key: number for number, (key, _) in enumerate(names["brands"])}
        self._stated = Postings(folder, "stated")
        self._stated_numbers = {(facet, value): number for number, (facet, value) in enumerate(names["stated"])}

    def stating(self, facet: Facet, value: str) -> Rows:
        """The rows that state `value` (folded) for brand, category, colour, material or size, ascending."""
        if facet is Facet.BRAND:
            number = self._brand_numbers.get(value)
            found = np.empty(0) if number is None else np.flatnonzero(self.brand == number)
            return found.astype(np.int32)
        number = self._stated_numbers.get((facet.value, value))
        return np.empty(0, dtype=np.int32) if number is None else self._stated.rows(number)
