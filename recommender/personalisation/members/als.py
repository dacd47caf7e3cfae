"""Which hidden tastes make what people took likely, and what they did not take a little unlikely?"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Final, Self

import numpy as np
import scipy.linalg
from implicit.cpu.als import AlternatingLeastSquares
from threadpoolctl import threadpool_limits

from recommender.personalisation.features import Features
from recommender.personalisation.members.arrays import load_arrays, save_arrays
from recommender.personalisation.members.factors import FactorRecommender
from recommender.personalisation.past import Floats, Interactions, Past, Rows

__all__ = ["ImplicitAls"]

_FACTORS: Final = 128
_REGULARISATION: Final = 1.0
_CONFIDENCE: Final = 10.0
_ITERATIONS: Final = 15
_DECAY: Final = 0.7
_SEED: Final = 0


class ImplicitAls(FactorRecommender):
    """Weighted matrix factorization by alternating least squares (Hu, Koren and Volinsky, ICDM 2008), by `implicit`.

    A person is folded in by the least squares of one alternation, over the products alone: the solution that training
    would give them if the products' vectors stayed as they are.
    """

    name: ClassVar[str] = "als"

    def __init__(
        self,
        factors: int = _FACTORS,
        *,
        regularisation: float = _REGULARISATION,
        confidence: float = _CONFIDENCE,
        iterations: int = _ITERATIONS,
        decay: float = _DECAY,
        threads: int = 1,
    ) -> None:
        super().__init__()
        self._count = factors
        self._regularisation = regularisation
        self._confidence = confidence
        self._iterations = iterations
        self._decay = decay
        self._threads = threads
        self._gram: Floats = np.empty((0, 0), dtype=np.float32)

    def fit(self, interactions: Interactions) -> Self:
        """Alternate."""
        matrix = interactions.matrix()
        with threadpool_limits(1, "blas"):
            model = AlternatingLeastSquares(
                self._count,
                regularization=self._regularisation,
                alpha=self._confidence,
                iterations=self._iterations,
                num_threads=self._threads,
                random_state=_SEED,
            )
            model.fit(matrix, show_progress=False)
        factors = np.asarray(model.item_factors, dtype=np.float32)
        factors[interactions.support == 0] = 0.0
        return self._with(factors)

    def fold_in(self, past: Past) -> Floats:
        """The least squares of the person's past; what was refused counts as wanted not at all, and surely so."""
        weights = np.float32(self._confidence) * past.weights(self._decay)
        vectors = self.factors[past.rows]
        system = self._gram + (vectors.T * np.abs(weights)) @ vectors
        wanted = np.maximum(weights, 0) + (weights > 0)
        taste: Floats = scipy.linalg.solve(system, wanted @ vectors, assume_a="pos", check_finite=False)
        return taste

    def save(self, folder: Path) -> None:
        """Write the products' vectors."""
        settings = np.array([self._regularisation, self._confidence, self._decay], dtype=np.float32)
        save_arrays(folder, factors=self.factors, settings=settings)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The model in `folder`."""
        factors, settings = load_arrays(folder, "factors", "settings")
        regularisation, confidence, decay = (float(value) for value in settings)
        model = cls(factors.shape[1], regularisation=regularisation, confidence=confidence, decay=decay)
        return model._with(factors)

    def onto(self, rows: Rows, features: Features) -> Self:
        """The same vectors at other places; 0 for a product it never met."""
        moved = type(self)(
            self._count, regularisation=self._regularisation, confidence=self._confidence, decay=self._decay
        )
        return moved._with(self._moved(rows))

    def _with(self, factors: Floats) -> Self:
        penalty = np.float32(self._regularisation) * np.eye(factors.shape[1], dtype=np.float32)
        self._gram = factors.T @ factors + penalty
        return super()._with(factors)
