"""Which products foretell each other among everything that a person took?"""

from __future__ import annotations

from typing import ClassVar

import scipy.sparse as sparse

from recommender.personalisation.members.regression import RegressionRecommender
from recommender.personalisation.past import Interactions

__all__ = ["Ease"]


class Ease(RegressionRecommender):
    """The linear autoencoder EASE (Steck, WWW 2019), asked with a history that fades.

    Every product is regressed on all others over everybody's whole past; what a person did last counts most when they
    are scored. Beyond `dense_products` products each is regressed on its nearest alone.
    """

    name: ClassVar[str] = "ease"
    PENALTY: ClassVar[float] = 200.0

    def learn(self, interactions: Interactions) -> sparse.csr_matrix:
        """The regression's weights."""
        matrix = interactions.matrix()
        return self.regress((matrix.T @ matrix).tocsr())
