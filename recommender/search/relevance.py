"""Which products does a query name, as against merely being a little like it?

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
from recommender.index.terms import content_words, terms, word_terms
from recommender.search.filters import holding
from recommender.understanding.query import Facet, Op, Query

__all__ = ["named"]

ALIKE: Final = 0.8
"""Share of the best score from which on a product counts as meant where no product holds the words themselves."""


def named(generation: Generation, query: Query, scores: Callable[[], NDArray[np.float32]]) -> NDArray[np.bool_]:
    """The rows that the query's text names: shape (products,), bool; its constraints are not applied.

    Words that a constraint asks for already ("red" where the colour has to be red) are settled by it. Of what is left,
    the first of these that names anything in the whole catalogue decides, whatever the constraints leave of it: the
    products of the category that is called so; those with every content word in title, brand or categories; those with
    every content word anywhere; those whose score comes near the best (`scores()` gives every row's). Without words
    left, every row is named.
    """
    words = _unsettled(query)
    if not words:
        return np.ones(len(generation.ids), dtype=np.bool_)
    wanted = [term for word in words for term in word_terms(word)]
    in_category = np.zeros(len(generation.ids), dtype=np.bool_)
    in_category[generation.columns.stating(Facet.CATEGORY, category_key(" ".join(words)))] = True
    for mask in (in_category, holding(generation, wanted, in_name=True), holding(generation, wanted)):
        if mask.any():
            return mask
    found = scores()
    return np.asarray(found >= ALIKE * found.max(initial=0.0))


def _unsettled(query: Query) -> list[str]:
    asked_for = (constraint for constraint in query.constraints if constraint.op is Op.ANY_OF)
    settled = {term for constraint in asked_for for value in constraint.values for term in terms(value)}
    return [word for word in content_words(query.text) if not settled.issuperset(word_terms(word))]
