"""Does what only one leg is sure of come up after the first results, and nothing else move?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recommender.catalogue.memory import InMemoryCatalogue
from recommender.index.follower import CatalogueView
from recommender.index.generation import Generation
from recommender.search.depth import FIRST, deepened
from recommender.search.engine import SearchEngine
from recommender.understanding.query import Query
from tests.recommender.search.conftest import SHOP, AxisEncoder


def test_the_best_of_one_leg_follows_the_first() -> None:
    size = 300
    dense = np.linspace(0.9, 0.5, size, dtype=np.float32)
    lexical = np.zeros(size, dtype=np.float32)
    lexical[-1] = 0.1  # the only one that holds the word, and far from it in meaning
    fused = 0.5 * dense + 0.5 * lexical
    after = fused + deepened(np.arange(size), fused, {"lexical": lexical, "dense": dense})
    assert np.argsort(-fused).tolist().index(size - 1) > 100
    assert np.argsort(-after, kind="stable").tolist().index(size - 1) < 50


@given(st.integers(0, 80), st.integers(0, 2**32 - 1))
def test_the_first_stay_and_scores_are_only_shared_out(size: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    legs = {name: chance.random(100, dtype=np.float32) for name in ("lexical", "dense")}
    fused = (legs["lexical"] + legs["dense"]) / 2
    rows = np.sort(chance.choice(100, size, replace=False))
    after = fused + deepened(rows, fused, legs)
    np.testing.assert_allclose(np.sort(after[rows]), np.sort(fused[rows]), atol=1e-6)
    others = np.setdiff1d(np.arange(100), rows)
    np.testing.assert_array_equal(after[others], fused[others])
    first = rows[np.argsort(-fused[rows], kind="stable")][:FIRST]
    np.testing.assert_array_equal(after[first], fused[first])


def test_while_few_products_are_embedded_words_alone_answer(tmp_path: Path) -> None:
    encoder, catalogue = AxisEncoder(), InMemoryCatalogue(SHOP)
    vectors = np.zeros((len(SHOP), encoder.dimension), dtype=np.float32)
    vectors[0] = encoder.encode(["red"])[0]
    number = catalogue.last_change()
    Generation.build(tmp_path, SHOP, vectors, encoder_version=encoder.version, change_number=number)
    found = SearchEngine(CatalogueView(catalogue, tmp_path, encoder.version), encoder).search(Query("blue sofa"))
    assert found.hits[0].id == "sofa-1"
    assert found.versions["encoder"] == "off: The catalogue is still being embedded."
