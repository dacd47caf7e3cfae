"""Which products are named like what this person liked?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final, Self

import numpy as np
import scipy.sparse as sparse

from recommender.personalisation.features import Features
from recommender.personalisation.members.content import drawn_to
from recommender.personalisation.model import Recommender
from recommender.personalisation.past import Floats, Interactions, Past, Rows

__all__ = ["Words"]

_DECAY: Final = 0.7


class Words(Recommender[Floats]):
    """A person is the words and brands of what they took: what a model of meaning blurs.

    Like `Content`, it needs nobody else's past; the score is the inner product of the person's weighted mean and the
    product's words, rare ones weighing most (tf-idf with cosine: Lops, de Gemmis and Semeraro, 2011).
    """

    name: ClassVar[str] = "words"

    def __init__(self, words: sparse.csr_matrix | None = None, decay: float = _DECAY) -> None:
        """A model of products whose words, shape (products, terms), are known already, or of none yet."""
        self._words = sparse.csr_matrix((0, 0), dtype=np.float32) if words is None else words
        self._decay = decay

    def fit(self, interactions: Interactions) -> Self:
        """Take the products' words: nothing is learned from people."""
        self._words = interactions.features.words
        return self

    def fold_in(self, past: Past) -> Floats:
        """The weighted mean of the words of what the person met, shape (terms,)."""
        rows, weights = drawn_to(past, self._decay)
        taste: Floats = self._words[rows].T @ weights
        return taste

    def score(self, taste: Floats, rows: Rows | None = None) -> Floats:
        """The inner product of the person's words and the products'."""
        scores: Floats = (self._words if rows is None else self._words[rows]) @ taste
        return scores

    def score_many(self, tastes: Sequence[Floats]) -> Floats:
        """The inner products, all at once."""
        scores: Floats = (self._words @ np.stack(tastes, axis=1)).T
        return scores

    def similar(self, row: int) -> Floats:
        """The cosine of the two products' words."""
        return self.score(self._words[[row]].toarray()[0])

    def save(self, folder: Path) -> None:
        """Write nothing: the words belong to the catalogue's index, and `onto` brings those of today."""
        folder.mkdir(parents=True, exist_ok=True)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """A model without words, until `onto`."""
        return cls()

    def onto(self, rows: Rows, features: Features) -> Self:
        """The same way of scoring, for those words."""
        return type(self)(features.words, self._decay)
