"""In which order do the two legs together put what was found?

The fused score says how well a product fits, and means the same for every query. For the order alone there is better:

1. *Feedback* (Rocchio 1971, for vectors as in Li et al., "Pseudo relevance feedback with deep language models and dense
   retrievers", TOIS 2023). The query's vector moves towards the mean of the best products by fused score, and the
   cosine is taken anew: a word or two say little, the shop's own products for them say much.
2. *Reciprocal rank fusion* (Cormack, Clarke and Büttcher, SIGIR 2009) of words and that cosine. Deep down, what only
   one leg is sure of is not lost.

What each step adds on two public catalogues is in docs/numbers.md (benchmarks/search_quality.py).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["FEEDBACK_PRODUCTS", "POOL", "feedback", "order", "reordering"]

FEEDBACK_PRODUCTS: Final = 5
FEEDBACK_SHARE: Final = 0.4
"""So many of the best products are listened to, and so much they count for beside the query itself."""

POOL: Final = 500
"""So many of the best by each leg are put in order; the rest follows by fused score."""

_K: Final = 60

Floats = NDArray[np.float32]
Rows = NDArray[np.intp]


def feedback(query: Floats, vectors: Floats) -> Floats:
    """The query's vector after it has listened to the best products: shape (dimension,), a unit vector.

    Args:
        query: the query's vector, a unit vector.
        vectors: the unit vectors of the best products, shape (products, dimension).
    """
    if not len(vectors):
        return query
    moved = (1 - FEEDBACK_SHARE) * query + FEEDBACK_SHARE * vectors.mean(axis=0)
    return np.asarray(moved / max(float(np.linalg.norm(moved)), 1e-9), dtype=np.float32)


def order(lexical: Floats, dense: Floats, meaning: float = 0.5) -> Rows:
    """The places of a pool of products by reciprocal rank fusion, best first; equal ones keep their order.

    `meaning` is the share of `dense`, from 0 to 1; the rest is that of `lexical`.
    """
    shares = (1 - meaning) / (_K + 1 + _places(lexical)) + meaning / (_K + 1 + _places(dense))
    return np.argsort(-shares, kind="stable")


def reordering(pool: Rows, ordered: Rows, fused: Floats) -> Floats:
    """What to add to every product's fused score so that `pool` comes in the order `ordered`: shape (products,).

    The products share out the scores that they had, so they stay above the rest, and a score goes on meaning how well a
    product fits.

    Args:
        pool: rows of products.
        ordered: the same rows, best first.
        fused: every product's fused score, shape (products,).
    """
    added = np.zeros(len(fused), dtype=np.float32)
    added[ordered] = -np.sort(-fused[pool]) - fused[ordered]
    return added


def _places(scores: Floats) -> NDArray[np.intp]:
    places = np.empty(len(scores), dtype=np.intp)
    places[np.argsort(-scores, kind="stable")] = np.arange(len(scores))
    return places
