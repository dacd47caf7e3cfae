"""How do a few hidden tastes, the same for everybody, score products for a person?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np

from recommender.personalisation.members.arrays import same_list
from recommender.personalisation.model import Recommender
from recommender.personalisation.past import Floats, Rows

__all__ = ["FactorRecommender"]


class FactorRecommender(Recommender[Floats]):
    """Every product is a short vector, and so is a person; the score is their inner product.

    `factors`: float32, shape (products, factors); a row of 0 is a product nobody met.
    """

    def __init__(self) -> None:
        self.factors: Floats = np.empty((0, 0), dtype=np.float32)

    def score(self, taste: Floats, rows: Rows | None = None) -> Floats:
        """The inner products."""
        scores: Floats = (self.factors if rows is None else self.factors[rows]) @ taste
        return scores

    def score_many(self, tastes: Sequence[Floats]) -> Floats:
        """The inner products, all at once."""
        scores: Floats = np.stack(tastes) @ self.factors.T
        return scores

    def similar(self, row: int) -> Floats:
        """The cosine of the two products' vectors, 0 for a product nobody met."""
        lengths = np.linalg.norm(self.factors, axis=1)
        cosines: Floats = self.score(self.factors[row]) / np.maximum(lengths * lengths[row], np.float32(1e-9))
        return cosines

    def _moved(self, rows: Rows) -> Floats:
        if same_list(rows, len(self.factors)):
            return self.factors
        moved = np.zeros((len(rows), self.factors.shape[1]), dtype=np.float32)
        moved[rows >= 0] = self.factors[rows[rows >= 0]]
        return moved

    def _with(self, factors: Floats) -> Self:
        self.factors = factors
        return self
