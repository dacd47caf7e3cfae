"""Which products foretell each other among everything that a person took?"""

from __future__ import annotations

from typing import ClassVar, Final

import scipy.sparse as sparse

from recommender.personalisation.members.item_item import KEPT, ItemItemRecommender
from recommender.personalisation.past import Interactions
from recommender.personalisation.ridge import DENSE_PRODUCTS, regress

__all__ = ["Ease"]

_DECAY: Final = 0.7
_PENALTY: Final = 200.0


class Ease(ItemItemRecommender):
    """The linear autoencoder EASE (Steck, WWW 2019), asked with a history that fades.

    Every product is regressed on all others over everybody's whole past; what a person did last counts most when they
    are scored. Beyond `dense_products` products each is regressed on its nearest alone.
    """

    name: ClassVar[str] = "ease"

    def __init__(
        self,
        decay: float = _DECAY,
        *,
        penalty: float = _PENALTY,
        dense_products: int = DENSE_PRODUCTS,
        kept: int = KEPT,
    ) -> None:
        super().__init__(decay)
        self._penalty = penalty
        self._dense_products = dense_products
        self._kept = kept

    def learn(self, interactions: Interactions) -> sparse.csr_matrix:
        """The regression's weights."""
        matrix = interactions.matrix()
        gram = (matrix.T @ matrix).tocsr()
        return regress(gram, None, penalty=self._penalty, kept=self._kept, dense_products=self._dense_products)
