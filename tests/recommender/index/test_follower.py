from __future__ import annotations

import threading
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from recommender.catalogue.memory import InMemoryCatalogue
from recommender.catalogue.product import Product
from recommender.catalogue.store import SqlCatalogue
from recommender.clock import SystemClock
from recommender.db import Database, upgrade
from recommender.errors import UnavailableError
from recommender.index.columns import NO_PRICE
from recommender.index.follower import CatalogueView
from recommender.index.generation import Generation

LAMP = Product("lamp", "Red lamp", price=Decimal("20"), rating=4.0, rating_count=3)
DESK = Product("desk", "Oak desk", price=Decimal("200"))


@pytest.fixture
def catalogue() -> InMemoryCatalogue:
    return InMemoryCatalogue([LAMP, DESK])


def publish(index: Path, catalogue: InMemoryCatalogue) -> None:
    number, products = catalogue.last_change(), list(catalogue)
    vectors = np.zeros((len(products), 2), dtype=np.float32)
    Generation.build(index, products, vectors, encoder_version="v1", change_number=number)


def test_without_a_generation_there_is_nothing_to_search(tmp_path: Path, catalogue: InMemoryCatalogue) -> None:
    with pytest.raises(UnavailableError, match="catalog import"):
        _ = CatalogueView(catalogue, tmp_path, "v1").snapshot


def test_offers_and_deletions_are_laid_over_the_generation(tmp_path: Path, catalogue: InMemoryCatalogue) -> None:
    publish(tmp_path, catalogue)
    view = CatalogueView(catalogue, tmp_path, "v1")
    before = view.snapshot
    desk, lamp = before.generation.rows["desk"], before.generation.rows["lamp"]

    catalogue.upsert([replace(LAMP, price=None, in_stock=False, rating=None, rating_count=4)])
    catalogue.delete(["desk"])
    view.refresh()

    after = view.snapshot
    assert after.generation is before.generation
    assert after.change_number == catalogue.last_change()
    assert (after.price[lamp], after.in_stock[lamp], after.rating_count[lamp]) == (NO_PRICE, False, 4)
    assert np.isnan(after.rating[lamp])
    assert (after.alive[lamp], after.alive[desk]) == (True, False)
    assert not after.stale.any()
    assert (before.price[lamp], before.alive[desk]) == (200_000, True)  # whoever reads the old state is not disturbed


def test_an_edited_text_is_stale_until_the_next_generation(tmp_path: Path, catalogue: InMemoryCatalogue) -> None:
    publish(tmp_path, catalogue)
    view = CatalogueView(catalogue, tmp_path, "v1")
    catalogue.upsert([replace(LAMP, title="Blue lamp")])
    view.refresh()
    row = view.snapshot.generation.rows["lamp"]
    assert view.snapshot.stale[row]

    publish(tmp_path, catalogue)
    view.refresh()
    assert not view.snapshot.stale.any()


def test_a_deleted_product_that_returns_is_alive(tmp_path: Path, catalogue: InMemoryCatalogue) -> None:
    publish(tmp_path, catalogue)
    view = CatalogueView(catalogue, tmp_path, "v1")
    catalogue.delete(["lamp"])
    view.refresh()
    catalogue.upsert([LAMP])
    view.refresh()
    assert view.snapshot.alive.all()


def test_a_new_product_comes_with_the_next_generation(tmp_path: Path, catalogue: InMemoryCatalogue) -> None:
    publish(tmp_path, catalogue)
    view = CatalogueView(catalogue, tmp_path, "v1")
    catalogue.upsert([Product("rug", "Wool rug")])
    view.refresh()
    assert "rug" not in view.snapshot.generation.rows
    publish(tmp_path, catalogue)
    view.refresh()
    assert "rug" in view.snapshot.generation.rows


def test_changes_between_reading_the_number_and_building_are_laid_over_again(
    tmp_path: Path, catalogue: InMemoryCatalogue
) -> None:
    number = catalogue.last_change()
    catalogue.upsert([replace(LAMP, price=Decimal("15"))])
    catalogue.delete(["desk"])
    Generation.build(tmp_path, catalogue, np.zeros((1, 2), np.float32), encoder_version="v1", change_number=number)
    snapshot = CatalogueView(catalogue, tmp_path, "v1").snapshot
    assert snapshot.price.tolist() == [150_000]
    assert snapshot.change_number == catalogue.last_change()


def test_a_followed_change_is_visible_within_a_second(tmp_path: Path, catalogue: InMemoryCatalogue) -> None:
    publish(tmp_path, catalogue)
    with CatalogueView(catalogue, tmp_path, "v1") as view:
        assert view.snapshot.alive.all()
        catalogue.delete(["desk"])
        deadline = time.monotonic() + 1
        while view.snapshot.alive.all() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not view.snapshot.alive[view.snapshot.generation.rows["desk"]]


def test_no_reader_sees_half_an_update(tmp_path: Path) -> None:
    """All products always change together, in one transaction, and more of them than are read in one go."""
    shelf = [Product(f"p{number:04}", f"Lamp {number}", price=Decimal(0)) for number in range(1_100)]
    database = Database(f"sqlite:///{tmp_path / 'shop.db'}")
    upgrade(database)
    catalogue = SqlCatalogue(database, SystemClock())
    catalogue.upsert(shelf)
    number, vectors = catalogue.last_change(), np.zeros((len(shelf), 2), dtype=np.float32)
    Generation.build(tmp_path / "index", shelf, vectors, encoder_version="v1", change_number=number)
    view = CatalogueView(catalogue, tmp_path / "index", "v1")

    def write() -> None:
        for price in range(1, 6):
            catalogue.upsert([replace(one, price=Decimal(price)) for one in shelf])

    writing = threading.Thread(target=write)
    writing.start()
    seen = []
    while writing.is_alive():
        view.refresh()
        prices = view.snapshot.price
        assert prices.min() == prices.max()
        seen.append(int(prices[0]))
    view.refresh()
    database.close()
    assert seen == sorted(seen)
    assert view.snapshot.price.min() == view.snapshot.price.max() == 50_000
