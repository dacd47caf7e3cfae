"""Which of the results of a search that are about as good is nearer to what this person likes?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from recommender.personalisation.recommender import Taste
from recommender.search.port import Hit, SearchResult

__all__ = ["NAMED_FROM", "POOL", "TASTE_LEG", "reordered"]

POOL: Final = 50
"""How many of the best results are looked through."""

TASTE_LEG: Final = "taste"

NAMED_FROM: Final = 0.3
"""Two products of one shop always have something in common; from here on it is worth telling."""


def reordered(result: SearchResult, tastes: Mapping[str, Taste], margin: float, limit: int) -> SearchResult:
    """The best `limit` hits once each gained `margin` times its nearness to the person's taste.

    Nearness is from 0 to 1: no result comes before one whose score is more than `margin` above its own. What a hit
    gained is a leg of its score like the others. Taste is named as a cause where it is at least `NAMED_FROM` and
    brought the hit before another one.
    """
    if not any(taste.nearness > 0 for taste in tastes.values()):
        return replace(result, hits=result.hits[:limit])
    hits = sorted((_closer(hit, tastes.get(hit.id), margin) for hit in result.hits), key=lambda hit: -hit.score)
    behind = {hit.id: place for place, hit in enumerate(result.hits)}
    named = [
        hit if any(behind[other.id] < behind[hit.id] for other in hits[place + 1 :]) else replace(hit, taste=None)
        for place, hit in enumerate(hits[:limit])
    ]
    return replace(result, hits=named, weights={**result.weights, TASTE_LEG: margin})


def _closer(hit: Hit, taste: Taste | None, margin: float) -> Hit:
    if taste is None or taste.nearness <= 0:
        return hit
    is_telling = taste.cause is not None and taste.nearness >= NAMED_FROM
    cause = replace(taste.cause, effect=margin * taste.cause.effect) if taste.cause is not None and is_telling else None
    legs = {**hit.legs, TASTE_LEG: taste.nearness}
    return replace(hit, score=hit.score + margin * taste.nearness, legs=legs, taste=cause)
