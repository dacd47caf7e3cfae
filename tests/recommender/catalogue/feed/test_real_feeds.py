"""Do real catalogues come in with the quirks they have?"""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path

import pytest

from recommender.catalogue.feed.columns import parse_mappings
from recommender.catalogue.feed.importer import import_feed
from recommender.catalogue.feed.report import ImportReport, LineReport
from recommender.catalogue.memory import InMemoryCatalogue

pytestmark = pytest.mark.real_data


def load(tmp_path: Path, name: str, *mappings: str) -> tuple[InMemoryCatalogue, ImportReport]:
    folder = os.environ.get("SHOPTALK_DATA")
    if not folder:
        pytest.skip("SHOPTALK_DATA names no folder with the real catalogues")
    catalogue = InMemoryCatalogue()
    with LineReport(tmp_path / "lines.csv") as lines:
        report = import_feed(
            Path(folder) / name, catalogue, columns=parse_mappings(mappings), currency="USD", lines=lines
        )
    return catalogue, report


def test_beauty(tmp_path: Path) -> None:
    catalogue, report = load(tmp_path, "beauty/products.tsv")
    assert (report.new, report.rejected, report.titles_built) == (12_101, 0, 7)
    products = list(catalogue)
    assert all(product.title and product.categories[0] == "Beauty" for product in products)
    assert not any("'" in product.categories[0] or '"' in product.categories[-1] for product in products)
    assert not {product.brand for product in products} & {"Unknown", "unknown"}
    assert not any("&#39;" in product.brand for product in products)
    assert sum(product.price is None for product in products) == 585


def test_electronics(tmp_path: Path) -> None:
    catalogue, report = load(tmp_path, "electronics/products.jsonl", "price=price/100")
    assert (report.new, report.rejected) == (19_406, 0)
    with (Path(os.environ["SHOPTALK_DATA"]) / "electronics/products.jsonl").open(encoding="utf-8") as file:
        raw = json.loads(file.readline())
    product = catalogue.get([raw["id"]])[raw["id"]]
    assert product.price == Decimal(raw["price"]) / 100
    assert (product.title, product.brand) == (raw["title"], raw["supplier"])
    assert not any(name.startswith("attr") for product in catalogue for name in product.attributes)


def test_general(tmp_path: Path) -> None:
    catalogue, report = load(tmp_path, "general/products.csv")
    assert (report.new, report.rejected) == (9_912, 0)
    assert all(product.price is None and product.brand == "" for product in catalogue)
