"""What does a dislike of one product mean for others, and how is that said, listed and taken back?"""

from __future__ import annotations

from actions.action import TurnAction
from actions.replies.schema import Chip, Reply
from actions.turn import Turn, chips
from recommender.catalogue.facets import brand_key, category_key
from recommender.catalogue.product import Product
from recommender.understanding.query import Facet

__all__ = ["WantLess", "less_chips", "want_less"]


class WantLess(TurnAction):
    """Less of a brand or a category, or no less of it any more; only from a pressed chip."""

    intent = "want_less"

    def handle(self, turn: Turn) -> list[Reply]:
        """What holds from the next reply on, and the way back."""
        facet, value = Facet(str(turn.arguments["facet"])), str(turn.arguments["value"])
        return want_less(turn, facet, value, str(turn.arguments["name"]), less=bool(turn.arguments.get("less", True)))


def want_less(turn: Turn, facet: Facet, value: str, name: str, *, less: bool = True) -> list[Reply]:
    """Keep that, or take it back; `value` is folded, `name` as the catalogue writes it."""
    if not less:
        changed = turn.preferences.want_again(turn.person_id, facet, value)
        return [turn.say(f"less.{facet}_back" if changed else "less.not_so", name=name)]
    changed = turn.preferences.want_less(turn.person_id, facet, value)
    undo = turn.chip(turn.words("chip.undo"), "want_less", facet=facet, value=value, name=name, less=False)
    return [turn.say(f"less.{facet}" if changed else "less.unchanged", name=name), *chips([undo])]


def less_chips(turn: Turn, product: Product) -> list[Chip]:
    """What the dislike of `product` may be about beyond itself, to press; nothing that is left out already."""
    options = [(Facet.BRAND, brand_key(product.brand), product.brand)]
    if product.categories:
        options.append((Facet.CATEGORY, category_key(product.categories[-1]), product.categories[-1]))
    return [
        turn.chip(turn.words(f"chip.less_{facet}", name=name), "want_less", facet=facet, value=value, name=name)
        for facet, value, name in options
        if value and (facet, value) not in turn.decided.less
    ]
