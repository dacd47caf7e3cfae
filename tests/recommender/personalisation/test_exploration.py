"""Are the places that are drawn by lot few, the same for the same seed, and as likely as is said?"""

from __future__ import annotations

from collections import Counter

import pytest

from recommender.personalisation.exploration import Slot, explore

LIST, OTHERS = [1, 2, 3, 4, 5], list(range(100, 120))
SHARE = 0.2


def test_off_means_the_list_as_it_is() -> None:
    assert explore(LIST, OTHERS, 0.0, "turn") == [Slot(row) for row in LIST]


def test_too_few_others_mean_the_list_as_it_is() -> None:
    assert explore(LIST, OTHERS[:4], 1.0, "turn") == [Slot(row) for row in LIST]


def test_the_same_seed_gives_the_same_list() -> None:
    assert explore(LIST, OTHERS, 0.5, "a") == explore(LIST, OTHERS, 0.5, "a")
    assert explore(LIST, OTHERS, 0.5, "a") != explore(LIST, OTHERS, 0.5, "b")


def test_the_first_place_is_never_given_away_and_nothing_comes_twice() -> None:
    for seed in range(200):
        slots = explore(LIST, OTHERS, 0.5, str(seed))
        assert slots[0] == Slot(1)
        assert len({slot.row for slot in slots}) == len(LIST)
        assert all(slot.explored == (slot.row in OTHERS) for slot in slots)


def test_each_product_is_as_often_on_a_place_as_its_propensity_says() -> None:
    turns = 20_000
    seen: Counter[tuple[int, int]] = Counter()
    said: dict[tuple[int, int], float] = {}
    for seed in range(turns):
        for place, slot in enumerate(explore(LIST, OTHERS, SHARE, str(seed))):
            seen[place, slot.row] += 1
            said[place, slot.row] = slot.propensity
    for (place, row), propensity in said.items():
        assert seen[place, row] / turns == pytest.approx(propensity, abs=0.012)
    by_place = [sum(share for (at, _), share in said.items() if at == place) for place in range(len(LIST))]
    assert by_place == pytest.approx([1.0] * len(LIST))


def test_what_the_inverse_of_the_propensities_weighs_is_unbiased() -> None:
    """Everybody likes odd products: what was shown says so of all that could have been, however rarely it was."""
    turns, liked = 20_000, 0.0
    for seed in range(turns):
        slot = explore(LIST, OTHERS, SHARE, str(seed))[1]
        liked += (slot.row in OTHERS) * (slot.row % 2) / slot.propensity
    assert liked / turns == pytest.approx(len(OTHERS) / 2, rel=0.05)
