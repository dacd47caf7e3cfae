"""Do the textbook strategies pick what their papers say, and keep the rules of all strategies?"""

from __future__ import annotations

import numpy as np
import pytest

from feedback.selection.pool_based import STRATEGIES, Disagreement, Diversity, ExpectedChange, Margin, RandomChoice
from feedback.selection.port import Candidate, Reason, Strategy
from tests.feedback.selection.test_worth_asking import StrategyContract


@pytest.mark.parametrize("strategy", [kind() for kind in STRATEGIES.values()], ids=list(STRATEGIES))
class TestPoolBased(StrategyContract):
    """Every one of them keeps the rules."""


def line(count: int = 11) -> list[Candidate]:
    """Candidates along one line, 0 to 1."""
    return [
        Candidate(f"{n}", "q", "text", score=n / (count - 1), legs={"lexical": n / (count - 1)}) for n in range(count)
    ]


ENDS = {"0": 0.0, "1": 0.0, "9": 3.0, "10": 3.0}


def test_margin_asks_between_good_and_bad() -> None:
    assert [(pick.key, pick.reason) for pick in Margin().select(line(), ENDS, 1)] == [("5", Reason.BOUNDARY)]


def test_diversity_asks_what_is_furthest_from_all_that_was_asked() -> None:
    picks = Diversity().select(line(), {"0": 0.0}, 2)
    assert [pick.key for pick in picks] == ["10", "5"]


def test_disagreement_asks_where_legs_are_apart() -> None:
    items = [Candidate(f"{n}", "q", "t", legs={"lexical": n / 4, "dense": n / 4}) for n in range(5)]
    items[3] = Candidate("3", "q", "t", legs={"lexical": 1.0, "dense": 0.0})
    assert Disagreement().select(items, {}, 1)[0].key == "3"


def test_expected_change_asks_far_from_the_middle() -> None:
    assert ExpectedChange().select(line(), {"4": 0.0, "5": 3.0, "6": 0.0}, 1)[0].key in {"0", "10"}


@pytest.mark.parametrize("strategy", [Margin(), ExpectedChange(), Disagreement()])
def test_what_cannot_be_told_is_left_to_chance_and_says_so(strategy: Strategy) -> None:
    picks = strategy.select([Candidate(f"{n}", "q", "t", score=float(n)) for n in range(5)], {}, 3)
    assert {pick.reason for pick in picks} == {Reason.RANDOM}


def test_chance_depends_on_the_seed_and_on_nothing_else() -> None:
    first, again, other = (RandomChoice(seed).select(line(), {}, 11) for seed in (0, 0, 1))
    assert first == again
    assert [pick.key for pick in first] != [pick.key for pick in other]
    assert np.isfinite([pick.weight for pick in first]).all()
