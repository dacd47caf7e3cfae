"""Has every way of choosing a name, a title and a strategy, and are the benchmark's those of the console?"""

from __future__ import annotations

import pytest

from feedback.selection.pool_based import LOOKED_AT, STRATEGIES, ExpectedChange
from feedback.selection.port import Candidate, Reason
from feedback.selection.ways import Way, strategy_of
from feedback.selection.worth_asking import WorthAsking


def test_every_strategy_is_a_way() -> None:
    assert {way.value for way in Way} == {*STRATEGIES, "mix"}
    assert len({way.words for way in Way}) == len(Way)


@pytest.mark.parametrize("way", list(Way))
def test_a_way_is_its_strategy(way: Way) -> None:
    expected = WorthAsking if way is Way.MIX else STRATEGIES[way.value]
    assert isinstance(strategy_of(way), expected)


def test_expected_change_of_many_is_worked_out_for_some_and_orders_all() -> None:
    items = [Candidate(f"{n}", "q", "t", score=n / 500, legs={"dense": (n % 7) / 7}) for n in range(500)]
    picks = ExpectedChange().select(items, {"0": 0.0, "499": 3.0, "250": 1.0}, 500)
    assert len({pick.key for pick in picks}) == 497
    assert sum(pick.weight > 0 for pick in picks) <= LOOKED_AT
    assert {pick.reason for pick in picks} == {Reason.CHANGE}
