"""Which one question would narrow a long list down best, and does it pay to ask it?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Final

from actions.dialogue.state import SizeLimit, query_to_json
from actions.replies.schema import ChipsReply, Reply
from actions.turn import Turn
from recommender.catalogue.facets import brand_key, category_key, facets
from recommender.catalogue.product import Product
from recommender.search.port import SearchResult
from recommender.understanding.query import Constraint, Facet, Op, Query, Sort

__all__ = ["CANDIDATES", "best_question", "with_question"]

CANDIDATES: Final = 40
"""So many of the best products are looked at for what tells them apart."""

LONG_LIST: Final = 20
"""A shorter list is quicker looked through than a question is answered."""
LEAST_SPLIT: Final = 0.4
"""What an answer has to leave out of the candidates, at least, for a question to pay."""
LEAST_STATED: Final = 0.7
"""A question that most products do not answer would leave them all out."""
LEAST_OF_EACH: Final = 3
_ANSWERS: Final = 4
_REMEMBERED: Final = 20

_ASKED_OF: Final = (Facet.CATEGORY, Facet.COLOUR, Facet.MATERIAL, Facet.BRAND, Facet.SIZE)
"""In this order where two split the list alike: the more people care, the earlier."""


def with_question(
    turn: Turn, query: Query, result: SearchResult, replies: Sequence[Reply], size: SizeLimit | None = None
) -> list[Reply]:
    """The replies with at most one question, whose answers can be pressed, where the list is long and it pays.

    No question is asked a second time in a conversation, and never about what the shopper said already. An answer
    keeps to `size`, as the list does.
    """
    if not replies or query.sort is not Sort.RELEVANCE or result.total < LONG_LIST:
        return list(replies)
    about = query.text.casefold()
    asked = {facet for facet in _ASKED_OF if f"{facet}:{about}" in turn.state.asked}
    settled = asked | {one.facet for one in query.constraints}
    # Whoever was asked twice about the same thing and went on in other words does not want to be asked.
    if len(asked) > 1:
        return list(replies)
    products = list(turn.services.catalogue.get([hit.id for hit in result.hits[:CANDIDATES]]).values())
    found = best_question(products, [facet for facet in _ASKED_OF if facet not in settled])
    if found is None:
        return list(replies)
    facet, values = found
    turn.state = replace(turn.state, asked=(*turn.state.asked, f"{facet}:{about}")[-_REMEMBERED:])
    answers = []
    for value in values:
        answer = Constraint(facet, Op.ANY_OF, (value,))
        narrower = query_to_json(query.with_constraints((*query.constraints, answer)))
        kept = {} if size is None else {"size": asdict(size)}
        answers.append(turn.chip(turn.label(answer), "search", query=narrower, **kept))
    last = replies[-1]
    before, offered = (replies[:-1], last.items) if isinstance(last, ChipsReply) else (replies, [])
    return [*before, turn.say(f"clarify.{facet}"), ChipsReply(items=[*answers, *offered])]


def best_question(products: Sequence[Product], among: Sequence[Facet]) -> tuple[Facet, list[str]] | None:
    """The facet that splits `products` best, and the values to offer, the commonest first; None where none pays.

    How well a facet splits is what an answer leaves out on the average, over the values that are offered: few large
    groups of a like size are better than many small ones, most of which could not be offered. Only values are offered
    that enough products have, and only if most products have one of them.
    """
    best: tuple[float, Facet, list[str]] | None = None
    described = [(product, facets(product)) for product in products]  # once: reading titles is what takes time here
    for facet in among:
        counts = Counter(value for product, stated in described if (value := _single(product, stated, facet)))
        values = [value for value, count in counts.most_common(_ANSWERS) if count >= LEAST_OF_EACH]
        answering = sum(counts.values())
        covered = sum(counts[value] for value in values)
        if len(values) < 2 or answering < LEAST_STATED * len(products) or 2 * covered < len(products):
            continue
        shares = [counts[value] / len(products) for value in values]
        split = sum(share * (1 - share) for share in shares)
        if split >= LEAST_SPLIT and (best is None or split > best[0]):
            best = split, facet, values
    return best and best[1:]


def _single(product: Product, stated: Mapping[Facet, frozenset[str]], facet: Facet) -> str | None:
    """What the product states of `facet`, where it is one thing: of several, an answer would split nothing."""
    if facet is Facet.BRAND:
        return brand_key(product.brand) or None
    if facet is Facet.CATEGORY:
        return category_key(product.categories[-1]) if product.categories else None
    values = stated.get(facet, frozenset())
    return next(iter(values)) if len(values) == 1 else None
