"""Does the gate let pass what is better, and name the reason where something is not?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from feedback.training.gate import Canary, Check, Contender, Verdict, judge
from feedback.training.slices import canaries, slices
from recommender.catalogue.product import Product
from recommender.errors import BadInputError
from recommender.search.port import CatalogueShape, Hit, SearchResult
from recommender.understanding.query import Constraint, Query

QUERIES = {f"q{number:02}": f"query {number:02}" for number in range(20)}
JUDGEMENTS = {key: {"good": 3, "bad": 0} for key in QUERIES}


class Ranker:
    """Puts the good product first for some queries, second for the others; canaries are found unless they are sunk."""

    def __init__(self, first: Collection[str], sunk: Collection[str] = ()) -> None:
        self._first = {QUERIES[key] for key in first}
        self._sunk = sunk

    def search(self, query: Query, *, limit: int = 10, offset: int = 0, exclude: Collection[str] = ()) -> SearchResult:
        order = ["good", "bad"] if query.text in self._first else ["bad", "good"]
        found = [query.text] if query.text not in self._sunk else []
        return SearchResult([Hit(item, 1.0 - place / 10) for place, item in enumerate([*order, *found])], 3)

    def similar(
        self, item_id: str, *, constraints: Sequence[Constraint] = (), limit: int = 10, exclude: Collection[str] = ()
    ) -> SearchResult:
        raise NotImplementedError

    def shape(self, query: Query) -> CatalogueShape:
        raise NotImplementedError


class InstantEncoder:
    version = "instant"
    dimension = 1

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.ones((len(texts), 1), dtype=np.float32)


def contender(name: str, first: Collection[str], sunk: Collection[str] = ()) -> Contender:
    return Contender(name, Ranker(first, sunk), InstantEncoder())


def keys(count: int) -> list[str]:
    return list(QUERIES)[:count]


def decide(
    ours: Contender, theirs: Contender, slices: dict[str, list[str]] | None = None, canaries: Sequence[Canary] = ()
) -> Verdict:
    return judge(ours, theirs, QUERIES, JUDGEMENTS, slices or {}, canaries)


def failed(verdict: Verdict) -> list[Check]:
    return [check for check in verdict.checks if not check.passed]


def test_what_is_better_passes_and_says_by_how_much() -> None:
    verdict = decide(contender("new", keys(15)), contender("old", keys(5)))
    assert verdict.passed
    assert verdict.reason.startswith("better on held-out queries: nDCG@10 0.7232 → 0.9077 on 20 queries")
    assert [query for query, _ in verdict.better] == [f"query {number:02}" for number in (14, 13, 12, 11, 10)]
    assert verdict.worse == []


@pytest.mark.parametrize(("ours", "theirs"), [(5, 15), (10, 10), (11, 10)])
def test_what_is_worse_or_the_same_or_hardly_better_is_refused(ours: int, theirs: int) -> None:
    verdict = decide(contender("new", keys(ours)), contender("old", keys(theirs)))
    assert [check.name for check in failed(verdict)] == ["better on held-out queries"]
    assert "better on held-out queries" in verdict.reason


def test_too_few_queries_tell_nothing() -> None:
    few = dict(list(QUERIES.items())[:5])
    verdict = judge(contender("new", keys(5)), contender("old", ()), few, JUDGEMENTS, {}, ())
    assert "only 5 held-out queries" in verdict.reason


def test_a_gain_does_not_pay_for_a_loss_on_one_category() -> None:
    verdict = decide(
        contender("new", keys(15)), contender("old", list(QUERIES)[15:]), {"category lamps": list(QUERIES)[15:]}
    )
    assert [check.name for check in failed(verdict)] == ["no worse on category lamps"]


def test_a_slice_of_few_queries_does_not_decide() -> None:
    verdict = decide(
        contender("new", keys(16)), contender("old", list(QUERIES)[16:]), {"category lamps": list(QUERIES)[16:]}
    )
    assert verdict.passed


def test_a_sunk_canary_refuses() -> None:
    watched = [Canary(name, name) for name in ("red lamp", "blue lamp")]
    verdict = decide(contender("new", keys(20), sunk=["red lamp"]), contender("old", ()), canaries=watched)
    assert [check.name for check in failed(verdict)] == ["canary products found"]
    assert "'red lamp'" in verdict.reason


def test_a_canary_that_was_never_found_is_not_lost() -> None:
    watched = [Canary("red lamp", "another product")]
    assert decide(contender("new", keys(20)), contender("old", ()), canaries=watched).passed


def test_queries_fall_into_slices() -> None:
    products = {
        "s": Product("s", "Sofa", categories=("Home", "Sofas")),
        "l": Product("l", "Lamp", categories=("Light",)),
    }
    queries = {"sofa": "sofa", "a red reading lamp": "a red reading lamp", "диван": "диван"}
    judged = {"sofa": {"s": 3, "l": 0}, "a red reading lamp": {"l": 3}, "диван": {"s": 2}}
    found = slices(queries, judged, products, {"sofa": 9})
    assert found == {
        "category Home": ["sofa", "диван"],
        "category Light": ["a red reading lamp"],
        "frequent queries": ["sofa"],
        "rare queries": ["a red reading lamp", "диван"],
        "queries in plain letters": ["sofa", "a red reading lamp"],
        "queries in other scripts": ["диван"],
        "short queries": ["sofa", "диван"],
        "long queries": ["a red reading lamp"],
    }


def test_canaries_are_what_the_shop_lists_and_products_by_their_own_title(tmp_path: Path) -> None:
    (tmp_path / "canaries.tsv").write_text("best seller\tlamp-1\n", encoding="utf-8")
    products = [Product("lamp-1", "Lamp"), Product("sofa-1", "Sofa"), Product("sofa-2", "Sofa")]
    assert canaries(tmp_path, products) == [Canary("best seller", "lamp-1"), Canary("Lamp", "lamp-1")]


def test_a_list_of_canaries_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "canaries.tsv").write_text("best seller\n", encoding="utf-8")
    with pytest.raises(BadInputError, match="line 1: expected a query, a tab"):
        canaries(tmp_path, [])
