"""How is a condition said in words?"""

from __future__ import annotations

from actions.replies.phrases import Phrases
from recommender.money import format_money
from recommender.settings import Settings
from recommender.understanding.query import Constraint, Facet, Op

__all__ = ["constraint_label"]


def constraint_label(constraint: Constraint, phrases: Phrases, settings: Settings) -> str:
    """A few words for a chip or a sentence: "up to $50.00", "blue or red", "no leather", "in stock"."""
    if constraint.facet is Facet.IN_STOCK:
        wanted = (constraint.op is Op.ANY_OF) == ("true" in constraint.values)
        return phrases.say("constraint.in_stock" if wanted else "constraint.out_of_stock")
    value = phrases.say("or").join(constraint.values)
    if constraint.bound is not None:
        is_price = constraint.facet is Facet.PRICE
        bound = constraint.bound
        value = format_money(bound, settings.currency, settings.locale) if is_price else format(bound.normalize(), "f")
    return phrases.say(f"constraint.{constraint.facet}.{constraint.op}", value=value)
