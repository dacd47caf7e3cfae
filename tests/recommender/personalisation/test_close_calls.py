"""Does taste decide between close calls, never more, and is what it gave part of the score?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.explanation.reason import Reason, ReasonKind
from recommender.explanation.search import explain_hit
from recommender.personalisation.close_calls import TASTE_LEG, reordered
from recommender.personalisation.recommender import Taste
from recommender.search.port import Hit, SearchResult
from recommender.understanding.query import Query

LIKED = Reason(ReasonKind.TASTE, 0.5, item_id="liked", signal="purchase")


def result(*scores: float) -> SearchResult:
    hits = [Hit(f"p{place}", score, {"dense": score}) for place, score in enumerate(scores)]
    return SearchResult(hits, len(hits), weights={"dense": 1.0})


def ids(found: SearchResult) -> list[str]:
    return [hit.id for hit in found.hits]


def test_of_two_that_are_about_as_good_the_nearer_one_comes_first() -> None:
    found = reordered(result(0.50, 0.48, 0.30), {"p1": Taste(0.8, LIKED)}, 0.05, 3)
    assert ids(found) == ["p1", "p0", "p2"]
    assert found.hits[0].score == pytest.approx(0.48 + 0.05 * 0.8)
    assert found.hits[0].legs[TASTE_LEG] == 0.8
    assert found.weights == {"dense": 1.0, TASTE_LEG: 0.05}
    meaning, taste = explain_hit(found.hits[0], Query("lamp"), found.weights)
    assert (meaning.kind, taste.kind) == (ReasonKind.MEANING, ReasonKind.TASTE)
    assert taste.effect == pytest.approx(0.05 * 0.5)


def test_taste_is_named_where_it_brought_something_forward_and_is_more_than_what_all_have_in_common() -> None:
    before = result(0.50, 0.48, 0.47, 0.30)
    tastes = {"p0": Taste(0.5, LIKED), "p1": Taste(0.2, LIKED), "p2": Taste(0.9, LIKED), "p3": Taste(0.9, LIKED)}
    found = reordered(before, tastes, 0.05, 4)
    assert ids(found) == ["p0", "p2", "p1", "p3"]
    assert [hit.taste is not None for hit in found.hits] == [False, True, False, False]
    assert all(hit.legs[TASTE_LEG] > 0 for hit in found.hits)


def test_what_was_asked_for_is_never_overridden() -> None:
    assert ids(reordered(result(0.50, 0.44), {"p1": Taste(1.0, LIKED)}, 0.05, 2)) == ["p0", "p1"]


def test_nobodys_taste_changes_nothing() -> None:
    found = reordered(result(0.5, 0.5, 0.4), {}, 0.05, 2)
    assert ids(found) == ["p0", "p1"]
    assert found.weights == {"dense": 1.0}
    assert found.total == 3


@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=20),
    st.floats(0.001, 0.2),
)
def test_nothing_passes_what_is_better_by_more_than_the_margin(
    products: list[tuple[float, float]], margin: float
) -> None:
    products.sort(key=lambda one: -one[0])
    before = result(*(score for score, _ in products))
    tastes = {f"p{place}": Taste(near, None) for place, (_, near) in enumerate(products)}
    after = ids(reordered(before, tastes, margin, len(products)))
    assert sorted(after) == sorted(ids(before))
    scores = {hit.id: hit.score for hit in before.hits}
    for place, one in enumerate(after):
        assert all(scores[later] <= scores[one] + margin + 1e-9 for later in after[place + 1 :])
