"""Which products are taken by the same people?"""

from __future__ import annotations

from typing import ClassVar, Final

import numpy as np
import scipy.sparse as sparse
from implicit.nearest_neighbours import all_pairs_knn

from recommender.personalisation.members.item_item import KEPT, ItemItemRecommender
from recommender.personalisation.past import Interactions

__all__ = ["ItemNeighbours"]

_DECAY: Final = 0.7
# Two products of one shared buyer each would be perfect neighbours; this many more buyers without the other are added.
_SHRINKAGE: Final = 10.0


class ItemNeighbours(ItemItemRecommender):
    """Cosine of the columns of people by products, shrunk for products with few people (Sarwar et al., WWW 2001)."""

    name: ClassVar[str] = "neighbours"

    def __init__(self, decay: float = _DECAY) -> None:
        super().__init__(decay)

    def learn(self, interactions: Interactions) -> sparse.csr_matrix:
        """The nearest neighbours of every product, by implicit's all-pairs search."""
        matrix = interactions.matrix()
        length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=0)).ravel() + _SHRINKAGE)
        scaled = (matrix @ sparse.diags(1 / length)).tocsr().astype(np.float64)
        if not scaled.nnz:
            return sparse.csr_matrix((len(interactions.ids),) * 2, dtype=np.float32)
        found = all_pairs_knn(scaled, KEPT + 1, show_progress=False, num_threads=1).tocsr()
        found.setdiag(0)
        found.eliminate_zeros()
        return found
