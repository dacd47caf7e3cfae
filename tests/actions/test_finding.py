"""Does a search find, refine, page and explain itself, and is an impossible wish blamed on the right condition?"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tests.actions.conftest import Shop, Shopper


def test_search_shows_products_with_true_reasons(shopper: Shopper) -> None:
    replies = shopper.say("waterproof jacket", "search")
    assert [reply["type"] for reply in replies][:2] == ["text", "products"]
    first = shopper.cards()[0]
    assert first["id"] == "jacket-001"
    assert any("waterproof" in reason for reason in first["reasons"])


def test_conditions_are_honoured_and_shown_as_removable_chips(shopper: Shopper) -> None:
    shopper.say("blue jacket under 100", "search")
    assert shopper.ids() == ["jacket-001", "jacket-003"]
    assert "blue" in shopper.labels()
    assert "up to $100" in shopper.labels()
    payloads = {
        one["label"]: one["remove_payload"]
        for reply in shopper.replies
        if reply["type"] == "constraints"
        for one in reply["items"]
    }
    shopper.press_payload(payloads["up to $100"])
    assert "jacket-006" in shopper.ids()
    assert "up to $100" not in shopper.labels()


def test_refining_changes_what_is_in_force(shopper: Shopper) -> None:
    shopper.say("jacket", "search")
    shopper.say("under 70", "refine")
    assert all(Decimal(card["price"]) <= 70 for card in shopper.cards())
    shopper.say("not black", "refine")
    assert set(shopper.ids()) == {"jacket-001", "jacket-002"}


def test_refining_with_nothing_to_change_says_so(shopper: Shopper) -> None:
    shopper.say("blue jacket", "search")
    shopper.say("please", "refine")
    assert shopper.cards() == []
    assert shopper.text()


def test_paging_neither_repeats_nor_skips(shopper: Shopper) -> None:
    shopper.say("jacket", "search")
    seen = shopper.ids()
    shopper.say("more", "more")
    seen += shopper.ids()
    assert sorted(seen) == [f"jacket-{number:03}" for number in range(1, 11)]
    shopper.say("more", "more")
    assert shopper.cards() == []


def test_paging_skips_nothing_when_a_shown_product_is_voted_down(shopper: Shopper) -> None:
    shopper.say("jacket", "search")
    seen = shopper.ids()
    shopper.say("i don't like the first one", "thumb_down")
    shopper.say("more", "more")
    assert sorted(seen + shopper.ids()) == [f"jacket-{number:03}" for number in range(1, 11)]


def test_a_product_voted_down_is_gone_from_the_next_reply_on(shopper: Shopper) -> None:
    shopper.say("jacket", "search")
    unwanted = shopper.ids()[0]
    shopper.say("i hate the first one", "thumb_down")
    shopper.say("jacket", "search")
    shown = shopper.ids()
    shopper.say("more", "more")
    assert unwanted not in shown + shopper.ids()


def test_nothing_found_blames_the_one_condition_and_offers_to_relax_it(shopper: Shopper) -> None:
    shopper.say("green jacket under 50", "search")
    assert shopper.cards() == []
    titles = [chip["title"] for chip in shopper.chips()]
    assert "Make it up to $95" in titles
    assert "Without “up to $50” (3)" in titles
    assert "Without “green” (2)" in titles
    shopper.press("Make it up to $95")
    assert shopper.ids() == ["jacket-004"]
    assert {"green", "up to $95"} <= set(shopper.labels())


def test_words_nobody_knows_are_named(shopper: Shopper) -> None:
    shopper.say("zxqv wobbler", "search")
    assert "zxqv wobbler" in shopper.text()


def test_a_deleted_product_and_a_new_price_are_seen_at_once(shop: Shop, shopper: Shopper) -> None:
    shopper.say("blue jacket under 100", "search")
    shop.catalogue.delete(["jacket-001"])
    shopper.say("blue jacket under 100", "search")
    assert shopper.ids() == ["jacket-003"]


def test_a_price_that_left_the_budget_since_the_index_looked_is_not_shown(shop: Shop, shopper: Shopper) -> None:
    shopper.say("blue jacket under 100", "search")
    product = shop.catalogue.get(["jacket-001"])["jacket-001"]
    shop.catalogue.upsert([replace(product, price=Decimal("101.00"))])
    shopper.say("blue jacket under 100", "search")
    assert shopper.ids() == ["jacket-003"]


def test_no_wish_at_all_gets_recommendations(shopper: Shopper) -> None:
    shopper.say("show me something", "search")
    assert shopper.cards()


def test_the_list_stays_when_there_is_no_more_of_it(shopper: Shopper) -> None:
    shopper.say("headphones", "search")
    first_two = shopper.ids()[:2]
    shopper.say("more", "more")
    assert shopper.cards() == []
    shopper.say("compare the first two", "compare")
    assert shopper.ids() == first_two


def test_nothing_cheaper_says_so_and_leaves_the_search_as_it_was(shopper: Shopper) -> None:
    shopper.say("blue jacket", "search")
    before = shopper.state()
    assert "jacket-001" in shopper.ids()
    shopper.say("cheaper", "refine")
    assert shopper.cards() == []
    assert "$45.00" in shopper.text()
    assert shopper.labels() == ["blue", "jackets"]
    assert replace(shopper.state(), said=()) == replace(before, said=())
    # What still costs less when another condition goes.
    assert "Without “blue” (1)" in [chip["title"] for chip in shopper.chips()]
    shopper.press("Without “blue”")
    assert shopper.ids() == ["jacket-007"]


def test_a_change_that_leaves_nothing_is_blamed_before_what_was_there(shopper: Shopper) -> None:
    shopper.say("blue jackets", "search")
    shown = shopper.ids()
    shopper.say("in leather", "refine")
    assert "leather" in shopper.text()
    assert shopper.labels() == ["blue", "jackets"]
    shopper.say("compare the first two", "compare")
    assert shopper.ids() == shown[:2]


def test_an_unknown_name_rules_nothing_out(shopper: Shopper) -> None:
    shopper.say("headphones", "search")
    before = shopper.state()
    for intent in ("refine", "nlu_fallback"):
        shopper.say("not zibrano", intent)
        assert "zibrano" in shopper.text()
        assert shopper.cards() == []
        assert shopper.state().query == before.query


def test_conditions_are_said_as_people_write_them(shopper: Shopper) -> None:
    shopper.say("tonar headphones under 99.50", "search")
    assert sorted(shopper.labels()) == ["by Tonar", "headphones", "up to $99.50"]


def test_reasons_are_few_and_do_not_repeat_the_conditions(shopper: Shopper) -> None:
    shopper.say("waterproof jacket under 100 in blue", "search")
    assert all(1 <= len(card["reasons"]) <= 2 for card in shopper.cards())
    assert not any("$100" in reason for card in shopper.cards() for reason in card["reasons"])
    shopper.say("why the first one?", "why_this")
    assert "up to $100" in shopper.text()


def test_the_cheapest_and_the_best_rated_are_called_so(shopper: Shopper) -> None:
    shopper.say("cheapest jackets", "search")
    reasons = [card["reasons"] for card in shopper.cards()]
    assert "cheapest" in reasons[0]
    assert not any("cheapest" in one for one in reasons[1:])
    shopper.say("best rated jackets", "search")
    assert "★ 4.8 from 300 ratings" in shopper.cards()[0]["reasons"]


def test_what_is_sold_here_is_searched_whatever_it_was_taken_for(shopper: Shopper) -> None:
    shopper.say("any blue jackets around?", "out_of_scope")
    assert "jacket-001" in shopper.ids()
    shopper.say("who won the election", "out_of_scope")
    assert shopper.cards() == []


def test_cheaper_than_one_of_the_list_is_a_change_whatever_it_was_taken_for(shopper: Shopper) -> None:
    shopper.say("blue jacket", "search")
    shown = {card["id"]: Decimal(card["price"]) for card in shopper.cards()}
    second = shopper.cards()[1]
    shopper.say("cheaper than the second", "cheapest")
    assert set(shopper.ids()) == {one for one, price in shown.items() if price < Decimal(second["price"])}


def test_a_limit_makes_not_too_expensive_no_order_of_its_own(shopper: Shopper) -> None:
    shopper.say("waterproof jacket, not too expensive, 100 max", "search")
    assert shopper.ids()[0] == "jacket-001"
    assert "cheapest" not in shopper.cards()[0]["reasons"]


def test_somebody_elses_dislike_rules_out(shopper: Shopper) -> None:
    shopper.say("a jacket for my sister, she hates blue", "search")
    assert "not blue" in shopper.labels()


def test_the_same_words_again_are_searched_again(shopper: Shopper) -> None:
    for _ in range(2):
        shopper.say("blue jackets", "nlu_fallback")
        assert shopper.cards()


def test_of_two_wishes_the_first_is_found_and_the_second_is_a_press_away(shopper: Shopper) -> None:
    shopper.say("a blue jacket and black headphones", "search")
    assert set(shopper.ids()) == {"jacket-001", "jacket-003", "jacket-006"}
    shopper.press("Now: black headphones")
    assert set(shopper.ids()) == {"sound-001", "sound-002"}
