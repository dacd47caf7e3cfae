"""Does every model keep the contract?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from recommender.personalisation.members import (
    MEMBERS,
    Content,
    Ease,
    Ensemble,
    ImplicitAls,
    ItemNeighbours,
    Popularity,
    Svd,
    Transitions,
    Words,
)
from recommender.personalisation.model import Recommender
from tests.recommender.personalisation.members.recommender_contract import (
    SIZE,
    RecommenderContract,
    board_features,
    checkerboard,
)


class TestPopularity(RecommenderContract):
    personal = False

    def model(self) -> Recommender[Any]:
        return Popularity()


class TestItemNeighbours(RecommenderContract):
    def model(self) -> Recommender[Any]:
        return ItemNeighbours()


class TestSvd(RecommenderContract):
    def model(self) -> Recommender[Any]:
        return Svd(factors=2)


class TestImplicitAls(RecommenderContract):
    def model(self) -> Recommender[Any]:
        return ImplicitAls(factors=4)


class TestEase(RecommenderContract):
    def model(self) -> Recommender[Any]:
        return Ease(penalty=1.0)


class TestEasePieceByPiece(RecommenderContract):
    """As in a shop whose matrix is too large to invert."""

    def model(self) -> Recommender[Any]:
        return Ease(penalty=1.0, dense_products=4)


class TestTransitions(RecommenderContract):
    def model(self) -> Recommender[Any]:
        return Transitions()


class TestTransitionsPieceByPiece(RecommenderContract):
    """As in a shop whose matrix is too large to invert."""

    def model(self) -> Recommender[Any]:
        return Transitions(dense_products=4)


class TestContent(RecommenderContract):
    def model(self) -> Recommender[Any]:
        return Content()


class TestWords(RecommenderContract):
    def model(self) -> Recommender[Any]:
        return Words()


class TestEnsemble(RecommenderContract):
    def model(self) -> Recommender[Any]:
        return Ensemble({"ease": Ease(penalty=1.0), "content": Content(), "popularity": Popularity()})


def test_no_model_escapes_the_contract() -> None:
    tested = {contract().model().name for contract in RecommenderContract.__subclasses__()}
    assert tested == {*MEMBERS, Ensemble.name}


def test_over_the_list_it_was_trained_on_a_loaded_model_stays_mapped(tmp_path: Path) -> None:
    every = np.arange(SIZE)
    Ease(penalty=1.0).fit(checkerboard()).save(tmp_path / "ease")
    Svd(factors=2).fit(checkerboard()).save(tmp_path / "svd")
    ease, svd = Ease.load(tmp_path / "ease"), Svd.load(tmp_path / "svd")
    assert np.shares_memory(ease.onto(every, board_features()).goes_with.data, ease.goes_with.data)
    assert np.shares_memory(svd.onto(every, board_features()).factors, svd.factors)
