from __future__ import annotations

import math

import pytest

from recommender.evaluation.retrieval import compare, ndcg, recall


def test_ndcg_as_computed_by_hand() -> None:
    # Ranks 1 to 3 have grades 0, 3 and 1; the ideal is 3, 2, 1.
    gained = 7 / math.log2(3) + 1 / math.log2(4)
    ideal = 7 / math.log2(2) + 3 / math.log2(3) + 1 / math.log2(4)
    assert ndcg(["unjudged", "a", "c"], {"a": 3, "b": 2, "c": 1, "d": 0}) == pytest.approx(gained / ideal)


def test_the_ideal_ranking_gains_everything_and_depth_cuts() -> None:
    grades = {"a": 3, "b": 1}
    assert ndcg(["a", "b"], grades) == 1
    assert ndcg(["x", "a"], grades, depth=1) == 0
    assert ndcg([], grades) == 0


def test_a_query_without_anything_relevant_has_no_value() -> None:
    assert ndcg(["a"], {"a": 0}) is None
    assert recall(["a"], {"a": 1}) is None


def test_recall_counts_the_grades_from_two_within_the_depth() -> None:
    grades = {"a": 3, "b": 2, "c": 1, "d": 2}
    assert recall(["a", "c", "d", "b"], grades, depth=3) == pytest.approx(2 / 3)


def test_the_p_value_is_the_share_of_sign_patterns_that_differ_as_much() -> None:
    ours, theirs = {"a": 0.5, "b": 0.6, "c": 0.9}, {"a": 0.4, "b": 0.4, "c": 0.6, "unmeasured": 1.0}
    comparison = compare(ours, theirs)
    assert comparison.mean_difference == pytest.approx(0.2)
    assert comparison.p_value == pytest.approx(2 / 8)  # of eight patterns, only all plus and all minus are as extreme


def test_no_difference_is_not_significant() -> None:
    same = {str(number): number / 40 for number in range(40)}
    assert compare(same, same).p_value == 1


def test_a_steady_difference_is_significant_and_reproducible() -> None:
    theirs = {str(number): number / 40 for number in range(40)}
    ours = {query: value + 0.1 for query, value in theirs.items()}
    first = compare(ours, theirs)
    assert first.p_value < 0.001
    assert compare(ours, theirs) == first


def test_wins_and_losses_come_largest_first() -> None:
    comparison = compare({"a": 0.9, "b": 0.1, "c": 0.5, "d": 0.3}, {"a": 0.1, "b": 0.4, "c": 0.4, "d": 0.3})
    wins, losses = comparison.largest(5)
    assert [query for query, _ in wins] == ["a", "c"]
    assert [query for query, _ in losses] == ["b"]


def test_runs_without_a_common_query_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="no query"):
        compare({"a": 1.0}, {"b": 1.0})
