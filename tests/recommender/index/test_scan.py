"""Are the nearest of a scan over whole numbers those of an exact one?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from recommender.index.scan import EXACT, Scan, best


def unit(size: int, seed: int = 0) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).standard_normal((size, 64)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def scan(folder: Path, vectors: NDArray[np.float32]) -> Scan:
    Scan.write(folder, vectors)
    return Scan(folder, vectors)


def test_the_nearest_are_exact_and_the_rest_is_close(tmp_path: Path) -> None:
    vectors = unit(5 * EXACT)
    for query in unit(20, seed=1):
        exact = np.maximum(vectors @ query, 0)
        found = scan(tmp_path, vectors).cosines(query)
        nearest = np.argsort(-exact)[:50]
        assert set(np.argsort(-found)[:50].tolist()) == set(nearest.tolist())
        np.testing.assert_allclose(found[nearest], exact[nearest], atol=1e-6)
        np.testing.assert_allclose(found, exact, atol=0.01)


@pytest.mark.parametrize("size", [0, 1, EXACT])
def test_of_few_all_are_exact(tmp_path: Path, size: int) -> None:
    vectors, query = unit(size), unit(1, seed=1)[0]
    np.testing.assert_array_equal(scan(tmp_path, vectors).cosines(query), np.maximum(vectors @ query, 0))


def test_products_without_a_vector_are_near_to_nothing(tmp_path: Path) -> None:
    vectors = unit(2 * EXACT)
    vectors[7] = 0
    assert scan(tmp_path, vectors).cosines(unit(1, seed=1)[0])[7] == 0
    assert not scan(tmp_path, np.zeros_like(vectors)).cosines(unit(1, seed=1)[0]).any()


@given(st.integers(1, 60), st.integers(1, 12_000), st.integers(0, 2**32 - 1), st.booleans())
def test_the_best_are_the_best(depth: int, size: int, seed: int, whole: bool) -> None:
    chance = np.random.default_rng(seed)
    scores = chance.integers(0, 500, size).astype(np.float32)
    rows = np.arange(size) if whole else np.sort(chance.choice(size, (size + 1) // 2, replace=False))
    found = best(None if whole else rows, scores, depth)
    assert len(set(found.tolist())) == len(found) == min(depth, len(rows))
    assert set(found.tolist()) <= set(rows.tolist())
    assert sorted(scores[found].tolist()) == sorted(scores[rows].tolist())[len(rows) - len(found) :]
