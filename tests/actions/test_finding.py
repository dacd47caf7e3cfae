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
    assert "up to $100.00" in shopper.labels()
    payloads = {
        one["label"]: one["remove_payload"]
        for reply in shopper.replies
        if reply["type"] == "constraints"
        for one in reply["items"]
    }
    shopper.press_payload(payloads["up to $100.00"])
    assert "jacket-006" in shopper.ids()
    assert "up to $100.00" not in shopper.labels()


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
    assert "Make it up to $95.00" in titles
    assert "Without “up to $50.00” (3)" in titles
    assert "Without “green” (2)" in titles
    shopper.press("Make it up to $95.00")
    assert shopper.ids() == ["jacket-004"]
    assert {"green", "up to $95.00"} <= set(shopper.labels())


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
