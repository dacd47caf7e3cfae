"""Does each reason pick what it should, and do all strategies keep the rules?"""

from __future__ import annotations

import numpy as np
import pytest

from feedback.selection.port import Candidate, Reason, Strategy
from feedback.selection.worth_asking import WorthAsking


def candidates() -> list[Candidate]:
    """Ten of one query, alike but for what each reason looks for."""
    same = [
        Candidate(
            f"{number}", "red sofa", "red sofa", score=number / 10, legs={"lexical": number / 10, "dense": number / 10}
        )
        for number in range(10)
    ]
    same[2] = Candidate("2", "red sofa", "red sofa", score=0.2, legs={"lexical": 0.9, "dense": 0.0})
    same[7] = Candidate("7", "red sofa", "red sofa", score=0.7, legs={"lexical": 0.7, "dense": 0.7}, down=5)
    same[8] = Candidate("8", "red sofa", "garden hose of rubber", score=0.8, legs={"lexical": 0.8, "dense": 0.8})
    return same


class StrategyContract:
    """What every strategy promises."""

    @pytest.fixture
    def strategy(self) -> Strategy:
        raise NotImplementedError

    def test_nothing_is_picked_twice_or_again_and_the_budget_is_kept(self, strategy: Strategy) -> None:
        items, labels = candidates(), {"0": 3.0, "1": 0.0, "of something else": 2.0}
        for budget in (0, 1, 3, 100):
            picks = strategy.select(items, labels, budget)
            keys = [pick.key for pick in picks]
            assert len(keys) == len(set(keys)) <= budget
            assert not set(keys) & labels.keys()
            assert set(keys) <= {item.key for item in items}
            assert all(0 <= pick.weight <= 1 for pick in picks)

    def test_the_same_question_gets_the_same_answer(self, strategy: Strategy) -> None:
        assert strategy.select(candidates(), {"0": 3.0}, 5) == strategy.select(candidates(), {"0": 3.0}, 5)

    def test_of_nothing_nothing_is_picked(self, strategy: Strategy) -> None:
        assert list(strategy.select([], {}, 5)) == []
        assert list(strategy.select(candidates(), {item.key: 1.0 for item in candidates()}, 5)) == []


class TestWorthAsking(StrategyContract):
    @pytest.fixture
    def strategy(self) -> Strategy:
        return WorthAsking()

    def test_each_reason_picks_what_it_looks_for_in_turn(self, strategy: Strategy) -> None:
        picks = strategy.select(candidates(), {"9": 3.0, "1": 0.0}, 4)
        assert [(pick.key, pick.reason) for pick in picks] == [
            ("7", Reason.THUMBS_DOWN),
            ("2", Reason.DISAGREEMENT),
            ("5", Reason.BOUNDARY),
            ("8", Reason.UNUSUAL),
        ]

    def test_vectors_decide_what_is_unusual_where_they_are_there(self, strategy: Strategy) -> None:
        vectors = {"a": [1.0, 0.0], "b": [0.9, 0.4359], "c": [0.0, 1.0]}
        items = [Candidate(key, "q", "same words", vector=np.array(one, np.float32)) for key, one in vectors.items()]
        picks = strategy.select(items, {"a": 1.0}, 2)
        assert [(pick.key, pick.reason) for pick in picks] == [("c", Reason.UNUSUAL), ("b", Reason.UNUSUAL)]
