"""Is a past what the signals said, and is what is held out really the last purchase?"""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
import scipy.sparse as sparse
from hypothesis import given
from hypothesis import strategies as st

from recommender.personalisation.features import Features
from recommender.personalisation.history import THUMB_DOWN, Signal
from recommender.personalisation.past import Interactions, Past
from recommender.personalisation.profile import Profile

IDS = list("abcdef")
ROWS = {one: row for row, one in enumerate(IDS)}
FEATURES = Features(np.eye(6, dtype=np.float32), sparse.csr_matrix(np.eye(6, dtype=np.float32)))
kinds = st.sampled_from(["view", "cart", "purchase", THUMB_DOWN])
histories = st.lists(st.builds(Signal, st.sampled_from("abcdefx"), kinds), max_size=20)


def interactions(*people: str) -> Interactions:
    """Each person as what they bought, in order; a small letter is a purchase, a capital one a view."""
    return Interactions.of(
        IDS,
        FEATURES,
        (
            Profile.of(Signal(one.lower(), "view" if one.isupper() else "purchase") for one in person)
            for person in people
        ),
    )


def test_what_came_later_counts_more_and_a_thumb_down_against() -> None:
    profile = Profile.of([Signal("a", "purchase"), Signal("b", "view"), Signal("c", THUMB_DOWN), Signal("x", "cart")])
    past = Past.of(profile, ROWS)
    assert list(past.rows) == [2, 1, 0]
    assert past.weights(0.5) == pytest.approx([-1.0, 0.15, 0.25])


def test_people_by_products_holds_what_each_liked_in_order() -> None:
    both = interactions("abc", "Cd")
    assert both.people == 2
    assert list(both.rows) == [0, 1, 2, 2, 3]
    assert both.matrix().toarray()[1] == pytest.approx([0, 0, 0.3, 1, 0, 0])
    assert both.matrix(0.5).toarray()[0] == pytest.approx([0.25, 0.5, 1, 0, 0, 0])
    assert list(both.support) == [1, 1, 2, 1, 0, 0]
    assert list(both.past(0).rows) == [2, 1, 0]


@given(st.lists(histories, max_size=8), st.randoms(use_true_random=False))
def test_in_which_order_people_come_does_not_matter(people: list[list[Signal]], random: Random) -> None:
    others = random.sample(people, len(people))
    one, other = (Interactions.of(IDS, FEATURES, map(Profile.of, each)) for each in (people, others))
    assert list(one.starts) == list(other.starts)
    assert list(one.rows) == list(other.rows)
    assert list(one.strengths) == list(other.strengths)


def test_who_liked_nothing_the_shop_sells_is_nobody_to_learn_from() -> None:
    profiles = [Profile.of([Signal("x", "purchase")]), Profile.of([Signal("a", THUMB_DOWN)]), Profile.of([])]
    assert Interactions.of(IDS, FEATURES, profiles).people == 0


def test_the_last_purchase_is_held_out_with_all_that_came_after_it() -> None:
    before, held_out = interactions("a", *["abcD"] * 20, "bA").hold_out_last()
    assert [(list(one.past.rows), one.target) for one in held_out] == [([1, 0], 2)] * 20
    assert list(before.matrix().sum(axis=1).A1) == [1.0] + [2.0] * 20 + [pytest.approx(1.3)]


def test_where_nobody_buys_the_last_interest_stands_for_it() -> None:
    _, held_out = interactions(*["ABC"] * 30).hold_out_last()
    assert {(tuple(one.past.rows), one.target) for one in held_out} == {((1, 0), 2)}


@given(st.lists(histories, max_size=8))
def test_nothing_of_what_is_held_out_is_left_and_nothing_is_lost(people: list[list[Signal]]) -> None:
    whole = Interactions.of(IDS, FEATURES, map(Profile.of, people))
    before, held_out = whole.hold_out_last()
    assert before.people == whole.people
    for one in held_out:
        assert one.target not in one.past.rows
        assert len(one.past.rows) > 0
    for person in range(whole.people):
        theirs, kept = whole.past(person), before.past(person)
        assert list(theirs.rows)[::-1][: len(kept.rows)] == list(kept.rows)[::-1]


@given(histories, st.sampled_from(range(6)))
def test_without_a_product_the_past_is_that_of_somebody_who_never_met_it(history: list[Signal], row: int) -> None:
    expected = Past.of(Profile.of([signal for signal in history if signal.item_id != IDS[row]]), ROWS)
    left = Past.of(Profile.of(history), ROWS).without(row)
    assert list(left.rows) == list(expected.rows)
    assert list(left.weights(0.7)) == list(expected.weights(0.7))
