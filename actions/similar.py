"""Which others are like it, and as the shopper wants them?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from actions.action import TurnAction
from actions.dialogue.state import Listing
from actions.listing import PAGE_SIZE, page
from actions.referring import ask_which, products_meant
from actions.replies.schema import Reply
from actions.turn import Turn, shown_item
from recommender.catalogue.product import Product
from recommender.catalogue.words import words
from recommender.explanation.reason import Reason, ReasonKind
from recommender.search.port import SearchResult
from recommender.understanding.query import Constraint, Facet, Op, Query
from recommender.understanding.search_text import STOP_WORDS

__all__ = ["Similar", "similar_to"]

STILL_SIMILAR: Final = 0.6
"""What meets the wishes has to come this near to the nearest product of all, or there is nothing similar that does."""

# What follows says how the others shall differ: "similar but waterproof", "like it with a hood".
_DIFFERING = re.compile(r"\b(?:but|with)\b", re.IGNORECASE)


class Similar(TurnAction):
    """Other products like one of those shown: as they are, or cheaper, in black, under 50, with a hood."""

    intent = "similar"

    def handle(self, turn: Turn) -> list[Reply]:
        """The nearest products in meaning that are as they were wanted; if none is, that is said."""
        meant = products_meant(turn, turn.read(amend=True, previous=Query()))
        if not meant:
            return ask_which(turn, self.intent)
        return similar_to(turn, meant[0], _wanted(turn, meant[0]))


def similar_to(turn: Turn, product: Product, wanted: Sequence[Constraint]) -> list[Reply]:
    """The products nearest to `product` that meet all of `wanted`; openly without it where none does."""
    nearest = _search(turn, product, ())
    if not nearest.hits:
        return [turn.say("similar.none", title=product.title)]
    said: dict[str, object] = {"title": product.title}
    if not wanted:
        return _page(turn, product, nearest, (), "similar.found", said) or [turn.say("similar.none", **said)]
    said["labels"] = ", ".join(turn.label(one) for one in wanted)
    found = _search(turn, product, wanted)
    near = [hit for hit in found.hits if hit.score >= STILL_SIMILAR * nearest.hits[0].score]
    replies = _page(turn, product, replace(found, hits=near), wanted, "similar.with", said) if near else []
    return replies or _page(turn, product, nearest, (), "similar.relaxed", said) or [turn.say("similar.none", **said)]


def _wanted(turn: Turn, product: Product) -> tuple[Constraint, ...]:
    """How the others shall differ; "cheaper" means cheaper than `product`."""
    if turn.pressed:
        return ()
    shown = [one for one in turn.state.shown if one.id == product.id] or [shown_item(product, None, 1)]
    reading = turn.read(amend=True, shown=shown, previous=Query())
    parts = _DIFFERING.split(turn.text, maxsplit=1)
    told = turn.read(parts[1], amend=True, shown=shown, previous=Query()).query if len(parts) > 1 else Query()
    settled = {word for one in told.constraints for value in one.values for word in value.split()}
    more = [word for word in words(told.text) if word not in STOP_WORDS and word not in settled]
    return (*reading.added, *(Constraint(Facet.WORD, Op.ANY_OF, (word,)) for word in more))


def _search(turn: Turn, product: Product, constraints: Sequence[Constraint]) -> SearchResult:
    with turn.timed("search"):
        return turn.services.searcher.similar(
            product.id, constraints=constraints, limit=PAGE_SIZE, exclude=turn.unwanted
        )


def _page(
    turn: Turn,
    product: Product,
    result: SearchResult,
    constraints: Sequence[Constraint],
    opening: str,
    said: dict[str, object],
) -> list[Reply]:
    listing = Listing("similar", product.id, constraints=tuple(constraints), weights=dict(result.weights))
    causes = {hit.id: [Reason(ReasonKind.MEANING, hit.score)] for hit in result.hits}
    return page(turn, listing, result, Query("", tuple(constraints)), opening, said, causes)
