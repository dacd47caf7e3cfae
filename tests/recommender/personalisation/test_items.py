"""Is a product as popular as the people who took an interest in it make it, and a few ratings no proof?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recommender.personalisation.items import Items


def items(ratings: Sequence[float], counts: Sequence[int]) -> Items:
    ids = [f"item-{row}" for row in range(len(ratings))]
    return Items(
        ids,
        {one: row for row, one in enumerate(ids)},
        np.eye(len(ids), dtype=np.float32),
        np.ones(len(ids), dtype=np.bool_),
        np.array(ratings),
        np.array(counts),
    )


def test_more_people_make_a_product_more_popular_up_to_one() -> None:
    popularity = items([np.nan] * 3, [0] * 3).popularity({"item-0": 1, "item-1": 10, "item-2": 100, "gone": 10_000})
    assert list(popularity) == sorted(popularity)
    assert popularity[0] > 0
    assert popularity[2] <= 1


def test_one_perfect_rating_is_drawn_to_the_usual_one() -> None:
    popularity = items([5.0, 4.6, 4.0], [1, 1_000, 1_000]).popularity({"item-0": 99.9})
    assert popularity[1] > popularity[0] > popularity[2]


def test_a_shop_nobody_visited_has_no_popularity_and_no_nan() -> None:
    popularity = items([np.nan, np.nan], [0, 0]).popularity({})
    assert list(popularity) == [0, 0]
