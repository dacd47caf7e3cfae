from __future__ import annotations

import math
from collections.abc import Collection, Sequence

import pytest

from recommender.errors import BadInputError
from recommender.evaluation.search import DEPTH, measure, rank
from recommender.search.port import CatalogueShape, Hit, SearchResult
from recommender.understanding.query import Constraint, Query, Sort


class Shelf:
    """A searcher that always finds the same and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Query, int]] = []

    def search(self, query: Query, *, limit: int = 10, offset: int = 0, exclude: Collection[str] = ()) -> SearchResult:
        self.asked.append((query, limit))
        return SearchResult([Hit("a", 0.9), Hit("b", 0.5)], 2)

    def similar(
        self, item_id: str, *, constraints: Sequence[Constraint] = (), limit: int = 10, exclude: Collection[str] = ()
    ) -> SearchResult:
        raise NotImplementedError

    def shape(self, query: Query) -> CatalogueShape:
        raise NotImplementedError


def test_queries_are_searched_as_they_are_written_and_deep() -> None:
    shelf = Shelf()
    assert rank(shelf, {"q": "lamps under 20"}) == {"q": [("a", 0.9), ("b", 0.5)]}
    assert shelf.asked == [(Query("lamps under 20", (), Sort.RELEVANCE), DEPTH)]


def test_means_run_over_the_queries_that_have_something_to_find() -> None:
    queries = {"q1": "lamp", "q2": "desk", "q3": "zeppelin", "unjudged": "rug"}
    judgements = {"q1": {"a": 3}, "q2": {"x": 1, "a": 2}, "q3": {"a": 0}}
    measured = measure({"q1": ["a"], "q2": ["b", "x"], "unjudged": ["a"]}, queries, judgements)
    second = (1 / math.log2(3)) / (3 + 1 / math.log2(3))
    assert measured.ndcg == {"q1": 1.0, "q2": pytest.approx(second)}
    assert measured.recall == {"q1": 1.0, "q2": 0.0}
    assert measured.mean_ndcg == pytest.approx((1 + second) / 2)
    assert measured.mean_recall == 0.5


def test_a_query_that_was_not_ranked_found_nothing() -> None:
    assert measure({}, {"q1": "lamp"}, {"q1": {"a": 3}}).mean_ndcg == 0


def test_judgements_of_other_queries_are_refused() -> None:
    with pytest.raises(BadInputError, match="belong together"):
        measure({"q1": ["a"]}, {"q1": "lamp"}, {"other": {"a": 3}})
