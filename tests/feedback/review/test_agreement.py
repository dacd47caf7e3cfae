"""Is agreement what was published, is a bad rater found out, and is a wrong label noticed?"""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.review.agreement import Metric, krippendorff_alpha
from feedback.review.reliability import consensus
from feedback.review.suspects import suspects

# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), part C: four observers, twelve units.
PUBLISHED = [
    [1, 1, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4], [4, 4, 4, 4], [1, 1, 2, 1],
    [2, 2, 2, 2], [5, 5, 5], [1, 1], [3],
]  # fmt: skip


@pytest.mark.parametrize(("metric", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_alpha_is_the_published_one(metric: Metric, alpha: float) -> None:
    found = krippendorff_alpha(PUBLISHED, metric)
    assert found == pytest.approx(alpha, abs=0.0005)


def test_alpha_of_two_observers_and_two_values_is_the_published_one() -> None:
    """Part A of the same paper: ten units, alpha .095."""
    meg = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
    owen = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    assert krippendorff_alpha(zip(meg, owen, strict=True)) == pytest.approx(0.095, abs=0.0005)


def test_where_nothing_could_differ_there_is_no_alpha() -> None:
    assert krippendorff_alpha([]) is None
    assert krippendorff_alpha([[1], [2]]) is None
    assert krippendorff_alpha([[1, 1], [1, 1]]) is None


@given(st.lists(st.lists(st.integers(0, 3), min_size=2, max_size=4), min_size=1, max_size=20))
def test_alpha_is_at_most_one_and_blind_to_order(units: list[list[int]]) -> None:
    found = krippendorff_alpha(units, "ordinal")
    again = krippendorff_alpha([list(reversed(unit)) for unit in reversed(units)], "ordinal")
    assert found == (None if again is None else pytest.approx(again))
    assert found is None or found <= 1 + 1e-9


def test_a_rater_who_guesses_is_told_from_two_who_know() -> None:
    chance = random.Random(0)
    truth = [chance.choice("0123") for _ in range(200)]
    decisions = [
        {"ada": value, "bob": value if chance.random() < 0.9 else "0", "eve": chance.choice("0123")} for value in truth
    ]
    agreed, reliability = consensus(decisions)
    assert reliability["ada"] > 0.9
    assert reliability["bob"] > 0.75
    assert reliability["eve"] < 0.45
    assert sum(one.value == value for one, value in zip(agreed, truth, strict=True)) > 180


def test_two_against_one_win_and_a_single_opinion_stands() -> None:
    agreed, _ = consensus([{"ada": "3", "bob": "3", "eve": "0"}, {"ada": "1"}])
    assert [one.value for one in agreed] == ["3", "1"]
    assert 0.5 < agreed[0].certainty <= 1
    assert consensus([]) == ([], {})


def test_a_wrong_label_is_among_the_suspects_and_right_ones_are_not() -> None:
    texts = [f"where is my order number {number}" for number in range(20)]
    texts += [f"red running shoes size {number}" for number in range(20)]
    values = ["track_order"] * 20 + ["search"] * 20
    values[3] = "search"
    found = suspects(texts, values)
    assert [(one.place, one.value, one.likely) for one in found] == [(3, "search", "track_order")]
    assert found[0].likely_probability > found[0].own_probability


def test_a_few_labels_accuse_nobody() -> None:
    assert suspects(["a", "b", "c"], ["x", "y", "x"]) == []
    assert suspects([], []) == []
