"""What can every recommendation model do?"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Generic, Self, TypeVar

import numpy as np

from recommender.personalisation.features import Features
from recommender.personalisation.past import Floats, Interactions, Past, Rows

__all__ = ["Recommender", "best"]

Taste = TypeVar("Taste")


class Recommender(ABC, Generic[Taste]):
    """A model that learns from what everybody did and scores every product for one person, who need not be among them.

    Products are rows: those of the `Interactions` it was fitted on, until `onto` moves it to another list. A fitted
    model does not change, so it can be used from several threads.
    """

    name: ClassVar[str]
    """What the model is called in tables, parts of a score and folders."""

    @abstractmethod
    def fit(self, interactions: Interactions) -> Self:
        """Learn from what everybody did, anew; the model itself."""

    @abstractmethod
    def fold_in(self, past: Past) -> Taste:
        """What the model understands of a person, from their past alone: nothing is retrained."""

    @abstractmethod
    def score(self, taste: Taste, rows: Rows | None = None) -> Floats:
        """How much a person of that taste wants each product, or each of `rows`; finite, and 0 for no opinion."""

    def score_many(self, tastes: Sequence[Taste]) -> Floats:
        """The scores of every product for several people: shape (people, products)."""
        return np.stack([self.score(taste) for taste in tastes])

    @abstractmethod
    def similar(self, row: int) -> Floats:
        """How well each product goes with the one in `row`."""

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Write the model into an empty folder."""

    @classmethod
    @abstractmethod
    def load(cls, folder: Path) -> Self:
        """The model that `save` wrote; large arrays are mapped, not read."""

    @abstractmethod
    def onto(self, rows: Rows, features: Features) -> Self:
        """The same model for another list of products.

        Args:
            rows: for each product of that list, its row in this one, -1 for a product that this model never met.
            features: what the texts of that list's products say.
        """

    def recommend(self, past: Past, limit: int, *, exclude: Rows | None = None) -> Rows:
        """The rows of the best products for a person, best first, without what they met and without `exclude`."""
        scores = np.array(self.score(self.fold_in(past)))
        scores[past.rows] = -np.inf
        if exclude is not None:
            scores[exclude] = -np.inf
        rows = best(scores, limit)
        return rows[scores[rows] > -np.inf]

    def similar_items(self, row: int, limit: int) -> Rows:
        """The rows of the products that go best with the one in `row`, best first, itself left out."""
        scores = np.array(self.similar(row))
        scores[row] = -np.inf
        rows = best(scores, limit)
        return rows[scores[rows] > -np.inf]


def best(scores: Floats, limit: int) -> Rows:
    """The rows of the highest scores, highest first; equal ones go by row."""
    if limit < len(scores):
        edge = np.partition(scores, len(scores) - limit)[len(scores) - limit] if limit else np.inf
        rows = np.flatnonzero(scores >= edge)
    else:
        rows = np.arange(len(scores))
    ordered: Rows = rows[np.lexsort((rows, -scores[rows]))][:limit]
    return ordered
