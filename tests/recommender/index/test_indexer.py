"""Does the index follow the catalogue, embed nothing twice, and finish what was broken off?"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from recommender.catalogue.memory import InMemoryCatalogue
from recommender.catalogue.product import Product
from recommender.encoder.hashing import HashingEncoder
from recommender.index.follower import CatalogueView
from recommender.index.generation import Generation, current
from recommender.index.indexer import Indexer, is_current, is_embedded
from recommender.index.vectors import InMemoryVectorStore, StoredVectors


class CountingEncoder(HashingEncoder):
    """Remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__(16)
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.texts += texts
        return super().encode(texts)


class Shop:
    """A catalogue, its vectors and its index, and runs of the indexer on them."""

    def __init__(self, index: Path, products: Sequence[Product] = ()) -> None:
        self.index = index
        self.catalogue = InMemoryCatalogue(products)
        self.encoder = CountingEncoder()
        self.store = InMemoryVectorStore(16)

    def indexer(self) -> Indexer:
        return Indexer(self.catalogue, self.encoder, self.store, self.index)

    def embedded_by(self, indexer: Indexer) -> int:
        before = len(self.encoder.texts)
        assert indexer.catch_up()
        return len(self.encoder.texts) - before

    @property
    def generation(self) -> Generation:
        folder = current(self.index, self.encoder.version)
        assert folder is not None
        return Generation.open(folder)

    def check(self) -> None:
        """The published generation and the store are what the catalogue says, and nothing else."""
        products = {product.id: product for product in self.catalogue}
        generation = self.generation
        assert generation.ids == sorted(products)
        assert generation.columns.text_hashes == [products[item_id].text_hash for item_id in generation.ids]
        expected = HashingEncoder(16).encode([products[item_id].text for item_id in generation.ids])
        np.testing.assert_array_equal(generation.vectors, expected)
        assert sorted(self.store.ids()) == sorted(products)
        assert is_current(generation, self.catalogue, self.catalogue.last_change())


def mugs(count: int) -> list[Product]:
    return [Product(f"mug-{number:04}", f"Mug with the number {number}", price=Decimal(5)) for number in range(count)]


def test_an_empty_catalogue_publishes_nothing(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    assert shop.embedded_by(shop.indexer()) == 0
    assert current(tmp_path, shop.encoder.version) is None
    assert is_current(None, shop.catalogue, 0)


def test_everything_is_embedded_once(tmp_path: Path) -> None:
    shop = Shop(tmp_path, mugs(600))
    assert not is_current(None, shop.catalogue, 600)
    indexer = shop.indexer()
    assert shop.embedded_by(indexer) == 600
    assert shop.embedded_by(indexer) == 0
    assert shop.embedded_by(shop.indexer()) == 0
    shop.check()


def test_a_price_is_seen_without_embedding_and_without_a_new_generation(tmp_path: Path) -> None:
    shop = Shop(tmp_path, mugs(3))
    shop.indexer().catch_up()
    published = shop.generation.folder
    shop.catalogue.upsert([replace(mugs(1)[0], price=Decimal("4.50"), in_stock=False)])
    assert is_current(shop.generation, shop.catalogue, 4)
    assert shop.embedded_by(shop.indexer()) == 0
    assert shop.generation.folder == published
    view = CatalogueView(shop.catalogue, shop.index, shop.encoder.version)
    assert view.snapshot.price.tolist() == [45_000, 50_000, 50_000]


def test_only_what_changed_is_embedded_again(tmp_path: Path) -> None:
    shop = Shop(tmp_path, mugs(5))
    indexer = shop.indexer()
    indexer.catch_up()
    shop.catalogue.upsert([replace(mugs(1)[0], title="Cup"), Product("plate", "Plate")])
    assert not is_current(shop.generation, shop.catalogue, 7)
    assert is_current(shop.generation, shop.catalogue, 5)
    assert shop.embedded_by(indexer) == 2
    shop.check()


def test_what_was_deleted_leaves_the_store_and_the_generation(tmp_path: Path) -> None:
    shop = Shop(tmp_path, mugs(5))
    indexer = shop.indexer()
    indexer.catch_up()
    shop.catalogue.delete(["mug-0001", "mug-0003"])
    assert shop.embedded_by(indexer) == 0
    shop.check()


def test_a_lost_store_is_filled_again(tmp_path: Path) -> None:
    shop = Shop(tmp_path, mugs(5))
    shop.indexer().catch_up()
    shop.store = InMemoryVectorStore(16)
    assert shop.embedded_by(shop.indexer()) == 5
    shop.catalogue.upsert([Product("plate", "Plate")])
    assert shop.embedded_by(shop.indexer()) == 1
    shop.check()


def test_a_damaged_generation_is_built_anew_from_the_store(tmp_path: Path) -> None:
    shop = Shop(tmp_path, mugs(5))
    shop.indexer().catch_up()
    (shop.generation.folder / "ids.json").write_text("[]", encoding="utf-8")
    assert shop.embedded_by(shop.indexer()) == 0
    shop.check()


def test_a_record_that_was_restored_from_an_older_copy_is_followed(tmp_path: Path) -> None:
    shop = Shop(tmp_path, mugs(5))
    indexer = shop.indexer()
    indexer.catch_up()
    shop.catalogue = InMemoryCatalogue([*mugs(2), Product("plate", "Plate")])
    for again in (shop.indexer(), shop.indexer()):
        again.catch_up()
        shop.check()


def test_a_halted_run_publishes_nothing_and_the_next_one_goes_on(tmp_path: Path) -> None:
    shop = Shop(tmp_path, mugs(600))
    halted = Indexer(
        shop.catalogue, shop.encoder, shop.store, shop.index, halted=lambda: len(shop.encoder.texts) >= 256
    )
    assert not halted.catch_up()
    assert current(tmp_path, shop.encoder.version) is None
    assert shop.embedded_by(shop.indexer()) == 600 - 256
    shop.check()


def test_new_products_are_found_by_their_words_while_embedding_takes_long(tmp_path: Path) -> None:
    shop = Shop(tmp_path, mugs(700))
    found: list[tuple[int, bool, bool]] = []

    def look(done: int, waiting: int) -> None:
        if current(shop.index, shop.encoder.version):
            generation = shop.generation
            found.append((len(generation.ids), is_embedded(generation), is_current(generation, shop.catalogue, 700)))

    # On this clock every page takes 15 s, so the words are due after the second of three.
    seconds = iter(range(0, 10_000, 15))
    Indexer(shop.catalogue, shop.encoder, shop.store, shop.index, timer=lambda: float(next(seconds))).catch_up(look)
    assert found == [(700, False, False)]
    shop.check()


def test_progress_is_reported_up_to_the_end(tmp_path: Path) -> None:
    shop = Shop(tmp_path, mugs(600))
    steps: list[tuple[int, int]] = []
    shop.indexer().catch_up(lambda done, waiting: steps.append((done, waiting)))
    assert steps == [(256, 600), (512, 600), (600, 600)]


class BreakingStore(InMemoryVectorStore):
    """Fails at a chosen call, before or after it took effect, as a killed process would."""

    def __init__(self, store: InMemoryVectorStore, calls: int, *, after: bool) -> None:
        super().__init__(store.dimension)
        self._rows = store._rows
        self._calls = calls
        self._after = after

    def _count(self) -> bool:
        self._calls -= 1
        return self._calls == 0

    def upsert(self, ids: Sequence[str], vectors: NDArray[np.float32], text_hashes: Sequence[str]) -> None:
        breaks = self._count()
        if breaks and not self._after:
            raise InterruptedError
        super().upsert(ids, vectors, text_hashes)
        if breaks:
            raise InterruptedError

    def delete(self, ids: Sequence[str]) -> None:
        breaks = self._count()
        if breaks and not self._after:
            raise InterruptedError
        super().delete(ids)
        if breaks:
            raise InterruptedError

    def get(self, ids: Sequence[str]) -> StoredVectors:
        if self._count():
            raise InterruptedError
        return super().get(ids)


IDS = st.sampled_from(["a", "b", "c", "d"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("upsert"), IDS, st.sampled_from(["oak", "pine"]), st.sampled_from([None, 1, 2])),
        st.tuples(st.just("delete"), IDS),
        st.tuples(st.just("index")),
        st.tuples(st.just("broken"), st.integers(1, 5), st.booleans()),
    ),
    max_size=12,
)


@settings(max_examples=30, deadline=None)
@given(STEPS)
def test_whatever_happens_the_next_run_sets_it_right(steps: list[tuple[object, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shop = Shop(Path(folder))
        for step in steps:
            match step:
                case ("upsert", str(item_id), str(title), price):
                    amount = None if price is None else Decimal(str(price))
                    shop.catalogue.upsert([Product(item_id, title, price=amount)])
                case ("delete", str(item_id)):
                    shop.catalogue.delete([item_id])
                case ("index",):
                    shop.indexer().catch_up()
                case ("broken", int(calls), bool(after)):
                    store = BreakingStore(shop.store, calls, after=after)
                    with contextlib.suppress(InterruptedError):
                        Indexer(shop.catalogue, shop.encoder, store, shop.index).catch_up()
        shop.indexer().catch_up()
        if shop.catalogue.last_change():
            shop.check()
