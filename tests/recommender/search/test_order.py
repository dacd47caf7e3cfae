"""Does a search listen to what it found, is what one leg is sure of kept, and are scores only shared out?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recommender.catalogue.memory import InMemoryCatalogue
from recommender.index.follower import CatalogueView
from recommender.index.generation import Generation
from recommender.search.engine import SearchEngine
from recommender.search.order import feedback, order, reordering
from recommender.understanding.query import Query
from tests.recommender.search.conftest import SHOP, AxisEncoder


def test_what_only_one_leg_is_sure_of_is_not_lost() -> None:
    size = 300
    dense = np.linspace(0.9, 0.5, size, dtype=np.float32)
    lexical = np.zeros(size, dtype=np.float32)
    lexical[-1] = 0.1  # the only one that holds the word, and far from it in meaning
    assert np.argsort(-(0.5 * dense + 0.5 * lexical)).tolist().index(size - 1) > 100
    assert order(lexical, dense).tolist().index(size - 1) < 50


def test_places_add_up_and_equal_ones_stay() -> None:
    """By hand: 0 is first and second, 1 second and first, 2 third twice; 0 came before 1."""
    assert order(np.array([3, 2, 1], np.float32), np.array([2, 3, 1], np.float32)).tolist() == [0, 1, 2]
    assert order(np.zeros(3, np.float32), np.zeros(3, np.float32)).tolist() == [0, 1, 2]


def test_feedback_moves_the_query_towards_what_was_found() -> None:
    query, product = np.array([1, 0, 0], np.float32), np.array([0, 1, 0], np.float32)
    moved = feedback(query, np.stack([product, product]))
    assert moved @ product > 0
    assert moved @ query > moved @ product  # the query itself counts for more
    np.testing.assert_allclose(np.linalg.norm(moved), 1, rtol=1e-6)
    np.testing.assert_array_equal(feedback(query, np.empty((0, 3), np.float32)), query)
    assert np.isfinite(feedback(query, -1.5 * query[np.newaxis])).all()


@given(st.integers(0, 80), st.integers(0, 2**32 - 1))
def test_scores_are_only_shared_out(size: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    fused = chance.random(100, dtype=np.float32)
    pool = np.sort(chance.choice(100, size, replace=False))
    ordered = chance.permutation(pool)
    after = fused + reordering(pool, ordered, fused)
    np.testing.assert_allclose(np.sort(after[pool]), np.sort(fused[pool]), atol=1e-6)
    assert (np.diff(after[ordered]) <= 1e-6).all()
    others = np.setdiff1d(np.arange(100), pool)
    np.testing.assert_array_equal(after[others], fused[others])


def test_while_few_products_are_embedded_words_alone_answer(tmp_path: Path) -> None:
    encoder, catalogue = AxisEncoder(), InMemoryCatalogue(SHOP)
    vectors = np.zeros((len(SHOP), encoder.dimension), dtype=np.float32)
    vectors[0] = encoder.encode(["red"])[0]
    number = catalogue.last_change()
    Generation.build(tmp_path, SHOP, vectors, encoder_version=encoder.version, change_number=number)
    found = SearchEngine(CatalogueView(catalogue, tmp_path, encoder.version), encoder).search(Query("blue sofa"))
    assert found.hits[0].id == "sofa-1"
    assert found.versions["encoder"] == "off: The catalogue is still being embedded."


def test_what_one_leg_counts_for_more_comes_first() -> None:
    lexical, dense = np.array([3, 2, 1], np.float32), np.array([1, 2, 3], np.float32)
    assert order(lexical, dense, 0.7).tolist() == [2, 1, 0]
    assert order(lexical, dense, 0.3).tolist() == [0, 1, 2]
