"""Does a profile say what the signals said, newest strongest, and a thumb above all?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.personalisation.history import THUMB_DOWN, THUMB_UP, Signal
from recommender.personalisation.profile import Profile

AXES = dict(zip("abcdef", np.eye(6, dtype=np.float32), strict=True))
kinds = st.sampled_from(["view", "cart", "purchase", "wishlist", THUMB_UP, THUMB_DOWN])
histories = st.lists(st.builds(Signal, st.sampled_from("abcdef"), kinds), max_size=40)


def test_newer_and_stronger_signals_weigh_more() -> None:
    profile = Profile.of([Signal("a", "purchase"), Signal("b", "view"), Signal("c", "purchase")])
    weight = dict(zip(profile.item_ids, profile.weights, strict=True))
    assert profile.item_ids == ("c", "b", "a")
    assert weight["c"] > weight["a"] > weight["b"] > 0


def test_a_view_after_a_purchase_does_not_unbuy() -> None:
    profile = Profile.of([Signal("a", "purchase"), Signal("b", "view"), Signal("a", "view")])
    assert (profile.item_ids[0], profile.kinds[0]) == ("a", "purchase")


@pytest.mark.parametrize(("last", "sign"), [(THUMB_DOWN, -1), (THUMB_UP, 1)])
def test_the_latest_thumb_decides_whatever_else_was_done(last: str, sign: int) -> None:
    other = THUMB_UP if last == THUMB_DOWN else THUMB_DOWN
    profile = Profile.of([Signal("a", "purchase"), Signal("a", other), Signal("a", last), Signal("a", "view")])
    assert np.sign(profile.weights[0]) == sign
    assert profile.rejected == ({"a"} if sign < 0 else set())
    assert profile.owned == {"a"}


def test_the_direction_leads_to_what_was_liked_and_away_from_what_was_not() -> None:
    direction = Profile.of([Signal("a", THUMB_UP), Signal("b", THUMB_DOWN)]).direction(AXES)
    assert direction is not None
    assert direction @ AXES["a"] > 0 > direction @ AXES["b"]
    assert direction @ AXES["c"] == 0


def test_of_a_stranger_and_of_unknown_products_nothing_is_known() -> None:
    assert Profile.of([]).direction(AXES) is None
    assert Profile.of([Signal("gone", "purchase")]).direction(AXES) is None


def test_one_view_says_less_than_many() -> None:
    one = Profile.of([Signal("a", "view")]).direction(AXES)
    many = Profile.of([Signal(item, "purchase") for item in "aaa"]).direction(AXES)
    assert one is not None
    assert many is not None
    assert 0 < one @ AXES["a"] < many @ AXES["a"] < 1


@given(histories)
def test_taste_stays_within_bounds_and_every_product_counts_once(history: list[Signal]) -> None:
    profile = Profile.of(history)
    assert set(profile.item_ids) == {signal.item_id for signal in history}
    assert len(set(profile.item_ids)) == len(profile.item_ids)
    direction = profile.direction(AXES)
    if direction is not None:
        assert np.abs(np.stack(list(AXES.values())) @ direction).max() <= 1


@given(histories, st.sampled_from("abcdef"))
def test_without_a_product_the_profile_is_that_of_a_past_without_it(history: list[Signal], item: str) -> None:
    expected = Profile.of([signal for signal in history if signal.item_id != item])
    left = Profile.of(history).without(item)
    assert (left.item_ids, left.weights, left.kinds) == (expected.item_ids, expected.weights, expected.kinds)
