"""Are a query's words found in whatever way the shop says means the same, and does that change nothing else?"""

from __future__ import annotations

from pathlib import Path

import pytest

from recommender.catalogue.product import Product
from recommender.search.engine import SearchEngine
from recommender.search.expansion import PLAIN, Expansion
from recommender.understanding.query import Constraint, Facet, Op, Query
from recommender.understanding.synonyms import ShopWords
from tests.recommender.search.conftest import Shop

WORDS = ShopWords(
    (("sofa", "couch", "davenport"), ("noise-cancelling", "ANC"), ("wellington boots", "wellies")),
    (("inch", "inches", "in"), ("l", "litre")),
)
PRODUCTS = [
    Product("boots", "Green wellington boots", categories=("Boots",)),
    Product("buds", "ANC earbuds"),
    Product("kettle", "Kettle 1.5 l"),
    Product("screen-13", "Screen 13 inches"),
    Product("screen-24", "Screen 24 inches, in black"),
    Product("sofa-1", "Green sofa"),
    Product("sofa-2", "Blue couch"),
]


def said(text: str, expansion: Expansion) -> list[tuple[str, ...]]:
    return [tuple(way.said for way in one.ways) for one in expansion.wanted(text)]


@pytest.fixture
def shelf(tmp_path: Path) -> Shop:
    shop = Shop(tmp_path / "shelf", PRODUCTS)
    shop.engine = SearchEngine(shop.view, None, shop_words=lambda: WORDS)
    return shop


def found(shop: Shop, text: str) -> list[str]:
    return [hit.id for hit in shop.engine.search(Query(text)).hits if hit.score > 0]


def test_phrases_and_measures_are_one_thing() -> None:
    expansion = Expansion(WORDS)
    assert said("the green Couches", expansion) == [("green",), ("Couches", "sofa", "davenport")]
    assert said("noise cancelling wellies", expansion) == [("noise cancelling", "ANC"), ("wellies", "wellington boots")]
    assert said("a screen of 13in", expansion) == [("screen",), ("13in", "13 inch", "13 inches", "13 in")]
    assert said("13 in screen in black", expansion)[0] == ("13 in", "13 inch", "13 inches", "13 in")
    assert said("1.5 litre", expansion) == [("1.5 litre", "1.5 l", "1.5 litre")]
    assert said("", expansion) == []


def test_without_synonyms_every_word_is_itself() -> None:
    assert said("the green couch 13in", PLAIN) == [("green",), ("couch",), ("13in",)]


def test_units_are_known_where_the_shop_says_nothing() -> None:
    assert '32"' in said("32 inch tv", Expansion(ShopWords()))[0]


def test_a_search_knows_them_too(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shelf", PRODUCTS)
    shop.engine = SearchEngine(shop.view, None)
    best, same = (shop.engine.search(Query(text)).hits[0] for text in ("1.5 litre", "1.5 l"))
    assert best == same


def test_a_word_that_is_nothing_but_a_mark_is_left_out(shelf: Shop) -> None:
    assert found(shelf, "\u0301") == []
    assert found(shelf, "\u0301 sofa") == found(shelf, "sofa")


@pytest.mark.parametrize("text", ["sofa", "couch", "couches", "davenport"])
def test_every_word_of_a_group_finds_them_all(shelf: Shop, text: str) -> None:
    assert set(found(shelf, text)) == {"sofa-1", "sofa-2"}


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("wellies", "boots"),
        ("noise cancelling earbuds", "buds"),
        ('13" screen', "screen-13"),
        ("13in screen", "screen-13"),
        ("screen, 24-inch", "screen-24"),
        ("1.5 litre kettle", "kettle"),
        ("green couch", "sofa-1"),
    ],
)
def test_the_product_that_says_it_otherwise_comes_first(shelf: Shop, text: str, best: str) -> None:
    assert found(shelf, text)[0] == best


def test_a_product_that_says_all_in_other_words_has_all_the_points(shelf: Shop) -> None:
    by_id = {hit.id: hit for hit in shelf.engine.search(Query("green davenport")).hits}
    same = {hit.id: hit for hit in shelf.engine.search(Query("green sofa")).hits}
    assert by_id["sofa-1"].legs == same["sofa-1"].legs
    assert by_id["sofa-1"].matched == ("green", "sofa")


def test_counting_goes_by_every_way_to_say_it(shelf: Shop) -> None:
    assert shelf.engine.shape(Query("davenports")).total == 2
    assert shelf.engine.shape(Query("wellies")).total == 1
    sofa = Constraint(Facet.CATEGORY, Op.ANY_OF, ("boot",))
    assert shelf.engine.shape(Query("wellies", (sofa,))).total == 1


def test_what_the_shop_says_counts_from_the_next_search_on(shelf: Shop) -> None:
    words = ShopWords()
    shelf.engine = SearchEngine(shelf.view, None, shop_words=lambda: words)
    assert found(shelf, "davenport") == []
    words = WORDS
    assert len(found(shelf, "davenport")) == 2


def test_words_the_shop_says_nothing_of_score_as_before(shelf: Shop) -> None:
    plain = SearchEngine(shelf.view, None)
    for text in ("screen black", "green boots", "kettle"):
        before = [(hit.id, hit.score) for hit in plain.search(Query(text)).hits]
        assert [(hit.id, hit.score) for hit in shelf.engine.search(Query(text)).hits] == before
