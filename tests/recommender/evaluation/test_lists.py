"""Are the measures of lists right where they can be counted by hand?"""

from __future__ import annotations

import numpy as np
import pytest

from recommender.evaluation.lists import measure


def lists(*firsts: list[int]) -> np.ndarray:
    found = np.full((len(firsts), 20), -1)
    for place, first in enumerate(firsts):
        found[place, : len(first)] = first
    return found


def test_hits_and_gains_are_counted_by_rank() -> None:
    late = [*range(100, 114), 5]
    measured = measure(lists([5], [9, 5], late, [1]), [5, 5, 5, 5], np.ones(200, dtype=np.int64))
    assert (measured.hit_10, measured.hit_20) == (0.5, 0.75)
    assert measured.ndcg_10 == pytest.approx((1 + 1 / np.log2(3)) / 4)
    assert measured.ndcg_20 == pytest.approx((1 + 1 / np.log2(3) + 1 / np.log2(16)) / 4)


def test_an_empty_list_is_a_miss() -> None:
    assert measure(lists([], [3]), [3, 3], np.ones(5, dtype=np.int64)).hit_20 == 0.5


def test_everybody_shown_the_same_is_unequal_and_everything_shown_alike_is_not() -> None:
    support = np.arange(10)
    same = measure(lists([9], [9], [9]), [0, 0, 0], support)
    assert (same.coverage, same.popularity) == (0.1, 9.0)
    assert same.gini == pytest.approx(0.9)
    each = measure(lists(*([row] for row in range(10))), [0] * 10, support)
    assert (each.coverage, each.gini) == (1.0, pytest.approx(0.0))
    assert each.novelty > same.novelty
