"""Is a list near to what is wanted, varied as far as the knob says, and without variants of one thing?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.personalisation.lists import TWINS, varied


def pointing(*degrees: float) -> np.ndarray:
    radians = np.radians(np.array(degrees))
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


SCORES = np.array([1.0, 0.95, 0.9, 0.6], dtype=np.float32)
# Two lamps that point nearly the same way, two rugs at a right angle to them.
THINGS = pointing(0, 25, 90, 115)


def test_without_variety_the_score_decides() -> None:
    assert varied(SCORES, THINGS, 4, 0.0).tolist() == [0, 1, 2, 3]


def test_with_variety_the_other_kind_comes_between() -> None:
    assert varied(SCORES, THINGS, 4, 0.3).tolist() == [0, 2, 1, 3]


def test_what_a_list_comes_after_counts_as_part_of_it() -> None:
    assert varied(SCORES, THINGS, 1, 0.3, shown=THINGS[:1]).tolist() == [2]


def test_a_variant_waits_until_there_is_nothing_else() -> None:
    twins = pointing(0, 2, 90)
    assert float(twins[0] @ twins[1]) >= TWINS
    assert varied(np.array([1.0, 0.99, 0.1], dtype=np.float32), twins, 3, 0.0).tolist() == [0, 2, 1]


def test_nothing_to_choose_from() -> None:
    assert varied(np.empty(0, dtype=np.float32), np.empty((0, 2), dtype=np.float32), 5, 0.3).tolist() == []


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1_000), st.integers(1, 30), st.integers(1, 12))
def test_every_list_is_full_holds_nothing_twice_and_the_knob_makes_it_more_varied(
    seed: int, products: int, limit: int
) -> None:
    random = np.random.default_rng(seed)
    vectors = random.normal(size=(products, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    score = random.random(products, dtype=np.float32)
    lists = [varied(score, vectors, limit, variety).tolist() for variety in (0.0, 1.0)]
    for one in lists:
        assert len(set(one)) == len(one) == min(limit, products)
        assert one[0] == int(score.argmax())


def test_all_alike_and_all_equal_is_no_obstacle() -> None:
    vectors = pointing(*[0] * 6)
    assert varied(np.zeros(6, dtype=np.float32), vectors, 4, 0.5).tolist() == [0, 1, 2, 3]


def alike(vectors: np.ndarray, rows: np.ndarray) -> float:
    inside = vectors[rows] @ vectors[rows].T
    return float(inside.sum() - len(rows)) / (len(rows) * (len(rows) - 1))


@pytest.mark.parametrize("seed", range(5))
def test_the_more_variety_the_less_alike(seed: int) -> None:
    random = np.random.default_rng(seed)
    centres = random.normal(size=(6, 16))
    vectors = (centres[np.repeat(np.arange(6), 10)] + 0.5 * random.normal(size=(60, 16))).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    score = (vectors @ vectors[0]).astype(np.float32)
    likeness = [alike(vectors, varied(score, vectors, 10, variety)) for variety in (0.0, 0.3, 1.0)]
    assert likeness[0] > likeness[1] > likeness[2]
