"""What is learned from grades about the order of what search found, and does it hold for queries never seen?"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from recommender.errors import BadInputError
from recommender.evaluation.retrieval import Comparison, compare
from recommender.evaluation.search import Measured, measure
from recommender.evaluation.trec import Judgements
from recommender.ranking.features import FEATURES, RISING, features
from recommender.ranking.model import BASE_WEIGHT, CANDIDATES
from recommender.search.engine import SearchEngine

if TYPE_CHECKING:
    from lightgbm import Booster

__all__ = [
    "FOLDS",
    "LEAST_QUERIES",
    "SIGNIFICANCE",
    "CrossValidated",
    "Found",
    "cross_validate",
    "find",
    "fit",
    "rerank",
]

FOLDS: Final = 5
LEAST_QUERIES: Final = 20
"""With fewer judged queries nothing is learned that would hold for others."""
SIGNIFICANCE: Final = 0.05
"""How likely chance alone may do as well, one-sided, for a ranker to serve."""
BEST_GRADE: Final = 3

# Few, shallow, slow trees and large leaves: there are tens of queries, not thousands.
_ROUNDS: Final = 60
_PARAMETERS: Final = {
    "objective": "lambdarank",
    "lambdarank_truncation_level": 20,
    "learning_rate": 0.05,
    "num_leaves": 6,
    "min_data_in_leaf": 40,
    "lambda_l2": 10.0,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "monotone_constraints": [int(name in RISING) for name in FEATURES],
    "seed": 0,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}


@dataclass(frozen=True)
class Found:
    """The candidates of one query, best first by fused score.

    `table` holds their features, shape (candidates, features); `grades` are whole, from 0 to 3, what nobody judged 0;
    `weights` say how sure each grade is.
    """

    query_id: str
    ids: Sequence[str]
    table: NDArray[np.float32]
    grades: NDArray[np.int64]
    weights: NDArray[np.float64]


@dataclass(frozen=True)
class CrossValidated:
    """How a ranker does on queries it was not trained on, beside the fused score on the same."""

    ranked: Measured
    fused: Measured

    @property
    def comparison(self) -> Comparison:
        """The paired test of nDCG@10."""
        return compare(self.ranked.ndcg, self.fused.ndcg)

    @property
    def passed(self) -> bool:
        """Whether the ranker is better on unseen queries, and not by chance."""
        comparison = self.comparison
        return comparison.mean_difference > 0 and comparison.p_value / 2 <= SIGNIFICANCE

    @property
    def detail(self) -> str:
        """The numbers in a line."""
        comparison = self.comparison
        return (
            f"nDCG@10 {self.ranked.mean_ndcg:.4f} against {self.fused.mean_ndcg:.4f} by fused score on "
            f"{len(comparison.differences)} queries, each judged by a model that never saw it "
            f"(p = {comparison.p_value / 2:.4f}, one-sided)"
        )


def find(
    engine: SearchEngine,
    queries: Mapping[str, str],
    judgements: Judgements,
    weights: Mapping[tuple[str, str], float] | None = None,
) -> list[Found]:
    """Search for every judged query and describe its candidates.

    Candidates that nobody judged count as grade 0, as in the measure, but half as surely.

    Args:
        engine: search by fused score.
        queries: texts by id.
        judgements: grades by query and product.
        weights: how sure the grade of a (query, product) is, 1 where it is not named.
    """
    sure = weights or {}
    return [
        _found(engine, query_id, text, judgements[query_id], sure)
        for query_id, text in queries.items()
        if query_id in judgements
    ]


def _found(
    engine: SearchEngine, query_id: str, text: str, judged: Mapping[str, int], sure: Mapping[tuple[str, str], float]
) -> Found:
    snapshot, rows, fused, legs = engine.candidates(text, CANDIDATES)
    ids = [snapshot.generation.ids[row] for row in rows]
    return Found(
        query_id,
        ids,
        features(snapshot, text, rows, fused, legs),
        np.array([min(max(judged.get(item, 0), 0), BEST_GRADE) for item in ids], dtype=np.int64),
        np.array([sure.get((query_id, item), 1.0) if item in judged else 0.5 for item in ids]),
    )


def fit(found: Sequence[Found]) -> Booster:
    """Train on the candidates of these queries.

    Raises:
        BadInputError: no query has candidates of different grades.
    """
    import lightgbm

    telling = [one for one in found if len(set(one.grades.tolist())) > 1]
    if not telling:
        raise BadInputError("No query has both good and bad products among what search finds: nothing can be learned.")
    table = np.concatenate([one.table for one in telling])
    data = lightgbm.Dataset(
        table,
        label=np.concatenate([one.grades for one in telling]),
        weight=np.concatenate([one.weights for one in telling]),
        group=[len(one.ids) for one in telling],
        init_score=BASE_WEIGHT * table[:, 0].astype(np.float64),
        feature_name=list(FEATURES),
        params={"verbosity": -1},
    )
    return lightgbm.train(dict(_PARAMETERS), data, num_boost_round=_ROUNDS)


def cross_validate(found: Sequence[Found], queries: Mapping[str, str], judgements: Judgements) -> CrossValidated:
    """Rank every query by a model that was trained on the others, in `FOLDS` parts drawn by the query's text.

    Raises:
        BadInputError: there are fewer than `LEAST_QUERIES` queries with a relevant product.
    """
    relevant = [one for one in found if any(grade > 0 for grade in judgements[one.query_id].values())]
    if len(relevant) < LEAST_QUERIES:
        raise BadInputError(
            f"{len(relevant)} judged queries have a relevant product, {LEAST_QUERIES} are needed to train a ranker."
        )
    drawn = sorted(found, key=lambda one: hashlib.sha256(queries[one.query_id].casefold().encode()).digest())
    ranked: dict[str, list[str]] = {}
    for fold in range(FOLDS):
        booster = fit([one for place, one in enumerate(drawn) if place % FOLDS != fold])
        for one in drawn[fold::FOLDS]:
            ranked[one.query_id] = rerank(booster, one)
    fused = {one.query_id: list(one.ids) for one in found}
    judged = {one.query_id: queries[one.query_id] for one in found}
    return CrossValidated(measure(ranked, judged, judgements), measure(fused, judged, judgements))


def rerank(booster: Booster, found: Found) -> list[str]:
    """The candidates' ids in the order of a trained model."""
    if not len(found.ids):
        return []
    scores = BASE_WEIGHT * found.table[:, 0] + np.asarray(booster.predict(found.table, num_threads=1))
    return [found.ids[place] for place in np.argsort(-scores, kind="stable")]
