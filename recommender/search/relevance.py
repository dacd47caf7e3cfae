"""Which products does a text name, as against merely being a little like them?

Counting, price ranges and sorting by price need a set, not an order: "the cheapest laptop" is the cheapest of the
laptops, not of the whole catalogue.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.catalogue.facets import category_key
from recommender.index.generation import Generation
from recommender.index.terms import content_words, word_terms
from recommender.search.filters import holding
from recommender.understanding.query import Facet

__all__ = ["named"]

ALIKE: Final = 0.8
"""Share of the best score from which on a product counts as meant where no product holds the words themselves."""


def named(generation: Generation, text: str, scores: Callable[[], NDArray[np.float32]]) -> NDArray[np.bool_]:
    """The rows that `text` names: shape (products,), bool; every row for a text without words.

    The first of these that names anything in the whole catalogue decides, whatever the constraints leave of it:
    the products of the category that is called so; those with every content word in title, brand or categories; those
    with every content word anywhere; those whose score comes near the best (`scores()` gives every row's).
    """
    wanted = [term for word in content_words(text) for term in word_terms(word)]
    if not wanted:
        return np.ones(len(generation.ids), dtype=np.bool_)
    in_category = np.zeros(len(generation.ids), dtype=np.bool_)
    in_category[generation.columns.stating(Facet.CATEGORY, category_key(text))] = True
    for mask in (in_category, holding(generation, wanted, in_name=True), holding(generation, wanted)):
        if mask.any():
            return mask
    found = scores()
    return np.asarray(found >= ALIKE * found.max(initial=0.0))
