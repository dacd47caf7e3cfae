"""Do thumbs become the grades that they should, and is a wrong one outvoted?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.training.reliability import Opinion, consensus, reliabilities
from feedback.training.supervision import Grade, Supervision, is_held_out, query_key
from feedback.training.votes import Shown, examined, grades_of


def shown(item_id: str, position: int, vote: int = 0, person: str = "ada", turn: str = "t1") -> Shown:
    return Shown(person, turn, "red sofa", item_id, position, vote)


def by_item(supervision: Supervision) -> dict[str, Grade]:
    return {grade.item_id: grade for grade in supervision.grades}


def test_a_thumb_up_is_good_and_a_thumb_down_is_bad() -> None:
    grades = by_item(grades_of([shown("a", 1, 1), shown("b", 2, -1)]))
    assert grades["a"].value > 0.7
    assert grades["b"].value < 0.3


def test_what_was_passed_over_on_the_way_down_is_weak_evidence() -> None:
    grades = by_item(grades_of([shown("a", 1), shown("b", 2), shown("c", 3, 1), shown("d", 4)]))
    assert set(grades) == {"a", "b", "c"}
    assert grades["a"].value == grades["b"].value == 0.0
    assert grades["b"].weight < grades["a"].weight < grades["c"].weight


def test_where_nobody_liked_anything_nothing_was_passed_over() -> None:
    assert set(by_item(grades_of([shown("a", 1), shown("b", 2, -1)]))) == {"b"}


def test_a_thumb_from_further_down_counts_for_more_but_not_without_end() -> None:
    weights = [by_item(grades_of([shown("a", position, 1)]))["a"].weight for position in (1, 3, 10, 1000)]
    assert weights[0] < weights[1] < weights[2]
    assert weights[3] == pytest.approx(3.0 * weights[0])


def test_what_a_trainer_graded_needs_no_thumbs() -> None:
    graded = Grade("Red  SOFA", "a", 0.0)
    supervision = grades_of([shown("a", 1, 1)], [graded])
    assert supervision.grades == (graded,)
    assert supervision.people == {}


def test_who_contributed_what_is_counted() -> None:
    votes = [shown("a", 1, 1), shown("b", 2, -1), shown("a", 1, 1, person="bob", turn="t2"), shown("c", 3)]
    assert grades_of(votes).people == {"ada": 2, "bob": 1}


def test_one_who_is_always_against_the_others_counts_for_nothing() -> None:
    opinions = {
        item: [Opinion(person, item % 2 == 0) for person in ("ada", "bob", "eve")] + [Opinion("troll", item % 2 == 1)]
        for item in range(20)
    }
    right = reliabilities(opinions)
    assert right["troll"] == 0.5
    assert min(right["ada"], right["bob"], right["eve"]) > 0.9
    agreed = consensus(opinions | {20: [Opinion("troll", True)], 21: [Opinion("ada", True)]})
    assert agreed[20].certainty == pytest.approx(0.0, abs=1e-6)
    assert agreed[21].value > 0.9
    assert all(agreed[item].value > 0.95 for item in range(0, 20, 2))


def test_votes_that_nobody_shares_say_nothing_about_their_person() -> None:
    assert reliabilities({item: [Opinion("ada", True)] for item in range(50)})["ada"] == pytest.approx(0.8)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 4), st.booleans()), max_size=40))
def test_whatever_is_voted_what_is_agreed_lies_between_no_and_yes(votes: list[tuple[str, int, bool]]) -> None:
    opinions: dict[int, list[Opinion]] = {}
    for person, item, up in votes:
        opinions.setdefault(item, []).append(Opinion(person, up))
    for agreed in consensus(opinions).values():
        assert 0 <= agreed.value <= 1
        assert 0 <= agreed.certainty <= 1


def test_a_query_is_on_one_side_for_good() -> None:
    grades = tuple(Grade(f"sofa number {n}", "a", n % 2) for n in range(300))
    train, held_out = Supervision(grades, "test").split()
    assert {query_key(one.query) for one in train.grades}.isdisjoint(query_key(one.query) for one in held_out.grades)
    assert 60 < len(held_out.grades) < 120
    assert is_held_out(query_key("Sofa  Number 1")) == is_held_out(query_key("sofa number 1"))


def test_the_hash_names_the_data_whatever_its_order() -> None:
    grades = (Grade("a", "x", 1.0), Grade("b", "y", 0.0))
    assert Supervision(grades, "one").data_hash == Supervision(grades[::-1], "two").data_hash
    assert Supervision(grades, "one").data_hash != Supervision(grades[:1], "one").data_hash


def test_attention_falls_with_the_position() -> None:
    assert examined(1) == 1.0
    assert examined(2) > examined(10) > 0
