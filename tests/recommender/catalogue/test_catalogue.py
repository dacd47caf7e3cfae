"""Does every catalogue keep the contract of the port?"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

from recommender.catalogue.memory import InMemoryCatalogue
from recommender.catalogue.port import Catalogue, Upserted
from recommender.catalogue.store import SqlCatalogue
from recommender.clock import FakeClock
from recommender.db import Database
from tests.recommender.catalogue.conftest import lamp


class CatalogueContract:
    """What every implementation of the port inherits."""

    def test_returns_what_was_written_field_by_field(self, catalogue: Catalogue) -> None:
        products = [lamp("a"), lamp("b", price=None, rating=None, categories=(), attributes={}, in_stock=False)]
        catalogue.upsert(products)
        assert catalogue.get(["b", "a", "missing"]) == {"a": products[0], "b": products[1]}

    def test_prices_come_back_exactly(self, catalogue: Catalogue) -> None:
        prices = [Decimal("0"), Decimal("0.0001"), Decimal("0.07"), Decimal("123456789.9999")]
        catalogue.upsert(lamp(str(n), price=price) for n, price in enumerate(prices))
        assert [product.price for product in catalogue] == prices

    def test_tells_new_text_offer_and_unchanged_apart(self, catalogue: Catalogue) -> None:
        assert catalogue.upsert([lamp("a"), lamp("b"), lamp("c")]) == Upserted(new=3)
        again = catalogue.upsert(
            [lamp("a"), lamp("b", title="Floor lamp Orla"), lamp("c", price=Decimal("35")), lamp("d")]
        )
        assert again == Upserted(new=1, text_changed=1, offer_changed=1, unchanged=1)

    @pytest.mark.parametrize(
        "change",
        [
            {"price": None},
            {"currency": "USD"},
            {"in_stock": False},
            {"rating": 4.4},
            {"rating_count": 13},
            {"image_url": ""},
            {"url": ""},
        ],
        ids=lambda change: next(iter(change)),
    )
    def test_an_offer_changes_without_changing_the_text(self, catalogue: Catalogue, change: dict[str, Any]) -> None:
        catalogue.upsert([lamp("a")])
        text_hash = catalogue.changes_after(0)[0].text_hash
        assert catalogue.upsert([lamp("a", **change)]) == Upserted(offer_changed=1)
        assert catalogue.changes_after(1)[0].product == lamp("a", **change)
        assert catalogue.changes_after(1)[0].text_hash == text_hash

    def test_what_did_not_change_keeps_its_number(self, catalogue: Catalogue) -> None:
        catalogue.upsert([lamp("a"), lamp("b")])
        catalogue.upsert([lamp("a"), lamp("b", price=Decimal("1"))])
        assert [(change.number, change.id) for change in catalogue.changes_after(0)] == [(1, "a"), (3, "b")]
        assert catalogue.last_change() == 3

    def test_an_id_given_twice_counts_once_as_given_last(self, catalogue: Catalogue) -> None:
        assert catalogue.upsert([lamp("a", title="First"), lamp("a", title="Last")]) == Upserted(new=1)
        assert catalogue.get(["a"])["a"].title == "Last"

    def test_deleted_products_are_only_seen_as_changes(self, catalogue: Catalogue) -> None:
        catalogue.upsert([lamp("a"), lamp("b")])
        assert catalogue.delete(["a", "a", "missing"]) == 1
        assert catalogue.delete(["a"]) == 0
        assert catalogue.get(["a"]) == {}
        assert [product.id for product in catalogue] == ["b"]
        assert len(catalogue) == 1
        assert [(change.number, change.id, change.product) for change in catalogue.changes_after(2)] == [(3, "a", None)]

    def test_a_deleted_product_that_comes_back_is_new(self, catalogue: Catalogue) -> None:
        catalogue.upsert([lamp("a")])
        catalogue.delete(["a"])
        assert catalogue.upsert([lamp("a")]) == Upserted(new=1)
        assert [(change.number, change.product) for change in catalogue.changes_after(0)] == [(3, lamp("a"))]

    def test_changes_come_in_order_and_in_pages(self, catalogue: Catalogue) -> None:
        catalogue.upsert(lamp(f"{n:03}") for n in range(25))
        seen: list[int] = []
        while page := catalogue.changes_after(seen[-1] if seen else 0, limit=10):
            assert len(page) <= 10
            seen += [change.number for change in page]
        assert seen == list(range(1, 26))

    def test_products_come_by_id_in_code_point_order(self, catalogue: Catalogue) -> None:
        catalogue.upsert(lamp(item_id) for item_id in ["ä", "b", "B", "a-1", "a1", "10", "9"])
        assert [product.id for product in catalogue] == ["10", "9", "B", "a-1", "a1", "b", "ä"]

    def test_an_empty_catalogue(self, catalogue: Catalogue) -> None:
        assert catalogue.upsert([]) == Upserted()
        assert catalogue.delete([]) == 0
        assert (list(catalogue), len(catalogue), catalogue.last_change()) == ([], 0, 0)
        assert list(catalogue.changes_after(0)) == []

    def test_more_products_than_one_statement_holds(self, catalogue: Catalogue) -> None:
        products = [lamp(f"{n:05}") for n in range(2_500)]
        assert catalogue.upsert(products) == Upserted(new=2_500)
        assert catalogue.upsert(products) == Upserted(unchanged=2_500)
        assert len(catalogue.get([product.id for product in products])) == 2_500
        assert catalogue.delete([product.id for product in products]) == 2_500
        assert len(catalogue) == 0


class TestInMemoryCatalogue(CatalogueContract):
    @pytest.fixture
    def catalogue(self) -> Catalogue:
        return InMemoryCatalogue()


class SharedCatalogueContract(CatalogueContract):
    """What a catalogue that several processes write has to keep as well."""

    def test_a_follower_misses_nothing_while_two_write(self, catalogue: Catalogue) -> None:
        def write(writer: str) -> None:
            for n in range(30):
                catalogue.upsert([lamp(f"{writer}-{n}"), lamp("shared", title=f"{writer} {n}")])

        seen: dict[str, int] = {}
        last = 0
        with ThreadPoolExecutor(2) as pool:
            writers = [pool.submit(write, writer) for writer in ("one", "two")]
            working = True
            while working:
                working = not all(writer.done() for writer in writers)
                for change in catalogue.changes_after(last):
                    seen[change.id] = last = change.number
        for writer in writers:
            writer.result()
        assert seen == {change.id: change.number for change in catalogue.changes_after(0)}
        assert len(seen) == 61
        assert last == catalogue.last_change() == 120

    def test_a_failing_batch_leaves_nothing_behind(self, catalogue: Catalogue) -> None:
        catalogue.upsert([lamp("a")])
        with pytest.raises(Exception, match=r"JSON|serializ"):
            catalogue.upsert([lamp("b"), lamp("c", attributes={"made": object()})])
        assert [product.id for product in catalogue] == ["a"]
        assert catalogue.last_change() == 1


class TestSqliteCatalogue(SharedCatalogueContract):
    @pytest.fixture
    def catalogue(self, database: Database, clock: FakeClock) -> Catalogue:
        return SqlCatalogue(database, clock)


class TestPostgresCatalogue(SharedCatalogueContract):
    @pytest.fixture
    def catalogue(self, postgres: Database, clock: FakeClock) -> Catalogue:
        return SqlCatalogue(postgres, clock)
