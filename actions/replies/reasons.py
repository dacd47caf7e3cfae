"""Why is this product in the list, in a few true words?

Only what really put it there is named: the words that the lexical leg matched, the meaning when that leg carried the
score, the conditions it had to meet, the order that was asked for. Take one away and the score or the list is another.
"""

from __future__ import annotations

from actions.dialogue.state import Listing
from actions.replies.labels import constraint_label
from actions.replies.phrases import Phrases
from recommender.search.port import Hit
from recommender.settings import Settings
from recommender.understanding.query import Op, Query, Sort

__all__ = ["contributions", "reasons_for"]

_NAMED_WORDS = 4
_NAMED_CONSTRAINTS = 3


def contributions(hit_legs: dict[str, float], weights: dict[str, float]) -> dict[str, float]:
    """How much of the score each leg gave, biggest first; legs that gave nothing are left out."""
    parts = {leg: value * weights.get(leg, 1.0) for leg, value in hit_legs.items()}
    return dict(sorted(((leg, part) for leg, part in parts.items() if part > 0), key=lambda one: (-one[1], one[0])))


def reasons_for(hit: Hit, query: Query, listing: Listing, phrases: Phrases, settings: Settings) -> list[str]:
    """The reasons of one hit, strongest first."""
    if listing.surface == "similar":
        return [phrases.say("reason.similar")]
    reasons = []
    parts = contributions(hit.legs, listing.weights)
    if hit.matched and parts.get("lexical"):
        reasons.append(phrases.say("reason.words", words=", ".join(f"“{word}”" for word in hit.matched[:_NAMED_WORDS])))
    if parts and next(iter(parts)) == "dense" and query.text:
        reasons.append(phrases.say("reason.meaning"))
    met = [one for one in query.constraints if one.op is not Op.NONE_OF][:_NAMED_CONSTRAINTS]
    if met:
        labels = ", ".join(constraint_label(one, phrases, settings) for one in met)
        reasons.append(phrases.say("reason.constraints", labels=labels))
    if query.sort is not Sort.RELEVANCE:
        reasons.append(phrases.say(f"reason.sort.{query.sort}"))
    return reasons
