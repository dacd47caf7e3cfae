"""Is the cause that is named the true one: does the score fall by what was said once it is taken away?"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.explanation.reason import ReasonKind
from recommender.personalisation.causes import causes
from recommender.personalisation.features import Features
from recommender.personalisation.history import Signal
from recommender.personalisation.items import Items
from recommender.personalisation.members import Content, Ease, Ensemble, ItemNeighbours, Popularity, Transitions
from recommender.personalisation.model import Recommender
from recommender.personalisation.past import Interactions, Past
from recommender.personalisation.profile import Profile

SIZE = 16
IDS = [f"product-{number:02d}" for number in range(SIZE)]
KINDS = ("view", "cart", "purchase")
SOMETHING = st.lists(
    st.tuples(st.integers(0, SIZE - 1), st.sampled_from(KINDS)), min_size=1, max_size=8, unique_by=lambda one: one[0]
)


@cache
def vectors() -> np.ndarray[Any, np.dtype[np.float32]]:
    """Even products point one way, odd ones another, each with a little of its own."""
    pointing = np.zeros((SIZE, SIZE + 2), dtype=np.float32)
    pointing[np.arange(SIZE), np.arange(SIZE)] = 0.3
    pointing[np.arange(SIZE), SIZE + np.arange(SIZE) % 2] = 1.0
    return pointing / np.linalg.norm(pointing, axis=1, keepdims=True)


@cache
def fitted() -> Ensemble:
    """Models of people who took products of one parity, one after the other."""
    features = Features(vectors(), sparse.csr_matrix(vectors()))
    people = [profile([(row % SIZE, "purchase") for row in range(one, one + 10, 2)]) for one in range(SIZE)]
    learned_from = Interactions.of(IDS, features, people)
    every = (Popularity(), ItemNeighbours(), Ease(), Transitions(), Content())
    members: dict[str, Recommender[Any]] = {one.name: one.fit(learned_from) for one in every}
    return Ensemble(members, dict.fromkeys(members, 1.0))


@cache
def products() -> Items:
    return Items(
        IDS, {item: row for row, item in enumerate(IDS)}, vectors(), np.ones(SIZE, dtype=np.bool_),
        np.full(SIZE, 4.0), np.zeros(SIZE, dtype=np.int64), lambda: Features(vectors(), sparse.csr_matrix(vectors())),
    )  # fmt: skip


def profile(did: list[tuple[int, str]]) -> Profile:
    return Profile.of(Signal(IDS[row], kind) for row, kind in did)


def scores(past: Past) -> np.ndarray[Any, np.dtype[np.float32]]:
    return fitted().score(fitted().fold_in(past))


@settings(max_examples=60, deadline=None)
@given(SOMETHING, st.lists(st.integers(0, SIZE - 1), max_size=3, unique=True))
def test_without_the_cause_the_score_falls_by_its_effect_and_by_more_than_without_any_other(
    did: list[tuple[int, str]], searched: list[int]
) -> None:
    known = profile(did)
    asked = vectors()[searched] if searched else None
    past = Past.of(known, products().rows, asked)
    queries = [f"query {row}" for row in searched]
    rows = np.arange(SIZE)
    whole = scores(past)
    for row, cause in causes(fitted(), past, known, queries, products(), rows).items():
        if cause.kind is ReasonKind.ASKED:
            without = scores(past.unasked(queries.index(cause.words[0])))
        else:
            without = scores(past.without(products().rows[cause.item_id]))
            assert cause.signal == dict(zip(known.item_ids, known.kinds, strict=True))[cause.item_id]
            assert cause.model in fitted().members
        assert whole[row] - without[row] == pytest.approx(cause.effect, abs=1e-5)
        others = [scores(past.without(int(other))) for other in past.rows]
        assert all(whole[row] - other[row] <= cause.effect + 1e-5 for other in others)


def test_a_stranger_has_no_causes() -> None:
    nobody = Profile((), (), ())
    assert causes(fitted(), Past.of(nobody, products().rows), nobody, (), products(), np.arange(SIZE)) == {}


def test_a_search_is_the_cause_of_what_it_alone_brought_up() -> None:
    nobody = Profile((), (), ())
    past = Past.of(nobody, products().rows, vectors()[[3]])
    found = causes(fitted(), past, nobody, ["thing three"], products(), np.array([3]))
    assert (found[3].kind, found[3].words) == (ReasonKind.ASKED, ("thing three",))
    assert found[3].effect > 0
