"""Which of the products that a person wants make a good list: near to what they want, and not all the same?"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.personalisation.past import Floats, Rows

__all__ = ["TWINS", "varied"]

TWINS: Final = 0.95
"""From this cosine on two products are variants of one: the second waits until there is nothing else."""

_LAST: Final = 1e3
_ALL_ALIKE: Final = 0.9


def varied(score: Floats, vectors: Floats, limit: int, variety: float, *, shown: Floats | None = None) -> Rows:
    """The places of at most `limit` products, in the order of a list.

    One after the other the product is taken that is worth most by then: its score, scaled to 0 for the worst and 1 for
    the best, less `variety` times its likeness to everything that is in the list already. That is maximal marginal
    relevance (Carbonell and Goldstein, SIGIR 1998) with the sum in the maximum's place, which is how a list with the
    greatest distances in all is approached (Borodin et al., PODS 2012): the fifth lamp has to be better than the second
    one. Likeness is the cosine, scaled so that two products that are as near as any two of them count 0. Variants of
    what is in the list come after everything else. Equal ones go by place.

    Args:
        score: how much the person wants each product; shape (products,).
        vectors: unit rows; shape (products, dimension).
        limit: how long the list gets.
        variety: the knob: 0 orders by score alone, 1 hardly looks at it.
        shown: unit rows of what the list comes after, such as the page before.
    """
    if not len(score):
        return np.empty(0, dtype=np.intp)
    low, high = float(score.min()), float(score.max())
    worth = (score - low).astype(np.float64) / max(high - low, 1e-9)
    centre = vectors.mean(axis=0)
    usual = min(float(centre @ centre), _ALL_ALIKE)
    is_variant = np.zeros(len(score), dtype=np.bool_)
    chosen: list[int] = []
    for before in () if shown is None else shown:
        cosines = vectors @ before
        worth -= variety * _likeness(cosines, usual)
        is_variant |= cosines >= TWINS
    for _ in range(min(limit, len(score))):
        place = int((worth - _LAST * is_variant).argmax())
        chosen.append(place)
        cosines = vectors @ vectors[place]
        worth -= variety * _likeness(cosines, usual)
        is_variant |= cosines >= TWINS
        worth[place] = -np.inf
    return np.array(chosen, dtype=np.intp)


def _likeness(cosines: Floats, usual: float) -> NDArray[np.float64]:
    """0 for what is as near as any two products are, whose mean cosine is `usual`; 1 for the very same."""
    return np.asarray(np.maximum(cosines - usual, 0.0) / (1.0 - usual), dtype=np.float64)
