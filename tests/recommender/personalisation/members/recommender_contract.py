"""What every model has to do, on a matrix whose right answers are provable; each model's tests inherit this.

The matrix is a checkerboard, as in implicit's own tests: people with even numbers take products with even numbers,
people with odd numbers odd ones, each all but the one of their own number. So the one that person i has not met, of
those that people like them take, is product i.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sparse

from recommender.personalisation.features import Features
from recommender.personalisation.model import Recommender
from recommender.personalisation.past import Interactions, Past

SIZE = 24
IDS = [f"product-{number:02d}" for number in range(SIZE)]


def board_vectors(size: int = SIZE) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Even products point one way, odd ones another, each with a little of its own."""
    vectors = np.zeros((size, size + 2), dtype=np.float32)
    vectors[np.arange(size), np.arange(size)] = 0.2
    vectors[np.arange(size), size + np.arange(size) % 2] = 1.0
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def board_features(size: int = SIZE) -> Features:
    """What the texts of the board's products say: the same in vectors and in words."""
    vectors = board_vectors(size)
    return Features(vectors, sparse.csr_matrix(vectors))


def checkerboard(size: int = SIZE) -> Interactions:
    """Person i took the products of their parity but product i, in an order that turns with i."""
    met = []
    for person in range(size):
        same = [row for row in range(person % 2, size, 2) if row != person]
        met.append(same[person // 2 :] + same[: person // 2])
    return Interactions(
        IDS[:size],
        board_features(size),
        np.cumsum([0, *(len(one) for one in met)]),
        np.concatenate(met).astype(np.int32),
        np.ones(sum(len(one) for one in met), dtype=np.float32),
    )


def past(*rows: int, strengths: tuple[float, ...] | None = None) -> Past:
    """Somebody who met those products, newest first."""
    return Past(np.array(rows, dtype=np.intp), np.array(strengths or [1.0] * len(rows), dtype=np.float32))


class RecommenderContract(ABC):
    """Tests of a model that learns who takes what."""

    personal = True
    """Whether two people may get different lists."""

    @abstractmethod
    def model(self) -> Recommender[Any]:
        """A fresh model, small enough for the board."""

    @pytest.fixture
    def fitted(self) -> Recommender[Any]:
        return self.model().fit(checkerboard())

    def test_what_somebody_has_not_met_of_their_kind_comes_first(self, fitted: Recommender[Any]) -> None:
        if not self.personal:
            pytest.skip("everybody gets the same")
        board = checkerboard()
        for person in range(SIZE):
            assert fitted.recommend(board.past(person), 1)[0] == person

    def test_nothing_met_or_excluded_is_recommended_and_the_rest_is_once(self, fitted: Recommender[Any]) -> None:
        rows = list(fitted.recommend(past(0, 2, 4), SIZE, exclude=np.array([6])))
        assert sorted(rows) == sorted(set(range(SIZE)) - {0, 2, 4, 6})

    def test_a_list_is_as_long_as_asked_and_a_shorter_one_is_its_beginning(self, fitted: Recommender[Any]) -> None:
        long = list(fitted.recommend(past(0, 2), 10))
        assert len(long) == 10
        assert list(fitted.recommend(past(0, 2), 3)) == long[:3]
        assert list(fitted.recommend(past(0, 2), 0)) == []

    def test_scores_are_finite_float32_one_a_product_also_for_a_stranger(self, fitted: Recommender[Any]) -> None:
        for somebody in (past(), past(1, 3), past(5, strengths=(-1.0,))):
            scores = fitted.score(fitted.fold_in(somebody))
            assert scores.shape == (SIZE,)
            assert scores.dtype == np.float32
            assert np.isfinite(scores).all()

    def test_some_rows_have_the_scores_they_have_among_all(self, fitted: Recommender[Any]) -> None:
        taste, rows = fitted.fold_in(past(1, 3, 8)), np.array([7, 0, 3])
        assert fitted.score(taste, rows) == pytest.approx(fitted.score(taste)[rows], abs=1e-6)

    def test_many_people_at_once_get_what_each_gets_alone(self, fitted: Recommender[Any]) -> None:
        tastes = [fitted.fold_in(past(1, 3)), fitted.fold_in(past()), fitted.fold_in(past(4))]
        together = fitted.score_many(tastes)
        assert together.shape == (3, SIZE)
        for scores, taste in zip(together, tastes, strict=True):
            assert scores == pytest.approx(fitted.score(taste), abs=1e-5)

    def test_products_of_one_kind_are_similar(self, fitted: Recommender[Any]) -> None:
        if not self.personal:
            pytest.skip("everything goes with what is popular")
        for row in range(SIZE):
            assert {int(one) % 2 for one in fitted.similar_items(row, 4)} == {row % 2}
            assert row not in fitted.similar_items(row, SIZE)

    def test_what_was_saved_and_loaded_scores_the_same(self, fitted: Recommender[Any], tmp_path: Path) -> None:
        fitted.save(tmp_path / "model")
        loaded = type(fitted).load(tmp_path / "model").onto(np.arange(SIZE), board_features())
        somebody = past(2, 4, 9)
        assert loaded.score(loaded.fold_in(somebody)) == pytest.approx(fitted.score(fitted.fold_in(somebody)), abs=1e-6)

    def test_in_another_list_every_product_keeps_its_score(self, fitted: Recommender[Any]) -> None:
        order = np.random.default_rng(0).permutation(SIZE)
        moved = fitted.onto(order, board_features().of_rows(order))
        place = np.argsort(order)
        theirs = moved.score(moved.fold_in(past(*place[[2, 4, 9]])))
        assert theirs == pytest.approx(fitted.score(fitted.fold_in(past(2, 4, 9)))[order], abs=1e-5)

    def test_a_product_it_never_met_is_no_reason_to_fail(self, fitted: Recommender[Any]) -> None:
        grown = board_features().of_rows([*range(SIZE), 0])
        moved = fitted.onto(np.append(np.arange(SIZE), -1), grown)
        scores = moved.score(moved.fold_in(past(SIZE, 2, 4)))
        assert scores.shape == (SIZE + 1,)
        assert np.isfinite(scores).all()
        assert np.isfinite(moved.similar(SIZE)).all()

    def test_the_same_past_gives_the_same_model(self) -> None:
        first, second = (self.model().fit(checkerboard()) for _ in range(2))
        somebody = past(3, 5)
        assert (first.score(first.fold_in(somebody)) == second.score(second.fold_in(somebody))).all()

    def test_fitting_again_forgets_what_was_learned_before(self) -> None:
        fewer = checkerboard(SIZE - 4)
        again = self.model().fit(checkerboard()).fit(fewer)
        only = self.model().fit(fewer)
        somebody = past(3, 5)
        assert again.score(again.fold_in(somebody)) == pytest.approx(only.score(only.fold_in(somebody)), abs=1e-6)

    def test_a_shop_without_any_past_gives_no_opinion_and_no_error(self) -> None:
        nobody = Interactions(
            IDS,
            board_features(),
            np.zeros(1, dtype=np.int64),
            np.empty(0, dtype=np.int32),
            np.empty(0, dtype=np.float32),
        )
        model = self.model().fit(nobody)
        assert np.isfinite(model.score(model.fold_in(past(1)))).all()
