"""Are wishes that search alone does not answer met: another size, either of two kinds, a new superlative, anger?"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from actions.measures import measures
from actions.vocabulary import CurrentUnderstander
from recommender.catalogue.memory import InMemoryCatalogue
from recommender.catalogue.product import Product
from recommender.clock import FakeClock
from recommender.db import Database
from recommender.search.engine import SearchEngine
from recommender.search.port import Hit, SearchResult
from recommender.understanding.query import Query
from recommender.understanding.synonyms import ShopWords
from tests.actions.conftest import PRODUCTS, Shop, Shopper

SCREENS = [
    Product(f"tv-{inch}", f'Orla TV {inch * 2.54:.1f} cm ({inch}")', brand="Orla", price=Decimal(inch * 10))
    for inch in (22, 32, 42, 46, 50, 55, 60, 65)
]
MUTE = [Product(f"cap-{letter}", f"Veld cap {letter}", brand="Veld", price=Decimal(9)) for letter in "pqrs"]


@pytest.fixture
def screens(tmp_path: Path, database: Database, clock: FakeClock) -> Shopper:
    return Shopper(Shop(tmp_path / "home", database, clock, [*SCREENS, *MUTE]).services)


def test_what_is_ruled_out_is_said_once(shopper: Shopper) -> None:
    shopper.say("jacket", "search")
    shopper.say("not norda", "refine")
    assert "not by Norda" in shopper.text()
    assert "now not" not in shopper.text()


def test_why_tells_of_every_leg_that_search_has(shopper: Shopper) -> None:
    shopper.say("waterproof jacket", "search")
    shopper.say("why the first one", "why_this")
    assert "score" in shopper.text()


def test_bigger_goes_by_what_the_products_state(screens: Shopper) -> None:
    screens.say("orla tv 22", "search")
    biggest = max(int(one.removeprefix("tv-")) for one in screens.ids())
    screens.say("bigger", "refine")
    found = [int(one.removeprefix("tv-")) for one in screens.ids()]
    assert all(inch > biggest for inch in found)
    assert found or "bigger" in screens.text() or "biggest" in screens.text()


def test_smaller_than_one_that_is_pointed_at_and_more_of_it(screens: Shopper) -> None:
    screens.say("tv", "search")
    top = max(screens.cards(), key=lambda card: int(card["id"].removeprefix("tv-")))
    inch, place = int(top["id"].removeprefix("tv-")), screens.ids().index(top["id"]) + 1
    screens.say(f"smaller than number {place}", "refine")
    seen = screens.ids()
    screens.say("more", "more")
    seen += screens.ids()
    assert seen
    assert all(int(one.removeprefix("tv-")) < inch for one in seen)
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize(
    ("said", "fits"),
    [
        ("tv larger than 50 inches", lambda inch: inch > 50),
        ("tv bigger than 127 cm", lambda inch: inch > 50),
        ("a tv smaller than 46 inch", lambda inch: inch < 46),
        ("tv under 42 inches", lambda inch: inch < 42),
        ('tv over 55"', lambda inch: inch > 55),
        ("tv at least 60 inches", lambda inch: inch >= 60),
        ("tv up to 32 inches", lambda inch: inch <= 32),
        ("tv no larger than 32 inches", lambda inch: inch <= 32),
        ("tv not over 42 inches", lambda inch: inch <= 42),
        ("a tv that isn't smaller than 60 inches", lambda inch: inch >= 60),
        ("tv no less than 60 inches", lambda inch: inch >= 60),
    ],
)
def test_a_size_that_is_named_is_kept_to(screens: Shopper, said: str, fits: Callable[[int], bool]) -> None:
    screens.say(said, "search")
    seen = screens.ids()
    screens.say("more", "more")
    seen += screens.ids()
    assert {int(one.removeprefix("tv-")) for one in seen} == {
        inch for inch in (22, 32, 42, 46, 50, 55, 60, 65) if fits(inch)
    }


def test_a_size_alone_goes_on_with_what_was_looked_for(screens: Shopper) -> None:
    screens.say("orla tv", "search")
    screens.say("something larger than 55 inches", "refine")
    assert set(screens.ids()) == {"tv-60", "tv-65"}
    screens.say("larger than 80 inches", "refine")
    assert screens.cards() == []
    assert "80 inch" in screens.text()


def test_what_is_cheaper_is_still_of_the_size(screens: Shopper) -> None:
    screens.say("tv larger than 46 inches", "search")
    screens.say("under 580", "refine")
    assert set(screens.ids()) == {"tv-50", "tv-55"}


def test_a_list_in_another_order_is_still_of_the_size(screens: Shopper) -> None:
    screens.say("tv larger than 46 inches", "search")
    screens.say("cheapest first", "refine")
    assert screens.ids() == ["tv-50", "tv-55", "tv-60", "tv-65"]


def test_a_condition_is_dropped_and_the_size_is_not(screens: Shopper) -> None:
    screens.say("tv larger than 46 inches", "search")
    screens.say("under 580", "refine")
    conditions = next(reply for reply in screens.replies if reply["type"] == "constraints")
    screens.press_payload(conditions["items"][0]["remove_payload"])
    assert set(screens.ids()) == {"tv-50", "tv-55", "tv-60", "tv-65"}
    screens.say("under 580", "refine")
    screens.say("any price", "refine")
    assert set(screens.ids()) == {"tv-50", "tv-55", "tv-60", "tv-65"}


def test_a_size_that_nothing_has_leaves_the_list_as_it_was(screens: Shopper) -> None:
    screens.say("orla tv larger than 55 inches", "search")
    before = screens.state()
    screens.say("larger than 80 inches", "refine")
    assert screens.cards() == []
    assert (screens.state().query, screens.state().listing) == (before.query, before.listing)
    screens.say("veld cap larger than 80 inches", "search")
    assert screens.cards() == []
    assert screens.state().listing is None


def test_a_size_in_force_is_seen_and_can_be_dropped(screens: Shopper) -> None:
    screens.say("tv at least 60 inches", "search")
    assert screens.labels()[-1] == "60 inches or more"
    dropping = [
        one["remove_payload"] for reply in screens.replies if reply["type"] == "constraints" for one in reply["items"]
    ]
    screens.press_payload(dropping[-1])
    assert len(screens.ids()) == 5
    assert "60 inches or more" not in screens.labels()
    assert "60 inches or more" in screens.text()


def test_an_amount_of_money_is_no_size(shopper: Shopper) -> None:
    shopper.say("jackets under 50", "search")
    assert set(shopper.ids()) == {"jacket-001", "jacket-007"}


@pytest.fixture
def unpriced(tmp_path: Path, database: Database, clock: FakeClock) -> Shopper:
    plain = [replace(one, price=None) for one in PRODUCTS]
    return Shopper(Shop(tmp_path / "home", database, clock, plain).services)


def test_a_price_is_left_out_where_no_product_has_one(unpriced: Shopper) -> None:
    unpriced.say("jackets under 100", "search")
    assert len(unpriced.ids()) == 5
    assert "no prices" in unpriced.text()
    assert unpriced.labels() == ["jackets"]
    unpriced.say("cheaper", "refine")
    assert unpriced.cards() == []
    assert "no prices" in unpriced.text()
    unpriced.say("blue ones under 50", "refine")
    assert set(unpriced.labels()) == {"jackets", "blue"}


def test_a_message_without_words_is_not_searched_for(shopper: Shopper) -> None:
    shopper.say("🛋️ !!", "search")
    assert shopper.cards() == []
    assert "words" in shopper.text()


def test_which_measure_is_asked_where_nothing_states_one(screens: Shopper) -> None:
    screens.say("veld cap", "search")
    screens.say("bigger", "refine")
    assert screens.cards() == []
    assert "64 GB" in screens.text()


@pytest.mark.parametrize(
    ("title", "kind", "value"),
    [
        ('LG TV 81.3 cm (32")', "length", 81.3),
        ("SD card 128GB", "storage", 128),
        ("SSD 1TB", "storage", 1000),
        ("Lotion, 250 ml", "volume", 250),
        ("Lotion 8.5 fl oz", "volume", 251.3),
        ("Lotion 1,000 ml", "volume", 1000),
        ("Lotion 1,5 l", "volume", 1500),
        ("SÜT 1 LİTRE", "volume", 1000),
        ("ekran 32 ınch", None, 0),
        ("约55cm屏幕", "length", 55),
        ("Model 3M tape", None, 0),
        ("Phone A52s", None, 0),
    ],
)
def test_measures_of_titles(title: str, kind: str | None, value: float) -> None:
    found = measures(Product("p", title))
    if kind is None:
        assert "length" not in found
    else:
        assert found[kind].value == pytest.approx(value, rel=0.01)


def test_either_of_two_kinds_finds_both(shopper: Shopper) -> None:
    shopper.say("lamp or jacket", "search")
    assert any(one.startswith("lamp") for one in shopper.ids())
    assert any(one.startswith("jacket") for one in shopper.ids())
    seen = shopper.ids()
    shopper.say("more", "more")
    assert not set(seen) & set(shopper.ids())


def test_what_comes_first_for_one_kind_is_not_put_off_by_being_found_for_the_other(shop: Shop) -> None:
    class Found(SearchEngine):
        def search(self, query: Query, **paging: Any) -> SearchResult:
            ids = {"lamp": ["jacket-001", "lamp-001"], "jacket": ["jacket-002", "jacket-001"]}[query.text]
            return SearchResult([Hit(one, 1.0) for one in ids], 14)

    shopper = Shopper(replace(shop.services, searcher=Found(shop.view, shop.encoder)))
    shopper.say("lamp or jacket", "search")
    assert shopper.ids() == ["jacket-001", "jacket-002", "lamp-001"]


def test_a_superlative_with_its_own_noun_is_a_new_wish(shopper: Shopper) -> None:
    shopper.say("blue orla jacket", "search")
    shopper.say("cheapest jacket", "cheapest")
    assert shopper.ids()[0] == "jacket-007"
    assert "$33.00" in shopper.text()
    assert "$150.00" in shopper.text(), "what was asked for before is told beside"


def test_a_further_wish_beside_a_superlative_is_offered(shopper: Shopper) -> None:
    shopper.say("cheapest jacket and black headphones", "cheapest")
    assert shopper.ids()[0] == "jacket-007"
    shopper.press("Now: black headphones")
    assert "sound-001" in shopper.ids()


def test_a_superlative_without_a_noun_goes_on_with_the_list(shopper: Shopper) -> None:
    shopper.say("blue jacket", "search")
    shopper.say("the cheapest", "cheapest")
    assert shopper.ids()[0] == "jacket-001"


def test_who_insults_is_answered_kindly_and_keeps_the_list(shopper: Shopper) -> None:
    shopper.say("jacket", "search")
    before = shopper.state().query
    shopper.say("fuck you", "search")
    assert shopper.cards() == []
    assert "sorry" in shopper.text().lower()
    assert shopper.state().query == before
    shopper.say("you idiot, i said blue", "refine")
    assert set(shopper.ids()) == {"jacket-001", "jacket-003", "jacket-006"}


class _Slow(InMemoryCatalogue):
    """A catalogue that is read only once somebody lets it go."""

    def __init__(self, products: list[Product]) -> None:
        super().__init__(products)
        self.reading, self.go = threading.Event(), threading.Event()

    def __iter__(self):  # type: ignore[no-untyped-def]
        self.reading.set()
        self.go.wait(10)
        return super().__iter__()


def test_who_comes_while_the_first_vocabulary_is_made_waits_for_it(shop: Shop) -> None:
    catalogue = _Slow(list(shop.catalogue))
    understander = CurrentUnderstander(catalogue, shop.view, ShopWords)
    known: list[bool] = []
    first, second = (
        threading.Thread(target=lambda: known.append(understander.understand("norda jackets").known)) for _ in range(2)
    )
    first.start()
    assert catalogue.reading.wait(10)
    second.start()
    catalogue.go.set()
    first.join(10)
    second.join(10)
    assert known == [True, True]
