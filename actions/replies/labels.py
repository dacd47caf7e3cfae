"""How is a condition said in a few words, and a stretch of days?"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from actions.replies.phrases import Phrases
from recommender.understanding.query import Constraint, Facet, Op

__all__ = ["constraint_label", "days_ago", "days_long"]


def constraint_label(
    constraint: Constraint, phrases: Phrases, money: Callable[[Decimal], str], written: Callable[[Facet, str], str]
) -> str:
    """A few words for a chip or a sentence: "up to $50", "blue or red", "by Norda", "no leather", "in stock".

    `money` writes a limit in the currency that prices are compared in, `written` a folded value as the catalogue spells
    it.
    """
    if constraint.facet is Facet.IN_STOCK:
        wanted = (constraint.op is Op.ANY_OF) == ("true" in constraint.values)
        return phrases.say("constraint.in_stock" if wanted else "constraint.out_of_stock")
    names = [written(constraint.facet, one) for one in constraint.values]
    if constraint.facet is Facet.CATEGORY:
        names = [_within_a_sentence(name) for name in names]
    value = phrases.say("or").join(names)
    if constraint.bound is not None:
        bound = constraint.bound
        value = money(bound) if constraint.facet is Facet.PRICE else format(bound.normalize(), "f")
    return phrases.say(f"constraint.{constraint.facet}.{constraint.op}", value=value)


def days_ago(phrases: Phrases, days: int) -> str:
    """So many days before today: "today", "a day ago", "3 days ago"."""
    return phrases.say("days.today") if days < 1 else phrases.say("days.ago", count=days)


def days_long(phrases: Phrases, days: int) -> str:
    """So many days as a stretch of time: "a day", "30 days"."""
    return phrases.say("days.long", count=days)


def _within_a_sentence(name: str) -> str:
    """ "Running Shoes" as "running shoes", "DVD Players" as "DVD players"."""
    return " ".join(word.lower() if word[1:].islower() else word for word in name.split())
