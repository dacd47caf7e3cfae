"""How good is a ranking against graded judgements, and is one ranking really better than another?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import permutation_test

__all__ = ["Comparison", "compare", "ndcg", "recall"]

Grades = Mapping[str, int]

_RESAMPLES = 10_000
_SEED = 0


def ndcg(ranking: Sequence[str], grades: Grades, depth: int = 10) -> float | None:
    """Normalised discounted cumulative gain of the first `depth` (Järvelin and Kekäläinen, TOIS 2002).

    The gain is 2^grade - 1, what is not judged gains 0, rank r is discounted by log2(r + 1), and the ideal is made of
    all judged documents. None for a query without any document of a positive grade: no ranking could gain there.
    """
    ideal = _discounted(sorted(grades.values(), reverse=True)[:depth])
    if ideal == 0:
        return None
    return _discounted([grades.get(document, 0) for document in ranking[:depth]]) / ideal


def recall(ranking: Sequence[str], grades: Grades, depth: int = 100, least: int = 2) -> float | None:
    """Share of the documents with at least grade `least` among the first `depth`; None where there are none."""
    relevant = {document for document, grade in grades.items() if grade >= least}
    return len(relevant.intersection(ranking[:depth])) / len(relevant) if relevant else None


@dataclass(frozen=True)
class Comparison:
    """By how much one system beats another, query by query, and how likely chance alone would do as much."""

    mean_difference: float
    p_value: float
    differences: dict[str, float]

    def largest(self, count: int) -> tuple[list[tuple[str, float]], list[tuple[str, float]]]:
        """The `count` biggest wins and the `count` biggest losses, largest first."""
        ordered = sorted(self.differences.items(), key=lambda item: (item[1], item[0]))
        wins = [item for item in reversed(ordered) if item[1] > 0][:count]
        return wins, [item for item in ordered if item[1] < 0][:count]


def compare(ours: Mapping[str, float], theirs: Mapping[str, float]) -> Comparison:
    """A paired randomisation test of the mean over the queries that both have a value for, two-sided.

    The sign of each query's difference is flipped at random, 10,000 times with a fixed seed (Smucker, Allan and
    Carterette, "A comparison of statistical significance tests for information retrieval evaluation", CIKM 2007); up to
    13 queries, all sign patterns are tried instead.

    Raises:
        ValueError: no query has a value in both.
    """
    shared = sorted(ours.keys() & theirs.keys())
    if not shared:
        raise ValueError("no query was measured in both runs")
    differences = np.array([ours[query] - theirs[query] for query in shared])
    outcome = permutation_test(
        (differences,),
        _mean,
        permutation_type="samples",
        vectorized=True,
        n_resamples=_RESAMPLES,
        rng=np.random.default_rng(_SEED),
    )
    return Comparison(
        float(differences.mean()), float(outcome.pvalue), dict(zip(shared, differences.tolist(), strict=True))
    )


def _mean(differences: NDArray[np.float64], axis: int = -1) -> NDArray[np.float64]:
    return np.asarray(differences.mean(axis=axis))


def _discounted(grades: Sequence[int]) -> float:
    gains = np.exp2(np.asarray(grades, dtype=np.float64)) - 1
    return float((gains / np.log2(np.arange(2, len(gains) + 2))).sum())
