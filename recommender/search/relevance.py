"""Which products does a query name, as against merely being a little like it?

Counting, price ranges and sorting by price need a set, not an order: "the cheapest laptop" is the cheapest of the
laptops, not of the whole catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.catalogue.facets import category_key
from recommender.index.generation import Generation
from recommender.index.terms import terms
from recommender.search.expansion import PLAIN, Expansion, Wanted, holding_any
from recommender.understanding.query import Facet, Op, Query

__all__ = ["named", "nearest"]

LONGEST_NAME: Final = 2
"""More words than this describe a product ("wireless mouse for small hands") rather than call a kind of it."""
ALIKE: Final = 0.8
"""Share of the best score from which on a product counts as meant where no product holds the words themselves."""


def named(
    generation: Generation,
    query: Query,
    meeting: NDArray[np.bool_],
    scores: Callable[[], NDArray[np.float32]],
    expansion: Expansion = PLAIN,
) -> NDArray[np.bool_]:
    """The rows of `meeting` (those that meet the query's constraints) that its text names: shape (products,), bool.

    Words that a constraint asks for already ("red" where the colour has to be red) are settled by it. Of what is left,
    the first of these that names anything in the whole catalogue decides, whatever the constraints leave of it: the
    products of the category that is called so; those with every content word in title, brand or categories; those with
    every content word anywhere; those whose score comes near the best (`scores()` gives every row's). Without words
    left, every row is named.

    A word may be said in any way that `expansion` knows for it. A long phrase is no name but a description, which one
    product may hold by chance: where the constraints leave nothing of such products, it does not decide.
    """
    wanted = _unsettled(query, expansion)
    if not wanted:
        return meeting
    in_category = np.zeros(len(generation.ids), dtype=np.bool_)
    for said in _names(wanted):
        in_category[generation.columns.stating(Facet.CATEGORY, category_key(said))] = True
    for mask in (in_category, holding_any(generation, wanted, in_name=True), holding_any(generation, wanted)):
        is_name = _length(wanted) <= LONGEST_NAME
        if (mask if is_name else mask & meeting).any():
            return mask & meeting
    found = scores()
    return np.asarray(meeting & (found >= ALIKE * found.max(initial=0.0)))


def nearest(
    query: Query, meeting: NDArray[np.bool_], scores: NDArray[np.float32], expansion: Expansion = PLAIN
) -> NDArray[np.bool_]:
    """The rows of `meeting` that come near the best-scored of them, however far that is from what was described.

    None where the text is a name: the cheapest of the jackets under 10 is none where there is none.
    """
    if _length(_unsettled(query, expansion)) <= LONGEST_NAME:
        return np.zeros_like(meeting)
    best = scores[meeting].max(initial=0.0)
    return np.asarray(meeting & (scores > 0) & (scores >= ALIKE * best))


def _unsettled(query: Query, expansion: Expansion) -> list[Wanted]:
    asked_for = (constraint for constraint in query.constraints if constraint.op is Op.ANY_OF)
    settled = {term for constraint in asked_for for value in constraint.values for term in terms(value)}
    return [one for one in expansion.wanted(query.text) if not any(settled.issuperset(way.terms) for way in one.ways)]


def _names(wanted: Sequence[Wanted]) -> list[str]:
    """What the things may be called together: as written, and a single one in all its ways."""
    if len(wanted) == 1:
        return [way.said for way in wanted[0].ways]
    return [" ".join(one.ways[0].said for one in wanted)]


def _length(wanted: Sequence[Wanted]) -> int:
    return sum(len(one.words) for one in wanted)
