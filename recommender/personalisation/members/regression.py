"""What do the models have in common that foretell a product from others by regression?"""

from __future__ import annotations

from typing import ClassVar, Final

import scipy.sparse as sparse

from recommender.personalisation.members.item_item import KEPT, ItemItemRecommender
from recommender.personalisation.ridge import DENSE_PRODUCTS, regress

__all__ = ["RegressionRecommender"]

_DECAY: Final = 0.7


class RegressionRecommender(ItemItemRecommender):
    """What goes with what are the weights of a regression, in closed form up to `dense_products` products.

    `penalty` is what a squared weight costs, `PENALTY` when left out; `kept` weights of each product are kept.
    """

    PENALTY: ClassVar[float]

    def __init__(
        self,
        decay: float = _DECAY,
        *,
        penalty: float | None = None,
        dense_products: int = DENSE_PRODUCTS,
        kept: int = KEPT,
    ) -> None:
        super().__init__(decay)
        self._penalty = self.PENALTY if penalty is None else penalty
        self._dense_products = dense_products
        self._kept = kept

    def regress(self, gram: sparse.csr_matrix, moments: sparse.csr_matrix | None = None) -> sparse.csr_matrix:
        """The weights that foretell targets from inputs (see `ridge.regress`), shape (products, products)."""
        return regress(gram, moments, penalty=self._penalty, kept=self._kept, dense_products=self._dense_products)
