"""Does a long list come with the one question that splits it best, once, and a short one with none?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from actions.clarifying import best_question
from recommender.catalogue.product import Product
from recommender.clock import FakeClock
from recommender.db import Database
from recommender.understanding.query import Facet
from tests.actions.conftest import Shop, Shopper

EVERY = (Facet.CATEGORY, Facet.COLOUR, Facet.MATERIAL, Facet.BRAND)


def products(count: int, colours: Sequence[str], brands: Sequence[str], kind: str = "jacket") -> list[Product]:
    return [
        Product(
            f"{kind}-{number:03}",
            f"{kind.title()} {number} by {brands[number % len(brands)]}",
            brand=brands[number % len(brands)],
            categories=("Shop", f"{kind.title()}s"),
            price=Decimal(20 + number),
            attributes={"colour": colours[number // len(brands) % len(colours)]},
        )
        for number in range(count)
    ]


def test_the_facet_that_splits_best_is_asked_for() -> None:
    many_colours = products(24, ("red", "blue", "green", "black"), ("Norda", "Veld"))
    assert best_question(many_colours, EVERY) == (Facet.COLOUR, ["red", "blue", "green", "black"])
    many_brands = products(24, ("red", "blue"), ("Norda", "Veld", "Orla", "Tonar"))
    assert best_question(many_brands, EVERY) == (Facet.BRAND, ["norda", "veld", "orla", "tonar"])
    kinds = [*products(12, ("red",), ("Norda",)), *products(12, ("red",), ("Norda",), "lamp")]
    assert best_question(kinds, EVERY) == (Facet.CATEGORY, ["jacket", "lamp"])


@pytest.mark.parametrize(
    "shelf",
    [
        [],
        products(24, ("red",), ("Norda",)),
        [*products(22, ("red",), ("Norda",)), *products(2, ("blue",), ("Veld",), "jacket")],
        products(24, [f"colour {letter}" for letter in "abcdefghijklmnopqrstuvwx"], ("Norda",)),
    ],
    ids=["nothing", "all alike", "nearly all alike", "each its own"],
)
def test_a_question_that_splits_nothing_is_none(shelf: list[Product]) -> None:
    assert best_question(shelf, EVERY) is None


def test_what_few_state_is_not_asked_for() -> None:
    shelf = products(24, ("red", "blue", "green"), ("Norda",))
    silent = [Product(one.id, one.title, brand=one.brand, categories=one.categories) for one in shelf[:12]]
    assert best_question([*silent, *shelf[12:]], EVERY) is None


def test_what_is_both_is_no_answer() -> None:
    shelf = products(24, ("red and blue",), ("Norda",))
    assert best_question(shelf, [Facet.COLOUR]) is None


@pytest.fixture
def shopper(tmp_path: Path, database: Database, clock: FakeClock) -> Shopper:
    shelf = [
        *products(48, ("red", "blue", "green", "black"), ("Norda", "Veld", "Orla")),
        *products(10, ("red", "blue"), ("Glim", "Orla"), "lamp"),
    ]
    return Shopper(Shop(tmp_path / "home", database, clock, shelf).services)


def titles(shopper: Shopper) -> list[str]:
    return [chip["title"] for chip in shopper.chips()]


def test_a_long_list_asks_one_question_and_the_answer_narrows_it(shopper: Shopper) -> None:
    shopper.say("a jacket", "search")
    assert "Which colour would you like?" in shopper.text()
    assert shopper.text().count("?") == 1
    assert {"red", "blue", "green", "black"} <= set(titles(shopper))
    assert len(shopper.ids()) == 5
    shopper.press("blue")
    assert "blue" in shopper.labels()
    wanted = {one.id for one in shopper.services.catalogue.get(shopper.ids()).values()}
    assert wanted
    assert all(one.attributes["colour"] == "blue" for one in shopper.services.catalogue.get(shopper.ids()).values())
    assert "colour" not in shopper.text()


def test_an_answer_keeps_to_the_size_of_the_list(tmp_path: Path, database: Database, clock: FakeClock) -> None:
    shelf = [
        replace(one, title=f"{one.title}, {20 + number} inch")
        for number, one in enumerate(products(48, ("red", "blue", "green", "black"), ("Norda",)))
    ]
    shopper = Shopper(Shop(tmp_path / "home", database, clock, shelf).services)
    shopper.say("jackets larger than 25 inches", "search")
    shopper.say("under 900", "refine")
    assert "Which colour would you like?" in shopper.text()
    shopper.press("blue")
    seen = shopper.ids()
    while "More" in " ".join(titles(shopper)):
        shopper.say("more", "more")
        seen += shopper.ids()
    assert len(set(seen)) == 10, "of twelve blue ones two are smaller"


def test_no_question_is_asked_twice(shopper: Shopper) -> None:
    asked = []
    for _ in range(4):
        shopper.say("a jacket", "search")
        asked += [reply["text"] for reply in shopper.replies if reply["type"] == "text" and "?" in reply["text"]]
    assert len(asked) == len(set(asked)) == 2


def test_nothing_is_asked_about_a_short_list_or_what_was_said(shopper: Shopper) -> None:
    shopper.say("a lamp", "search")
    assert "?" not in shopper.text()
    shopper.say("a red jacket by Norda", "search")
    assert "?" not in shopper.text()
    shopper.say("cheapest jacket", "cheapest")
    assert "?" not in shopper.text()


def test_the_next_page_asks_nothing(shopper: Shopper) -> None:
    shopper.say("a jacket", "search")
    shopper.press("More")
    assert "?" not in shopper.text()
