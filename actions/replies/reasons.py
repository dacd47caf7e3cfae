"""How are the causes of a result said, in a few words each?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from actions.replies.labels import constraint_label
from actions.replies.phrases import Phrases
from recommender.explanation.reason import Reason, ReasonKind
from recommender.settings import Settings
from recommender.understanding.query import Constraint

__all__ = ["contributions", "reasons_in_words"]

_NAMED_WORDS = 4
_NAMED_CONSTRAINTS = 3


def contributions(legs: Mapping[str, float], weights: Mapping[str, float]) -> dict[str, float]:
    """How much of a score each leg gave, biggest first; legs that gave nothing are left out."""
    parts = {leg: value * weights.get(leg, 1.0) for leg, value in legs.items()}
    return dict(sorted(((leg, part) for leg, part in parts.items() if part > 0), key=lambda one: (-one[1], one[0])))


def reasons_in_words(
    reasons: Sequence[Reason], title_of: Callable[[str], str], phrases: Phrases, settings: Settings
) -> list[str]:
    """The causes, strongest first as they come, the conditions that were met in one; `title_of` names a product."""
    said = []
    for reason in reasons:
        match reason.kind:
            case ReasonKind.WORDS:
                words = ", ".join(f"“{word}”" for word in reason.words[:_NAMED_WORDS])
                said.append(phrases.say("reason.words", words=words))
            case ReasonKind.HISTORY:
                key = f"reason.history.{reason.signal}"
                key = key if key in phrases else "reason.history"
                said.append(phrases.say(key, title=title_of(reason.item_id)))
            case ReasonKind.MEANING | ReasonKind.POPULAR:
                said.append(phrases.say(f"reason.{reason.kind}"))
    met: list[Constraint] = [reason.constraint for reason in reasons if reason.constraint is not None]
    if met:
        labels = ", ".join(constraint_label(one, phrases, settings) for one in met[:_NAMED_CONSTRAINTS])
        said.append(phrases.say("reason.constraints", labels=labels))
    return said
