"""Are others like it found as the shopper wants them, and is what cannot be had said?"""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.actions.conftest import Shopper


def cards(shopper: Shopper) -> dict[str, Decimal]:
    return {card["id"]: Decimal(card["price"]) for card in shopper.cards()}


def test_like_the_second_but_cheaper(shopper: Shopper) -> None:
    shopper.say("blue jackets", "search")
    second, price = list(cards(shopper).items())[1]
    shopper.say("like the second one but cheaper", "similar")
    assert cards(shopper)
    assert second not in cards(shopper)
    assert max(cards(shopper).values()) < price
    assert "up to $" in shopper.text()


def test_similar_but_in_another_colour(shopper: Shopper) -> None:
    shopper.say("blue jackets", "search")
    shopper.say("something like the first but in green", "similar")
    assert set(shopper.ids()) == {"jacket-004", "jacket-009", "jacket-010"}
    assert "green" in shopper.text()
    assert "green" in shopper.labels()


def test_similar_to_what_the_talk_is_about_under_a_price(shopper: Shopper) -> None:
    shopper.say("blue jackets", "search")
    shopper.say("tell me about the third one", "details")
    shopper.say("similar under 50", "similar")
    assert shopper.ids()[:2] == ["jacket-001", "jacket-007"]
    assert max(cards(shopper).values()) <= 50


@pytest.mark.parametrize("text", ["like the first but in pink leather", "like the first one but with wings"])
def test_what_nothing_similar_has_is_left_out_openly(shopper: Shopper, text: str) -> None:
    shopper.say("blue jackets", "search")
    shopper.say(text, "similar")
    assert "without that" in shopper.text()
    assert shopper.ids()
    assert shopper.labels() == []


def test_a_list_of_similar_ones_pages_and_changes_under_its_conditions(shopper: Shopper) -> None:
    shopper.say("jackets", "search")
    shopper.say("similar to the first but not black", "similar")
    first = shopper.ids()
    shopper.say("more", "more")
    assert not {*first, "jacket-005", "jacket-007"} & {*shopper.ids()}
    shopper.say("under 100", "refine")
    assert cards(shopper)
    assert max(cards(shopper).values()) <= 100
    assert not {"jacket-005", "jacket-007"} & {*shopper.ids()}
    dropping = next(
        one["remove_payload"]
        for reply in shopper.replies
        if reply["type"] == "constraints"
        for one in reply["items"]
        if one["label"] == "not black"
    )
    shopper.press_payload(dropping)
    assert "jacket-007" in shopper.ids()
    assert max(cards(shopper).values()) <= 100


def test_similar_without_anything_to_be_like_asks_which(shopper: Shopper) -> None:
    shopper.say("blue jackets", "search")
    shopper.say("similar but cheaper", "similar")
    assert shopper.cards() == []
    assert len(shopper.chips()) == 3
