"""Is what is asked about a product in front of the shopper answered: does it come in black, which one is better?"""

from __future__ import annotations

import pytest

from tests.actions.conftest import Shopper


def test_a_colour_that_the_product_has_is_confirmed(shopper: Shopper) -> None:
    shopper.say("blue norda jacket", "search")
    shopper.say("the first one", "details")
    shopper.say("does it come in blue?", "details")
    assert "blue" in shopper.text()
    assert shopper.text().startswith("Yes")
    assert shopper.ids() == ["jacket-001"]


def test_a_colour_that_it_has_not_leads_to_the_nearest_that_have_it(shopper: Shopper) -> None:
    shopper.say("blue norda jacket", "search")
    shopper.say("the first one", "details")
    shopper.say("does it come in black?", "details")
    assert "black" in shopper.text()
    assert "Yes" not in shopper.text()
    assert set(shopper.ids()[:2]) == {"jacket-005", "jacket-007"}


def test_details_of_one_named_by_its_colour_are_its_details(shopper: Shopper) -> None:
    shopper.say("norda jackets", "search")
    shopper.say("tell me more about the red one", "details")
    assert shopper.ids() == ["jacket-002"]
    assert not shopper.text().startswith("Yes")


def test_a_word_that_the_shop_writes_is_told_and_one_it_does_not_write_as_well(shopper: Shopper) -> None:
    shopper.say("blue norda jacket", "search")
    shopper.say("is the first one waterproof?", "details")
    assert "mentions “waterproof”" in shopper.text() or "“waterproof” is in" in shopper.text()
    assert shopper.ids() == ["jacket-001"]
    shopper.say("is it foldable?", "details")
    assert "“foldable”" in shopper.text()
    assert "Nothing the shop writes" in shopper.text() or "doesn't say anything" in shopper.text()


def test_what_asks_for_all_there_is_gets_the_details_alone(shopper: Shopper) -> None:
    shopper.say("blue norda jacket", "search")
    shopper.say("can you tell me more about the first one?", "details")
    assert "mentions" not in shopper.text()
    assert "doesn't say" not in shopper.text()
    assert shopper.ids() == ["jacket-001"]


@pytest.mark.parametrize("said", ["i want to buy it", "I'll take it", "can I order this one"])
def test_who_wants_to_buy_what_is_in_the_cart_gets_no_second_one(shopper: Shopper, said: str) -> None:
    shopper.say("tonar studio headphones", "search")
    shopper.say("add the first one to my cart", "add_to_cart")
    shopper.say(said, "add_to_cart")
    assert "already" in shopper.text()
    shopper.say("what is in my cart", "show_cart")
    assert "1 × Tonar studio headphones" in shopper.text()


@pytest.mark.parametrize("said", ["add another one", "one more please", "buy it again", "I want to buy 1 more of it"])
def test_who_asks_for_another_gets_it(shopper: Shopper, said: str) -> None:
    shopper.say("tonar studio headphones", "search")
    shopper.say("add the first one to my cart", "add_to_cart")
    shopper.say(said, "add_to_cart")
    shopper.say("what is in my cart", "show_cart")
    assert "2 × Tonar studio headphones" in shopper.text()


def test_which_is_better_is_answered_by_what_others_thought(shopper: Shopper) -> None:
    shopper.say("tonar headphones", "search")
    shopper.say("which one is better", "compare")
    assert "Tonar studio headphones" in shopper.text()
    assert "4.7" in shopper.text()


@pytest.mark.parametrize("said", ["cancel", "never mind", "forget it", "stop", "Skip it."])
def test_the_question_for_an_order_can_be_called_off(shopper: Shopper, said: str) -> None:
    shopper.say("where is my order", "order_status")
    shopper.say(said, "ask_back")
    assert shopper.state().pending is None
    assert shopper.cards() == []
    shopper.say("SH-10042 ada@example.org", "inform")
    shopper.say("headphones", "search")
    assert shopper.ids()


def test_an_order_number_beside_a_no_is_no_calling_off(shopper: Shopper) -> None:
    shopper.say("where is my order", "order_status")
    shopper.say("no SH-10042, ada@example.org", "inform")
    assert "on its way" in shopper.text()


def test_what_points_at_nothing_and_names_a_property_changes_the_search(shopper: Shopper) -> None:
    shopper.say("jacket", "search")
    shopper.say("waterproof one please", "details")
    assert shopper.ids()[0] == "jacket-001"
    shopper.say("more about it", "details")
    assert shopper.cards() == []
