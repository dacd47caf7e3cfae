"""How are the causes of a result said, in a few words each?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from actions.replies.labels import days_ago, days_long
from actions.replies.phrases import Phrases
from recommender.explanation.reason import Reason, ReasonKind
from recommender.understanding.query import Constraint

__all__ = ["contributions", "reasons_in_words", "telling"]

_NAMED_WORDS = 4
_NAMED_CONSTRAINTS = 3
_TELLING = 2
"""How many reasons stand under a product; all of them are told when it is asked "why this?"."""
_WHAT_FOLLOWS = frozenset({"transitions"})
"""Models that know in which order people take things."""
_OF_THE_TEXT = (ReasonKind.WORDS, ReasonKind.MEANING)


def contributions(legs: Mapping[str, float], weights: Mapping[str, float]) -> dict[str, float]:
    """How much of a score each leg gave, biggest first; legs that gave nothing are left out."""
    parts = {leg: value * weights.get(leg, 1.0) for leg, value in legs.items()}
    return dict(sorted(((leg, part) for leg, part in parts.items() if part > 0), key=lambda one: (-one[1], one[0])))


def telling(reasons: Sequence[Reason]) -> list[Reason]:
    """The few of `reasons` that tell most: what is special about the product, and of its text the words before the
    meaning. The conditions that all results meet are named only where there is nothing else to say."""
    of_text = sorted((one for one in reasons if one.kind in _OF_THE_TEXT), key=lambda one: _OF_THE_TEXT.index(one.kind))
    special = [one for one in reasons if one.kind not in (*_OF_THE_TEXT, ReasonKind.CONSTRAINT)]
    return [*of_text[:1], *special][:_TELLING] or list(reasons)


def reasons_in_words(
    reasons: Sequence[Reason],
    title_of: Callable[[str], str],
    label_of: Callable[[Constraint], str],
    phrases: Phrases,
) -> list[str]:
    """The causes in the order they come, the conditions that were met in one; `title_of` names a product, `label_of` a
    condition."""
    said = []
    for reason in reasons:
        match reason.kind:
            case ReasonKind.WORDS:
                words = ", ".join(f"“{word}”" for word in reason.words[:_NAMED_WORDS])
                said.append(phrases.say("reason.words", words=words))
            case ReasonKind.HISTORY if reason.model in _WHAT_FOLLOWS and reason.signal == "purchase":
                said.append(phrases.say("reason.after", title=title_of(reason.item_id)))
            case ReasonKind.HISTORY | ReasonKind.TASTE:
                key = f"reason.{reason.kind}.{reason.signal}"
                key = key if key in phrases else f"reason.{reason.kind}"
                said.append(phrases.say(key, title=title_of(reason.item_id)))
            case ReasonKind.AGAIN if reason.days is not None and reason.usual_days is not None:
                said.append(
                    phrases.say(
                        "reason.again.days",
                        ago=days_ago(phrases, reason.days),
                        usual=days_long(phrases, reason.usual_days),
                    )
                )
            case ReasonKind.ASKED:
                said.append(phrases.say("reason.asked", words=reason.words[0]))
            case ReasonKind.EXPLORED:
                said.append(phrases.say("reason.explored"))
            case ReasonKind.RATED:
                rating, count = f"{reason.rating:g}", reason.rating_count
                said.append(phrases.say("reason.rated", rating=rating, count=count))
            case ReasonKind.MEANING | ReasonKind.POPULAR | ReasonKind.AGAIN | ReasonKind.CHEAPEST | ReasonKind.DEAREST:
                said.append(phrases.say(f"reason.{reason.kind}"))
    met: list[Constraint] = [reason.constraint for reason in reasons if reason.constraint is not None]
    if met:
        labels = ", ".join(label_of(one) for one in met[:_NAMED_CONSTRAINTS])
        said.append(phrases.say("reason.constraints", labels=labels))
    return said
