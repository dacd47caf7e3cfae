"""Is the right product meant by "it", "the jacket", "two of the second", and what is said when nothing tells?"""

from __future__ import annotations

import pytest

from tests.actions.conftest import Shopper


def quantities(shopper: Shopper) -> dict[str, int]:
    return {line.product.id: line.quantity for line in shopper.services.carts.lines(shopper.person_id)}


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("why this?", "why_this"),
        ("is it in stock?", "details"),
        ("add it", "add_to_cart"),
        ("i love it", "thumb_up"),
        ("save that one", "save_for_later"),
    ],
)
def test_it_is_what_the_talk_is_about_after_details(shopper: Shopper, text: str, intent: str) -> None:
    shopper.say("blue jackets", "search")
    title = shopper.cards()[1]["title"]
    shopper.say("tell me about the second one", "details")
    shopper.say(text, intent)
    assert title in shopper.text()


def test_others_than_it_in_the_list_can_still_be_pointed_at(shopper: Shopper) -> None:
    shopper.say("blue jackets", "search")
    ids = shopper.ids()
    shopper.say("tell me about the second one", "details")
    shopper.say("compare it with the third one", "compare")
    assert shopper.ids() == ids[1:3]


def test_it_asks_back_once_a_new_list_was_shown(shopper: Shopper) -> None:
    shopper.say("blue jackets", "search")
    shopper.say("tell me about the second one", "details")
    shopper.say("headphones", "search")
    titles = [card["title"] for card in shopper.cards()]
    shopper.say("is it in stock?", "details")
    assert shopper.cards() == []
    assert [chip["title"] for chip in shopper.chips()] == titles


def test_details_say_price_and_stock(shopper: Shopper) -> None:
    shopper.say("details of jacket-004", "details")
    assert "$95.00, out of stock" in shopper.text()


def test_a_thing_in_the_cart_is_named_by_what_it_is(shopper: Shopper) -> None:
    shopper.say("add jacket-001", "add_to_cart")
    shopper.say("add sound-001", "add_to_cart")
    shopper.say("remove the jacket", "change_cart")
    assert quantities(shopper) == {"sound-001": 1}


def test_two_such_things_in_the_cart_are_asked_about(shopper: Shopper) -> None:
    shopper.say("add jacket-001", "add_to_cart")
    shopper.say("add jacket-002", "add_to_cart")
    shopper.say("my cart", "show_cart")
    shopper.say("remove the jacket", "change_cart")
    assert quantities(shopper) == {"jacket-001": 1, "jacket-002": 1}
    assert len(shopper.chips()) == 2
    shopper.press("Norda red")
    assert quantities(shopper) == {"jacket-001": 1}


@pytest.mark.parametrize("text", ["make it 3", "make it three", "i want 3 of it"])
def test_another_quantity_of_what_was_just_added(shopper: Shopper, text: str) -> None:
    shopper.say("add sound-001", "add_to_cart")
    shopper.say("add jacket-001", "add_to_cart")
    shopper.say(text, "change_cart")
    assert quantities(shopper) == {"sound-001": 1, "jacket-001": 3}


@pytest.mark.parametrize("text", ["add two of the second", "2 of the second one please", "two of the 2nd please"])
def test_a_quantity_of_what_is_pointed_at(shopper: Shopper, text: str) -> None:
    shopper.say("blue jackets", "search")
    second = shopper.ids()[1]
    shopper.say(text, "add_to_cart")
    assert quantities(shopper) == {second: 2}


def test_a_search_that_only_points_shows_the_product(shopper: Shopper) -> None:
    shopper.say("blue jackets", "search")
    second = shopper.ids()[1]
    shopper.say("show me the second one", "search")
    assert shopper.ids() == [second]


def test_too_expensive_is_a_thumb_that_helps_on(shopper: Shopper) -> None:
    shopper.say("blue jackets", "search")
    prices = {card["id"]: float(card["price"]) for card in shopper.cards()}
    first = shopper.ids()[0]
    shopper.say("the first one is too expensive", "thumb_down")
    assert "won't see" in shopper.text() or "stays out" in shopper.text()
    cheaper = sorted(one for one, price in prices.items() if price < prices[first])
    shopper.press("Cheaper")
    assert sorted(shopper.ids()) == cheaper or not cheaper


def test_bare_numbers_are_positions_where_things_are_compared(shopper: Shopper) -> None:
    shopper.say("jackets", "search")
    ids = shopper.ids()
    shopper.say("what's the difference between 1 and 3", "compare")
    assert shopper.ids() == [ids[0], ids[2]]


def test_after_a_comparison_why_asks_for_the_search_and_it_is_what_was_explained(shopper: Shopper) -> None:
    shopper.say("blue jackets", "search")
    first = shopper.cards()[0]["title"]
    shopper.say("compare the first two", "compare")
    shopper.say("why the first one?", "why_this")
    assert first in shopper.text()
    assert "jacket" in shopper.text().replace(first, "")
    shopper.say("add it to my cart", "add_to_cart")
    assert f"{first} is in your cart" in shopper.text()
