"""Why is this product among the results of a search, and why at this place?"""

from __future__ import annotations

from collections.abc import Mapping

from recommender.catalogue.product import Product
from recommender.explanation.reason import Reason, ReasonKind
from recommender.search.port import Hit
from recommender.understanding.query import Facet, Op, Query, Sort

__all__ = ["explain_hit", "explain_place"]

_FIRST = {Sort.PRICE_ASC: ReasonKind.CHEAPEST, Sort.PRICE_DESC: ReasonKind.DEAREST}
_LEG_KINDS = {"lexical": ReasonKind.WORDS, "dense": ReasonKind.MEANING, "popularity": ReasonKind.POPULAR}


def explain_hit(hit: Hit, query: Query, weights: Mapping[str, float]) -> list[Reason]:
    """The causes of a hit: the legs that gave it points, strongest first, then the conditions that it meets.

    A leg's effect is its weighted part of the score, which is what the score loses without it. Words that matched are
    named only if their leg gave points; meaning is named only where there was a text to mean something.

    Args:
        hit: a result of the search for `query`.
        query: what was searched.
        weights: what each leg counted for, from the same `SearchResult`.
    """
    moved = []
    for leg, value in hit.legs.items():
        kind, effect = _LEG_KINDS.get(leg), value * weights.get(leg, 0.0)
        if kind is None or effect <= 0 or (kind is ReasonKind.WORDS and not hit.matched):
            continue
        if kind is ReasonKind.MEANING and not query.text:
            continue
        moved.append(Reason(kind, effect, words=hit.matched if kind is ReasonKind.WORDS else ()))
    if hit.taste is not None:
        moved.append(hit.taste)
    met = [Reason(ReasonKind.CONSTRAINT, constraint=one) for one in query.constraints if one.op is not Op.NONE_OF]
    return [*sorted(moved, key=lambda reason: (-reason.effect, reason.kind)), *met]


def explain_place(product: Product, query: Query, *, leads: bool) -> list[Reason]:
    """What of the product's record decided its place in the answer to `query`: its rating, or its price.

    Without words results come by the number of their ratings, so that number is the cause.

    Args:
        product: the record of a result.
        query: what was searched.
        leads: whether the product is the very first of the list.
    """
    reasons = []
    if leads and product.price is not None and query.sort in _FIRST:
        reasons.append(Reason(_FIRST[query.sort]))
    by_count = query.sort is Sort.RELEVANCE and not query.text
    by_rating = query.sort is Sort.RATING or any(one.facet is Facet.RATING for one in query.constraints)
    if product.rating is not None and product.rating_count > 0 and (by_count or by_rating):
        reasons.append(Reason(ReasonKind.RATED, rating=product.rating, rating_count=product.rating_count))
    return reasons
