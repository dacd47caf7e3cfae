"""Is a product as popular as the people who took an interest in it make it, and a few ratings no proof?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import scipy.sparse as sparse

from recommender.catalogue.port import Change
from recommender.catalogue.product import Product
from recommender.index.follower import Snapshot
from recommender.index.generation import Generation
from recommender.personalisation.features import Features
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
        lambda: Features(np.eye(len(ids), dtype=np.float32), sparse.csr_matrix((len(ids), 0), dtype=np.float32)),
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


def test_a_snapshot_of_the_catalogue_gives_its_rows_with_what_is_for_sale(tmp_path: Path) -> None:
    products = [
        Product("rug", "Rug", rating=4.5, rating_count=10),
        Product("lamp", "Lamp", in_stock=False),
        Product("sofa", "Sofa"),
    ]
    vectors = np.eye(3, dtype=np.float32)
    generation = Generation.build(tmp_path, products, vectors, encoder_version="v1", change_number=3)
    snapshot = Snapshot.of(generation).after([Change(4, "sofa", None, "")])
    shelf = Items.of(snapshot)
    assert list(shelf.ids) == ["lamp", "rug", "sofa"]
    assert list(shelf.available) == [False, True, False]
    assert (shelf.vectors[shelf.rows["rug"]] == vectors[0]).all()
    assert (shelf.rating[1], shelf.rating_count[1]) == (4.5, 10)
    assert shelf.versions == {"index": generation.name, "encoder": "v1"}
