"""Is it said truly what a little more money would add?"""

from __future__ import annotations

from decimal import Decimal

import pytest

from actions.what_if import _little_more
from tests.actions.conftest import Shopper


def test_what_would_be_added_is_named_with_prices_and_can_be_had(shopper: Shopper) -> None:
    shopper.say("blue jackets under 70", "search")
    shopper.say("what would i see with 20 more", "what_if")
    assert "$20" in shopper.text()
    assert "Veld blue jacket model C ($79.90)" in shopper.text()
    assert "model F" not in shopper.text()
    shopper.press("Make it up to $90")
    assert "jacket-003" in shopper.ids()


def test_an_amount_that_is_itself_a_limit_is_taken_as_one(shopper: Shopper) -> None:
    shopper.say("blue jackets under 70", "search")
    shopper.say("what would i see if the limit was 150", "what_if")
    assert "$80 more" in shopper.text()
    assert {"model C", "model F"} <= {f"model {letter}" for letter in "CF" if f"model {letter}" in shopper.text()}


def test_without_an_amount_about_a_fifth_more_is_meant(shopper: Shopper) -> None:
    shopper.say("blue jackets under 70", "search")
    shopper.press("What if I spend a little more?")
    assert "$10 more" in shopper.text()
    assert "model C ($79.90)" in shopper.text()


def test_where_nothing_is_added_that_is_said(shopper: Shopper) -> None:
    shopper.say("blue jackets under 50", "search")
    shopper.say("and with 5 more?", "what_if")
    assert "nothing" in shopper.text()


@pytest.mark.parametrize("said", [None, "blue jackets"])
def test_without_a_limit_there_is_nothing_to_raise(shopper: Shopper, said: str | None) -> None:
    if said is not None:
        shopper.say(said, "search")
    shopper.say("what if i spend 20 more", "what_if")
    assert "limit" in shopper.text()


@pytest.mark.parametrize(
    ("limit", "more"), [("70", "10"), ("100", "20"), ("9.99", "2"), ("1234", "200"), ("0.01", "0.01")]
)
def test_a_little_more_is_a_round_number(limit: str, more: str) -> None:
    assert _little_more(Decimal(limit)) == Decimal(more)
