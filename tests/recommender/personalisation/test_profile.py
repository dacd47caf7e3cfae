"""Does a profile say what the signals said, newest strongest, and a thumb above all?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.personalisation.history import THUMB_DOWN, THUMB_UP, Signal
from recommender.personalisation.profile import Profile

kinds = st.sampled_from(["view", "cart", "purchase", "wishlist", THUMB_UP, THUMB_DOWN])
histories = st.lists(st.builds(Signal, st.sampled_from("abcdef"), kinds), max_size=40)


def test_the_newest_comes_first_and_a_stronger_deed_says_more() -> None:
    profile = Profile.of([Signal("a", "purchase"), Signal("b", "view"), Signal("c", "cart")])
    assert profile.item_ids == ("c", "b", "a")
    strength = dict(zip(profile.item_ids, profile.strengths, strict=True))
    assert strength["a"] > strength["c"] > strength["b"] > 0


def test_a_view_after_a_purchase_does_not_unbuy() -> None:
    profile = Profile.of([Signal("a", "purchase"), Signal("b", "view"), Signal("a", "view")])
    assert (profile.item_ids[0], profile.kinds[0]) == ("a", "purchase")


@pytest.mark.parametrize(("last", "sign"), [(THUMB_DOWN, -1), (THUMB_UP, 1)])
def test_the_latest_thumb_decides_whatever_else_was_done(last: str, sign: int) -> None:
    other = THUMB_UP if last == THUMB_DOWN else THUMB_DOWN
    profile = Profile.of([Signal("a", "purchase"), Signal("a", other), Signal("a", last), Signal("a", "view")])
    assert np.sign(profile.strengths[0]) == sign
    assert profile.rejected == ({"a"} if sign < 0 else set())
    assert profile.owned.keys() == {"a"}


@given(histories)
def test_every_product_counts_once_and_within_bounds(history: list[Signal]) -> None:
    profile = Profile.of(history)
    assert set(profile.item_ids) == {signal.item_id for signal in history}
    assert len(set(profile.item_ids)) == len(profile.item_ids)
    assert all(-1 <= strength <= 1 for strength in profile.strengths)
