"""Does a running shop see an import: prices and deletions within a second, new products within a minute?"""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from shopper import Shopper

from benchmarks.installation import Installation

pytestmark = pytest.mark.e2e


def imported(installation: Installation, folder: Path, *products: dict[str, object], prune: bool = False) -> None:
    feed = folder / "feed.jsonl"
    feed.write_text("".join(json.dumps(product) + "\n" for product in products), encoding="utf-8")
    installation.command("catalog", "import", str(feed), "--no-index", *(["--prune"] if prune else []))


def test_a_new_product_a_new_price_and_an_empty_shelf(
    installation: Installation, shopper: Shopper, tmp_path: Path
) -> None:
    product = {"id": "zither-1", "title": "Alpine zither with 42 strings", "price": "310.00", "brand": "Klangwerk"}
    imported(installation, tmp_path, product)
    deadline = time.monotonic() + 60
    while "zither-1" not in {found["id"] for found in shopper.products}:
        assert time.monotonic() < deadline, "not found within a minute"
        time.sleep(1)
        shopper.say("alpine zither")
    imported(installation, tmp_path, product | {"price": "275.00", "availability": "out of stock"})
    time.sleep(1)
    shopper.say("alpine zither")
    found = next(item for item in shopper.products if item["id"] == "zither-1")
    assert (found["price"], found["in_stock"]) == ("275.00", False)
