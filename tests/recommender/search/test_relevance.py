from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from recommender.catalogue.product import Product
from recommender.search.relevance import named, nearest
from recommender.understanding.query import Constraint, Facet, Op, Query
from tests.recommender.search.conftest import Shop

PRODUCTS = [
    Product("bag", "Laptop bag", categories=("Bags",)),
    Product("book", "Slim notebook", categories=("Computers", "Laptops")),
    Product("crimson", "Crimson sofa"),
    Product("lamp", "Red lamp", description="for a desk with a laptop"),
    Product("sofa", "Red sofa"),
]


@pytest.fixture
def shelf(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shelf", PRODUCTS)


def names(
    shop: Shop, query: Query, scores: list[float] | None = None, meeting: Sequence[str] | None = None
) -> list[str]:
    generation = shop.view.snapshot.generation
    meets = np.array([meeting is None or id_ in meeting for id_ in generation.ids])
    values = np.array(scores if scores is not None else [0.0] * len(generation.ids), dtype=np.float32)
    return [generation.ids[row] for row in np.flatnonzero(named(generation, query, meets, lambda: values))]


def test_a_category_of_that_name_decides(shelf: Shop) -> None:
    assert names(shelf, Query("the laptops")) == ["book"]


def test_otherwise_every_word_has_to_be_in_the_name(shelf: Shop) -> None:
    assert names(shelf, Query("laptop bags")) == ["bag"]
    assert names(shelf, Query("red")) == ["lamp", "sofa"]


def test_otherwise_every_word_has_to_be_somewhere(shelf: Shop) -> None:
    assert names(shelf, Query("lamp for a desk")) == ["lamp"]


def test_otherwise_what_comes_near_the_best_score_is_meant(shelf: Shop) -> None:
    assert names(shelf, Query("settee"), [0.1, 0.2, 0.9, 0.3, 1.0]) == ["crimson", "sofa"]


def test_words_a_constraint_asks_for_are_settled_by_it(shelf: Shop) -> None:
    red = Constraint(Facet.COLOUR, Op.ANY_OF, ("red",))
    assert names(shelf, Query("red sofa", (red,))) == ["crimson", "sofa"]
    assert names(shelf, Query("red", (red,))) == [product.id for product in PRODUCTS]
    assert names(shelf, Query("sofa red", (Constraint(Facet.COLOUR, Op.NONE_OF, ("red",)),))) == ["sofa"]


def test_no_words_name_everything(shelf: Shop) -> None:
    assert len(names(shelf, Query(""))) == len(PRODUCTS)


def test_a_name_decides_even_where_the_constraints_leave_nothing_of_it(shelf: Shop) -> None:
    assert names(shelf, Query("laptop bag"), [0.9, 0.8, 0.0, 0.0, 0.0], meeting=["book"]) == []


def test_a_description_does_not_decide_where_the_constraints_leave_nothing_of_it(shelf: Shop) -> None:
    scores = [0.0, 0.0, 0.0, 1.0, 0.9]
    assert names(shelf, Query("red lamp for a desk with a laptop"), scores) == ["lamp"]
    assert names(shelf, Query("red lamp for a desk with a laptop"), scores, meeting=["bag", "sofa"]) == ["sofa"]


def test_the_nearest_to_a_description_are_told_by_what_is_left() -> None:
    scores = np.array([1.0, 0.5, 0.45, 0.1], dtype=np.float32)
    left = np.array([False, True, True, True])
    assert nearest(Query("wide red lamp"), left, scores).tolist() == [False, True, True, False]
    assert not nearest(Query("red lamp"), left, scores).any()
    assert not nearest(Query("wide red lamp"), left, np.zeros(4, dtype=np.float32)).any()
