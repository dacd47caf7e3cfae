"""Which few directions explain most of what people take?"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Final, Self

import numpy as np
from sklearn.utils.extmath import randomized_svd

from recommender.personalisation.features import Features
from recommender.personalisation.members.arrays import load_arrays, save_arrays
from recommender.personalisation.members.factors import FactorRecommender
from recommender.personalisation.past import Floats, Interactions, Past, Rows

__all__ = ["Svd"]

_FACTORS: Final = 256
_DECAY: Final = 0.7
_SEED: Final = 0


class Svd(FactorRecommender):
    """Truncated singular value decomposition, as PureSVD (Cremonesi, Koren and Turrin, RecSys 2010).

    Columns are divided by the root of their length first, so that the directions are not spent on what is popular
    alone; a person is projected onto them.
    """

    name: ClassVar[str] = "svd"

    def __init__(self, factors: int = _FACTORS, decay: float = _DECAY) -> None:
        super().__init__()
        self._count = factors
        self._decay = decay

    def fit(self, interactions: Interactions) -> Self:
        """Decompose people by products."""
        matrix = interactions.matrix()
        length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=0)).ravel())
        matrix.data /= np.sqrt(length)[matrix.indices]
        count = min(self._count, matrix.shape[0], matrix.shape[1])
        if count and matrix.nnz:
            _, _, directions = randomized_svd(matrix, count, random_state=_SEED)
            return self._with(np.ascontiguousarray(directions.T, dtype=np.float32))
        return self._with(np.zeros((matrix.shape[1], 1), dtype=np.float32))

    def fold_in(self, past: Past) -> Floats:
        """The person's past, newest counting most, projected onto the directions."""
        taste: Floats = past.weights(self._decay) @ self.factors[past.rows]
        return taste

    def save(self, folder: Path) -> None:
        """Write the directions."""
        save_arrays(folder, factors=self.factors, decay=np.array([self._decay], dtype=np.float32))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The model in `folder`."""
        factors, decay = load_arrays(folder, "factors", "decay")
        return cls(factors.shape[1], float(decay[0]))._with(factors)

    def onto(self, rows: Rows, features: Features) -> Self:
        """The same vectors at other places; 0 for a product it never met."""
        return type(self)(self._count, self._decay)._with(self._moved(rows))
