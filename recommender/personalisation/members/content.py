"""Which products are like what this person liked and asked for?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final, Self

import numpy as np

from recommender.personalisation.features import Features
from recommender.personalisation.model import Recommender
from recommender.personalisation.past import Floats, Interactions, Past, Rows

__all__ = ["Content"]

_DECAY: Final = 0.7
_MOST_ITEMS: Final = 50
# Who searched for something wants it less surely than who put it into the cart, and more than who looked.
_QUERY_STRENGTH: Final = 0.5
_QUERY_DECAY: Final = 0.5
# A person of whom little is known stays nearer to what everybody likes.
_DOUBT: Final = 0.5


class Content(Recommender[Floats]):
    """A person is a direction among the encoder's vectors: towards what they liked, away from what they did not.

    It knows a product from the minute its text is embedded, and needs nobody else's past. The direction is the mean of
    the vectors of what the person met and asked, weighted by strength and recency, drawn towards 0 where little is
    known; the score is its inner product with the product's vector, from -1 to 1.
    """

    name: ClassVar[str] = "content"

    def __init__(self, vectors: Floats | None = None, decay: float = _DECAY) -> None:
        """A model of products whose unit vectors, shape (products, dimension), are known already, or of none yet."""
        self._vectors = np.empty((0, 0), dtype=np.float32) if vectors is None else vectors
        self._decay = decay

    def fit(self, interactions: Interactions) -> Self:
        """Take the products' vectors: nothing is learned from people."""
        self._vectors = interactions.features.vectors
        return self

    def fold_in(self, past: Past) -> Floats:
        """The person's direction, shape (dimension,); 0 for a person of whom nothing is known."""
        asked = np.float32(_QUERY_STRENGTH) * np.float32(_QUERY_DECAY) ** np.arange(len(past.asked), dtype=np.float32)
        rows, weights = drawn_to(past, self._decay, float(asked.sum()))
        direction = np.asarray(weights @ self._vectors[rows], dtype=np.float32)
        if len(past.asked):
            direction += (asked / np.float32(_known(past, self._decay, float(asked.sum())))) @ past.asked
        return direction

    def score(self, taste: Floats, rows: Rows | None = None) -> Floats:
        """The inner product of the direction and the products' vectors."""
        scores: Floats = (self._vectors if rows is None else self._vectors[rows]) @ taste
        return scores

    def score_many(self, tastes: Sequence[Floats]) -> Floats:
        """The inner products, all at once."""
        scores: Floats = np.stack(tastes) @ self._vectors.T
        return scores

    def similar(self, row: int) -> Floats:
        """The cosine of the two products' vectors."""
        return self.score(self._vectors[row])

    def save(self, folder: Path) -> None:
        """Write nothing: the vectors belong to the catalogue's index, and `onto` brings those of today."""
        folder.mkdir(parents=True, exist_ok=True)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """A model without vectors, until `onto`."""
        return cls()

    def onto(self, rows: Rows, features: Features) -> Self:
        """The same way of scoring, for those vectors."""
        return type(self)(features.vectors, self._decay)


def drawn_to(past: Past, decay: float, asked: float = 0.0) -> tuple[Rows, Floats]:
    """The products whose texts say what a person is drawn to, and their weights, which sum up to less than 1.

    Weights are strength and recency, divided by all that is known of the person and a doubt beside it.

    Args:
        past: what the person did.
        decay: how much less each product counts for every one that came after.
        asked: the weight of what is known besides.
    """
    weights = past.weights(decay)[:_MOST_ITEMS]
    return past.rows[:_MOST_ITEMS], weights / np.float32(_known(past, decay, asked))


def _known(past: Past, decay: float, asked: float) -> float:
    return float(np.abs(past.weights(decay)[:_MOST_ITEMS]).sum()) + asked + _DOUBT
