"""Why is this product among the results of a search?"""

from __future__ import annotations

from collections.abc import Mapping

from recommender.explanation.reason import Reason, ReasonKind
from recommender.search.port import Hit
from recommender.understanding.query import Op, Query

__all__ = ["explain_hit"]

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
    met = [Reason(ReasonKind.CONSTRAINT, constraint=one) for one in query.constraints if one.op is not Op.NONE_OF]
    return [*sorted(moved, key=lambda reason: (-reason.effect, reason.kind)), *met]
