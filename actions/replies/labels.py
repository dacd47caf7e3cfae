"""How is a condition said in words?"""

from __future__ import annotations

from collections.abc import Callable

from actions.replies.phrases import Phrases
from recommender.money import format_money
from recommender.settings import Settings
from recommender.understanding.query import Constraint, Facet, Op

__all__ = ["constraint_label"]


def constraint_label(
    constraint: Constraint, phrases: Phrases, settings: Settings, written: Callable[[Facet, str], str]
) -> str:
    """A few words for a chip or a sentence: "up to $50", "blue or red", "by Norda", "no leather", "in stock".

    `written` says how the catalogue spells a folded value.
    """
    if constraint.facet is Facet.IN_STOCK:
        wanted = (constraint.op is Op.ANY_OF) == ("true" in constraint.values)
        return phrases.say("constraint.in_stock" if wanted else "constraint.out_of_stock")
    names = [written(constraint.facet, one) for one in constraint.values]
    if constraint.facet is Facet.CATEGORY:
        names = [_within_a_sentence(name) for name in names]
    value = phrases.say("or").join(names)
    if constraint.bound is not None:
        is_price = constraint.facet is Facet.PRICE
        bound = constraint.bound
        value = (
            format_money(bound, settings.currency, settings.locale, brief=True)
            if is_price
            else format(bound.normalize(), "f")
        )
    return phrases.say(f"constraint.{constraint.facet}.{constraint.op}", value=value)


def _within_a_sentence(name: str) -> str:
    """ "Running Shoes" as "running shoes", "DVD Players" as "DVD players"."""
    return " ".join(word.lower() if word[1:].islower() else word for word in name.split())
