"""What do the texts of products say, for models that have to know one that nobody took yet?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from recommender.index.generation import Generation

__all__ = ["Features", "name_words"]


@dataclass(frozen=True, slots=True)
class Features:
    """The texts of products, row by row.

    `vectors`: unit rows of the encoder, float32, shape (products, dimension). `words`: unit rows over the terms of
    title, brand and categories and over brands, float32, sparse, shape (products, terms).
    """

    vectors: NDArray[np.float32]
    words: sparse.csr_matrix

    @classmethod
    def of(cls, generation: Generation) -> Self:
        """The texts as an index has them."""
        brands = generation.columns.brand
        branded = np.flatnonzero(brands >= 0)
        ones = np.ones(len(branded), dtype=np.float32)
        shape = (len(generation.columns.brand_names), len(generation.ids))
        by_brand = sparse.csr_matrix((ones, (brands[branded], branded)), shape=shape)
        return cls(generation.vectors, name_words(generation.lexical.names(), by_brand))

    def of_rows(self, rows: Sequence[int] | NDArray[np.intp]) -> Features:
        """The texts of some products, in that order."""
        return Features(self.vectors[rows], self.words[rows])


def name_words(*said: sparse.csr_matrix) -> sparse.csr_matrix:
    """Unit rows of products over what more than one of them says, the rarer the weightier (idf); float32.

    Args:
        said: terms by products, 1 where a product says the term; several are put below each other.
    """
    whole = sparse.vstack(said).tocsr()
    holders = np.diff(whole.indptr)
    shared = holders > 1
    rarity = np.log(whole.shape[1] / np.maximum(holders[shared], 1))
    weighted = (sparse.diags(rarity) @ whole[shared]).T.tocsr()
    length = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    return sparse.csr_matrix(sparse.diags(1 / np.maximum(length, 1e-9)) @ weighted, dtype=np.float32)
