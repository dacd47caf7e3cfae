"""How does a matrix of what goes with what score products for a person?"""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import Final, NamedTuple, Self

import numpy as np
import scipy.sparse as sparse

from recommender.personalisation.features import Features
from recommender.personalisation.members.arrays import load_arrays, same_list, save_arrays
from recommender.personalisation.model import Recommender
from recommender.personalisation.past import Floats, Interactions, Past, Rows

__all__ = ["KEPT", "ItemItemRecommender", "ItemWeights"]

KEPT: Final = 400
"""How many numbers of a row are kept, the largest: this bounds the memory of a model."""


class ItemWeights(NamedTuple):
    """A person as the products they met and how much each counts."""

    rows: Rows
    weights: Floats


class ItemItemRecommender(Recommender[ItemWeights]):
    """Scores are the rows of what a person met, weighted and added.

    `goes_with[j, i]` says how much product i is wanted by somebody who met product j; float32, sparse, rows sorted.
    What a person met counts `decay` times as much for each product that they met later.
    """

    def __init__(self, decay: float) -> None:
        self.decay = decay
        self.goes_with = sparse.csr_matrix((0, 0), dtype=np.float32)

    @abstractmethod
    def learn(self, interactions: Interactions) -> sparse.csr_matrix:
        """`goes_with`, shape (products, products)."""

    def fit(self, interactions: Interactions) -> Self:
        """Learn what goes with what."""
        self.goes_with = self.learn(interactions).astype(np.float32)
        self.goes_with.sort_indices()
        return self

    def fold_in(self, past: Past) -> ItemWeights:
        """What the person met, the newest counting most."""
        return ItemWeights(past.rows, past.weights(self.decay))

    def score(self, taste: ItemWeights, rows: Rows | None = None) -> Floats:
        """The weighted sum of the rows of what the person met."""
        total = np.zeros(self.goes_with.shape[1], dtype=np.float32)
        starts, columns, values = self.goes_with.indptr, self.goes_with.indices, self.goes_with.data
        for row, weight in zip(taste.rows, taste.weights, strict=True):
            there = slice(starts[row], starts[row + 1])
            total[columns[there]] += weight * values[there]
        return total if rows is None else total[rows]

    def similar(self, row: int) -> Floats:
        """What somebody wants who met that product and nothing else."""
        return self.score(ItemWeights(np.array([row]), np.ones(1, dtype=np.float32)))

    def save(self, folder: Path) -> None:
        """Write the three arrays of the sparse matrix."""
        matrix = self.goes_with
        save_arrays(
            folder,
            starts=matrix.indptr,
            columns=matrix.indices,
            values=matrix.data,
            decay=np.array([self.decay], dtype=np.float32),
        )

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The model in `folder`."""
        starts, columns, values, decay = load_arrays(folder, "starts", "columns", "values", "decay")
        model = cls(float(decay[0]))
        size = len(starts) - 1
        model.goes_with = sparse.csr_matrix((values, columns, starts), shape=(size, size), copy=False)
        return model

    def onto(self, rows: Rows, features: Features) -> Self:
        """The same numbers at other places; products it never met go with nothing."""
        moved = type(self)(self.decay)
        if same_list(rows, self.goes_with.shape[0]):
            moved.goes_with = self.goes_with
            return moved
        known = np.flatnonzero(rows >= 0)
        move = sparse.csr_matrix(
            (np.ones(len(known), dtype=np.float32), (known, rows[known])), shape=(len(rows), self.goes_with.shape[0])
        )
        moved.goes_with = (move @ self.goes_with @ move.T).tocsr()
        moved.goes_with.sort_indices()
        return moved
