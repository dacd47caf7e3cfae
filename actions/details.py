"""What is asked about one product: all there is, or whether it is so?"""

from __future__ import annotations

import re

from actions.action import TurnAction
from actions.finding import search_for
from actions.matching import meets
from actions.referring import ask_which, products_meant
from actions.replies.schema import Reply
from actions.showing import show_details
from actions.similar import similar_to
from actions.turn import Turn, shortened
from recommender.catalogue.product import Product
from recommender.index.terms import content_words
from recommender.understanding.query import Constraint, Facet, Op, Query

__all__ = ["Details", "ShowItem"]

# "Does it come in black", "is it leather": about one product, whether it is so.
_WHETHER = re.compile(
    r"^\W*(?:and |but |so |ok )?(?:is|are|does|do|has|have|can|was)\b|\b(?:comes?|available) in\b|\bmade (?:of|from)\b",
    re.IGNORECASE,
)
_ASKED_WITH = frozenset({"any", "come", "comes", "does", "good", "got", "has", "made", "one", "really", "there"})
_ASKED_WORDS = 3
"""A longer question is about more than a word."""


class Details(TurnAction):
    """Everything the catalogue says of one product."""

    intent = "details"

    def handle(self, turn: Turn) -> list[Reply]:
        """The product's card and its description in the shop's own words; of a condition, whether it is met."""
        asking = not turn.pressed and bool(_WHETHER.search(turn.text))
        meant = products_meant(turn, turn.read())
        if not meant:
            # "Round one please" points at nothing and changes the search; "is it in stock" is about one of the list.
            change = turn.read(amend=True)
            is_change = not asking and change.kind == "amend" and change.known and change.query != turn.state.query
            return search_for(turn, change) if turn.state.query and is_change else ask_which(turn, self.intent)
        return _whether(turn, meant[0]) if asking else show_details(turn, meant[0])


class ShowItem(TurnAction):
    """Show the product whose chip was pressed."""

    intent = "show_item"

    def handle(self, turn: Turn) -> list[Reply]:
        """The same as its details."""
        product = turn.product(str(turn.arguments["item_id"]))
        return [turn.say("gone")] if product is None else show_details(turn, product)


def _whether(turn: Turn, product: Product) -> list[Reply]:
    """Whether the product is as it was asked for, by the shop's record.

    A colour it has not leads to what is most like it and has it. Of a word it is said whether the record has it: that
    "waterproof" is in a text does not make the product so.
    """
    reading = turn.read(amend=True, previous=Query())
    title = shortened(product.title)
    if reading.added:
        said = {"title": title, "labels": ", ".join(turn.label(one) for one in reading.added)}
        if all(meets(product, one) for one in reading.added):
            return [turn.say("details.is_so", **said), *show_details(turn, product)]
        return [turn.say("details.not_so", **said), *similar_to(turn, product, reading.added)]
    asked = [word for word in content_words(reading.query.text) if word.casefold() not in _ASKED_WITH]
    if not asked or len(asked) > _ASKED_WORDS:
        return show_details(turn, product)
    word = Constraint(Facet.WORD, Op.ANY_OF, (" ".join(asked),))
    key = "details.mentioned" if meets(product, word) else "details.not_mentioned"
    return [turn.say(key, title=title, words=" ".join(asked)), *show_details(turn, product)]
