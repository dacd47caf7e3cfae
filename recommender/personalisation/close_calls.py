"""Which of the results of a search that are about as good is nearer to what this person likes?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from recommender.personalisation.recommender import Taste
from recommender.search.port import Hit, SearchResult

__all__ = ["POOL", "TASTE_LEG", "reordered"]

POOL: Final = 50
"""How many of the best results are looked through."""

TASTE_LEG: Final = "taste"


def reordered(result: SearchResult, tastes: Mapping[str, Taste], margin: float, limit: int) -> SearchResult:
    """The best `limit` hits once each gained `margin` times its nearness to the person's taste.

    Nearness is from 0 to 1: no result comes before one whose score is more than `margin` above its own. What a hit
    gained is a leg of its score like the others.
    """
    if not any(taste.nearness > 0 for taste in tastes.values()):
        return replace(result, hits=result.hits[:limit])
    hits = sorted((_closer(hit, tastes.get(hit.id), margin) for hit in result.hits), key=lambda hit: -hit.score)
    return replace(result, hits=hits[:limit], weights={**result.weights, TASTE_LEG: margin})


def _closer(hit: Hit, taste: Taste | None, margin: float) -> Hit:
    if taste is None or taste.nearness <= 0:
        return hit
    cause = None if taste.cause is None else replace(taste.cause, effect=margin * taste.cause.effect)
    legs = {**hit.legs, TASTE_LEG: taste.nearness}
    return replace(hit, score=hit.score + margin * taste.nearness, legs=legs, taste=cause)
