"""Is what was understood said: corrected words, conditions that a count leaves aside, the source of an answer?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from recommender.clock import FakeClock
from recommender.db import Database
from tests.actions.conftest import PRODUCTS, Shop, Shopper


def test_a_corrected_word_is_told_and_can_be_had_as_written(shopper: Shopper) -> None:
    shopper.say("hedphones", "search")
    assert "“headphones”" in shopper.text()
    assert len(shopper.ids()) == 3
    shopper.press("Search for “hedphones” as written")
    assert "“headphones”" not in shopper.text()
    assert "hedphones" in shopper.text()


def test_a_corrected_word_is_told_in_a_count_too(shopper: Shopper) -> None:
    shopper.say("how many hedphones are there", "how_many")
    assert "“headphones”" in shopper.text()
    assert "3" in shopper.text()


def test_a_count_that_names_a_thing_is_of_all_and_tells_what_was_asked_before(shopper: Shopper) -> None:
    shopper.say("blue jacket", "search")
    shopper.say("how many jackets do you have", "how_many")
    assert "10" in shopper.text()
    assert "3" in shopper.text()
    assert "blue" in shopper.text()
    shopper.press("Show them")
    assert len(shopper.ids()) == 5


def test_a_count_that_names_nothing_is_of_what_was_asked_before(shopper: Shopper) -> None:
    shopper.say("blue jacket", "search")
    for text in ("how many are there", "how many under 100"):
        shopper.say(text, "how_many")
        assert "(blue" in shopper.text()
        assert "10" not in shopper.text().replace("100", "")


def test_a_range_that_names_a_thing_is_told_of_all_and_of_what_was_asked_before(shopper: Shopper) -> None:
    shopper.say("blue jacket", "search")
    shopper.say("what do jackets cost", "price_range")
    assert "$33.00" in shopper.text()
    assert "$45.00" in shopper.text()
    assert "$210.00" in shopper.text()
    assert "$150.00" in shopper.text()


def test_an_answer_of_the_shop_names_its_policy_and_no_file(shopper: Shopper) -> None:
    for text, intent, source in (
        ("how long does shipping take", "faq_shipping", "our shipping policy"),
        ("can i send it back", "faq_returns", "our returns policy"),
        ("do you wrap gifts?", "out_of_scope", "our answers to frequent questions"),
    ):
        shopper.say(text, intent)
        assert source in shopper.text()
        assert ".yml" not in shopper.text()


def test_limits_are_in_the_catalogues_own_currency(tmp_path: Path, database: Database, clock: FakeClock) -> None:
    products = [replace(product, currency="EUR") for product in PRODUCTS]
    shopper = Shopper(Shop(tmp_path / "home", database, clock, products).services)
    shopper.say("jackets under 100", "search")
    assert "up to €100" in shopper.labels()


def test_details_and_comparisons_show_no_codes(tmp_path: Path, database: Database, clock: FakeClock) -> None:
    products = [
        replace(one, attributes={**one.attributes, "ean": f"400638133393{at}", "sales rank": "10486", "hood": "true"})
        for at, one in enumerate(PRODUCTS)
    ]
    shopper = Shopper(Shop(tmp_path / "home", database, clock, products).services)
    shopper.say("blue jackets", "search")
    shopper.say("tell me about the first one", "details")
    assert "hood: yes" in shopper.text()
    assert "ean" not in shopper.text()
    assert "10486" not in shopper.text()
    shopper.say("compare the first two", "compare")
    labels = [row["label"] for reply in shopper.replies if reply["type"] == "comparison" for row in reply["rows"]]
    assert "Hood" in labels
    assert not {"Ean", "Sales rank"} & set(labels)


def test_for_whom_it_is_is_no_product_word(shopper: Shopper) -> None:
    shopper.say("jacket for my mom, she hates leather", "search")
    assert "without “leather”" in shopper.labels()
    assert not {"jacket-005", "jacket-008"} & set(shopper.ids())
    assert "mom" not in shopper.text()


def test_the_cheapest_of_what_the_conditions_exclude_is_looked_for_without_them(shopper: Shopper) -> None:
    shopper.say("blue jackets", "search")
    shopper.say("under 20", "refine")
    shopper.say("blue jackets under 20", "search")
    shopper.say("cheapest jacket", "cheapest")
    assert shopper.ids()[0] == "jacket-007"
    assert "$33.00" in shopper.text()
    assert len(shopper.ids()) == 5
