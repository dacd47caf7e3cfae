from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from recommender.catalogue.product import Product
from recommender.errors import NotFoundError
from recommender.index.follower import CatalogueView
from recommender.index.generation import Generation
from recommender.search.engine import SearchEngine
from recommender.search.fusion import EVEN, Fusion
from recommender.search.port import Searcher
from recommender.understanding.query import Constraint, Facet, Op, Query, Sort
from tests.recommender.search.conftest import SHOP, AxisEncoder, BrokenEncoder, Shop

UNDER_100 = Constraint(Facet.PRICE, Op.AT_MOST, bound=Decimal("100"))


def ids(shop: Shop, query: Query, limit: int = 10, offset: int = 0) -> list[str]:
    return [hit.id for hit in shop.engine.search(query, limit=limit, offset=offset).hits]


def test_the_engine_keeps_the_port(shop: Shop) -> None:
    searcher: Searcher = shop.engine
    assert searcher.search(Query("lamp")).hits


def test_words_and_meaning_both_find(shop: Shop) -> None:
    result = shop.engine.search(Query("jacket"))
    by_id = {hit.id: hit for hit in result.hits}
    assert by_id["coat-3"].legs["lexical"] > 0  # its category says jackets
    assert shop.engine.search(Query("couch"), limit=1).hits[0].id == "sofa-1"  # which no product says
    assert by_id["coat-1"].legs["dense"] == pytest.approx(0.5**0.5)


def test_a_score_is_the_weighted_sum_of_its_legs(shop: Shop) -> None:
    result = shop.engine.search(Query("red jacket"))
    assert result.weights == {**EVEN.weights, "order": 1.0}
    for hit in result.hits:
        assert hit.score == pytest.approx(sum(result.weights[leg] * value for leg, value in hit.legs.items()))
        assert all(-1e-6 <= hit.legs[leg] <= 1 + 1e-6 for leg in EVEN.weights)
    scores = [hit.score for hit in result.hits]
    fused = [sum(weight * hit.legs[leg] for leg, weight in EVEN.weights.items()) for hit in result.hits]
    assert scores == pytest.approx(sorted(fused, reverse=True))  # shared out anew, so their level is that of the legs


def test_words_and_meaning_do_not_depend_on_the_constraints(shop: Shop) -> None:
    free = {hit.id: hit.legs for hit in shop.engine.search(Query("red jacket")).hits}
    bound = shop.engine.search(Query("red jacket", (UNDER_100,))).hits
    assert bound
    assert all(hit.legs[leg] == free[hit.id][leg] for hit in bound for leg in EVEN.weights)


def test_every_hit_meets_the_constraints_and_the_total_counts_them(shop: Shop) -> None:
    result = shop.engine.search(Query("red jacket", (UNDER_100,)), limit=2)
    assert {hit.id for hit in result.hits} <= {"coat-1", "coat-2", "lamp-1", "lamp-2"}
    assert result.total == 4


def test_matched_words_are_as_written_title_first(shop: Shop) -> None:
    hits = {hit.id: hit.matched for hit in shop.engine.search(Query("Hooked Jackets, RED please")).hits}
    assert hits["lamp-1"] == ("RED", "Hooked", "Jackets")
    assert hits["coat-1"] == ("Jackets", "RED")
    assert hits["sofa-1"] == ()


def test_the_cheapest_of_a_kind_is_of_that_kind(shop: Shop) -> None:
    result = shop.engine.search(Query("jackets", sort=Sort.PRICE_ASC))
    assert [hit.id for hit in result.hits] == ["coat-2", "coat-1", "coat-3", "coat-4"]  # without a price comes last
    assert result.total == 4
    assert ids(shop, Query("jackets", sort=Sort.PRICE_DESC)) == ["coat-3", "coat-1", "coat-2", "coat-4"]


def test_the_cheapest_of_a_kind_that_the_constraints_exclude_is_nothing(shop: Shop) -> None:
    nothing = Constraint(Facet.PRICE, Op.AT_MOST, bound=Decimal("30"))
    assert ids(shop, Query("jackets", (nothing,), Sort.PRICE_ASC)) == []


def test_the_best_rated_come_first_the_unrated_last(shop: Shop) -> None:
    assert ids(shop, Query(sort=Sort.RATING)) == ["coat-1", "lamp-2", "coat-2", "coat-3", "coat-4", "lamp-1", "sofa-1"]


def test_no_text_asks_for_everything_that_meets_the_constraints(shop: Shop) -> None:
    result = shop.engine.search(Query(constraints=(UNDER_100,)))
    assert [hit.id for hit in result.hits] == ["lamp-2", "coat-1", "coat-2", "lamp-1"]
    assert all(hit.score == 0 and hit.legs == {} for hit in result.hits)


def test_excluded_products_stay_out(shop: Shop) -> None:
    result = shop.engine.search(Query("jacket"), exclude=["coat-1", "unheard of"])
    assert "coat-1" not in {hit.id for hit in result.hits}
    assert result.total == len(SHOP) - 1


def test_deleted_products_are_gone_and_prices_are_those_of_now(shop: Shop) -> None:
    shop.catalogue.delete(["coat-2"])
    shop.catalogue.upsert([replace(SHOP[2], price=Decimal("10"))])
    shop.view.refresh()
    assert ids(shop, Query("jackets", sort=Sort.PRICE_ASC)) == ["coat-3", "coat-1", "coat-4"]


def test_amounts_of_two_currencies_are_never_compared(shop: Shop) -> None:
    """60 yen are no 60 dollars: like a product without a price, it meets no limit and comes last."""
    shop.catalogue.upsert([replace(SHOP[1], currency="JPY")])
    shop.view.refresh()
    for _ in ("laid over the index", "in the index"):
        assert "coat-2" not in ids(shop, Query("jackets", (UNDER_100,)))
        assert ids(shop, Query("jackets", sort=Sort.PRICE_ASC)) == ["coat-1", "coat-3", "coat-4", "coat-2"]
        shape = shop.engine.shape(Query("jackets"))
        assert (shape.total, shape.priced, shape.lowest) == (4, 2, Decimal("80"))
        shop.publish()
        shop.view.refresh()


def test_a_shop_that_turns_to_another_currency_is_compared_in_that_one(shop: Shop) -> None:
    shop.catalogue.upsert([replace(product, currency="EUR") for product in SHOP])
    shop.view.refresh()
    assert ids(shop, Query("jackets", sort=Sort.PRICE_ASC)) == ["coat-2", "coat-1", "coat-3", "coat-4"]


def test_words_of_a_text_that_was_edited_since_are_not_named(shop: Shop) -> None:
    shop.catalogue.upsert([replace(SHOP[0], title="Green jacket")])
    shop.view.refresh()
    hits = {hit.id: hit.matched for hit in shop.engine.search(Query("red jacket")).hits}
    assert hits["coat-1"] == ()
    assert hits["coat-3"] == ("red", "jacket")


WORDS = st.sampled_from(["red", "blue", "jacket", "lamp", "light", "sofa", "thing"])


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    titles=st.lists(st.lists(WORDS, min_size=1, max_size=3).map(" ".join), min_size=1, max_size=25),
    text=st.lists(WORDS, max_size=2).map(" ".join),
    sort=st.sampled_from(Sort),
    page=st.integers(1, 7),
)
def test_pages_never_repeat_nor_skip(
    tmp_path_factory: pytest.TempPathFactory, titles: list[str], text: str, sort: Sort, page: int
) -> None:
    products = [
        Product(f"{number:02}", title, price=Decimal(number % 3) if number % 4 else None)
        for number, title in enumerate(titles)
    ]
    shop = Shop(tmp_path_factory.mktemp("index"), products)
    query = Query(text, sort=sort)
    whole = ids(shop, query, limit=100)
    paged = [item for offset in range(0, len(whole) + page, page) for item in ids(shop, query, page, offset)]
    assert paged == whole
    assert len(set(whole)) == len(whole) == shop.engine.search(query).total


def test_without_an_encoder_words_alone_answer_and_it_is_said(shop: Shop) -> None:
    for engine in (SearchEngine(shop.view, None), SearchEngine(shop.view, BrokenEncoder())):
        result = engine.search(Query("lamp"))
        assert result.hits[0].id == "lamp-1"
        assert result.weights == {"lexical": 1.0}
        assert set(result.hits[0].legs) == {"lexical"}
        assert result.versions["encoder"].startswith("off: ")


class CountingEncoder(AxisEncoder):
    """Counts how many texts it was given."""

    read = 0

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.read += len(texts)
        return super().encode(texts)


def test_what_is_asked_again_is_not_read_again(shop: Shop) -> None:
    encoder = CountingEncoder()
    engine = SearchEngine(shop.view, encoder)
    first, again = engine.search(Query("red jacket")), engine.search(Query("red jacket", (UNDER_100,)))
    assert encoder.read == 1
    assert {hit.id: hit.legs["dense"] for hit in first.hits}.items() >= {
        hit.id: hit.legs["dense"] for hit in again.hits
    }.items()
    engine.search(Query("blue jacket"))
    assert encoder.read == 2


def test_vectors_of_another_encoder_are_refused(shop: Shop) -> None:
    other = AxisEncoder()
    other.version = "axes-2"
    result = SearchEngine(shop.view, other).search(Query("couch"))
    assert set(result.weights) == {"lexical"}
    assert "axes-1" in result.versions["encoder"]
    assert "axes-2" in result.versions["encoder"]


def test_similar_products_are_the_nearest_in_meaning(shop: Shop) -> None:
    result = shop.engine.similar("coat-1", limit=2, exclude=["coat-2"])
    assert result.hits[0].id == "coat-3"
    assert result.hits[0].score == pytest.approx(1.0)
    assert "coat-1" not in {hit.id for hit in result.hits}
    assert "coat-2" not in {hit.id for hit in result.hits}


def test_similar_products_meet_the_constraints(shop: Shop) -> None:
    result = shop.engine.similar("coat-1", constraints=[UNDER_100])
    assert result.hits[0].id == "coat-2"
    assert "coat-3" not in {hit.id for hit in result.hits}
    assert result.total == 3


def test_a_description_that_only_dearer_products_hold_is_sorted_all_the_same(shop: Shop) -> None:
    text = "a red parka and jacket for clothing"
    assert ids(shop, Query(text, sort=Sort.PRICE_ASC)) == ["coat-3"]
    cheap = Query(text, (UNDER_100,), Sort.PRICE_ASC)
    assert ids(shop, cheap)
    assert set(ids(shop, cheap)) <= set(ids(shop, Query(text, (UNDER_100,))))


@pytest.mark.parametrize("item_id", ["unheard of", "coat-1"])
def test_nothing_is_similar_to_what_is_not_there(shop: Shop, item_id: str) -> None:
    shop.catalogue.delete(["coat-1"])
    shop.view.refresh()
    with pytest.raises(NotFoundError, match=item_id):
        shop.engine.similar(item_id)


def test_nothing_is_similar_to_what_has_no_vector_yet(shop: Shop) -> None:
    products = list(shop.catalogue)
    vectors = np.zeros((len(products), shop.encoder.dimension), dtype=np.float32)
    Generation.build(shop.index, products, vectors, encoder_version=shop.encoder.version, change_number=99)
    shop.view.refresh()
    with pytest.raises(NotFoundError, match="coat-1"):
        shop.engine.similar("coat-1")


def test_the_shape_is_exact(shop: Shop) -> None:
    shape = shop.engine.shape(Query("jackets"))
    assert (shape.total, shape.priced, shape.lowest, shape.highest) == (4, 3, Decimal("60"), Decimal("120"))
    assert shape.brands == {"Norda": 2, "Veld": 2}


def test_the_shape_of_nothing_has_no_prices(shop: Shop) -> None:
    dear = Constraint(Facet.PRICE, Op.AT_LEAST, bound=Decimal("1000"))
    shape = shop.engine.shape(Query("jackets", (dear,)))
    assert (shape.total, shape.priced, shape.lowest, shape.highest, shape.brands) == (0, 0, None, None, {})


def test_the_shape_of_everything_counts_everything(shop: Shop) -> None:
    shape = shop.engine.shape(Query())
    assert (shape.total, shape.lowest, shape.highest) == (len(SHOP), Decimal("20"), Decimal("500"))


def test_what_no_product_says_is_what_comes_near_in_meaning(shop: Shop) -> None:
    assert shop.engine.shape(Query("couch")).total == 1


def test_until_the_index_is_made_anew_for_another_encoder_words_alone_answer(shop: Shop) -> None:
    other = AxisEncoder()
    other.version = "axes-2"
    view = CatalogueView(shop.catalogue, shop.index, other.version)
    result = SearchEngine(view, other).search(Query("lamp"))
    assert (result.hits[0].id, set(result.weights)) == ("lamp-1", {"lexical"})

    products = list(shop.catalogue)
    vectors = other.encode([product.title for product in products])
    Generation.build(shop.index, products, vectors, encoder_version="axes-2", change_number=1)
    view.refresh()
    assert {"lexical", "dense"} <= set(SearchEngine(view, other).search(Query("lamp")).weights)


def test_a_view_without_an_encoder_version_serves_the_newest_index(shop: Shop, tmp_path: Path) -> None:
    engine = SearchEngine(CatalogueView(shop.catalogue, shop.index, None), None)
    assert engine.search(Query("lamp")).hits[0].id == "lamp-1"


def test_votes_move_what_the_legs_count_for_and_the_result_says_by_which_version(shop: Shop) -> None:
    moved = SearchEngine(shop.view, shop.encoder, fusion=lambda: Fusion(0.7, "fusion-1"))
    result = moved.search(Query("couch"))
    assert (result.weights["lexical"], result.weights["dense"]) == (pytest.approx(0.3), 0.7)
    assert result.versions["fusion"] == "fusion-1"
    assert result.hits[0].score == pytest.approx(0.7 * result.hits[0].legs["dense"] + result.hits[0].legs["order"])
    assert "fusion" not in shop.engine.search(Query("couch")).versions
