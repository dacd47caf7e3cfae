"""What is recommended to somebody who did not say what they look for?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Final

import yaml

from actions.dialogue.state import Listing
from actions.listing import PAGE_SIZE, page
from actions.personal import personal_chip
from actions.replies.schema import Reply
from actions.turn import Turn, with_chips
from recommender.catalogue.words import words
from recommender.explanation.reason import ReasonKind
from recommender.personalisation.recommender import Recommended
from recommender.search.port import Hit, SearchResult
from recommender.understanding.query import Query
from recommender.understanding.search_text import STOP_WORDS

__all__ = ["recommend", "recommend_page", "told_of"]

_REMEMBERED: Final = 200
_AGAIN: Final = re.compile(r"\b(again|once more|same ones?|from before)\b", re.IGNORECASE)
_OPENINGS: Final = (
    (ReasonKind.HISTORY, "recommend.personal"),
    (ReasonKind.ASKED, "recommend.asked"),
)


def recommend(turn: Turn) -> list[Reply]:
    """The first page of recommendations: nothing that was recommended in this conversation, unless it is asked for
    again or there is nothing else."""
    turn.state = replace(turn.state, query=None)
    again = turn.arguments.get("again") or (not turn.pressed and _AGAIN.search(turn.text))
    if again:
        turn.state = replace(turn.state, offered=())
    is_first = not turn.state.offered
    replies = recommend_page(turn, Listing("recommend"))
    if replies and not is_first:
        return with_chips(replies, [turn.chip(turn.words("chip.again"), "recommend", again=True)])
    if replies or is_first:
        return replies or [turn.say("nothing.at_all")]
    turn.state = replace(turn.state, offered=())
    replies = recommend_page(turn, Listing("recommend"))
    return [turn.say("recommend.from_the_start"), *replies] if replies else [turn.say("nothing.at_all")]


def recommend_page(turn: Turn, listing: Listing) -> list[Reply]:
    """The next page of recommendations; nothing when there are no more."""
    in_cart = {line.product.id for line in turn.services.carts.lines(turn.person_id)}
    with turn.timed("search"):
        found = turn.services.recommender.recommend(
            turn.person_id,
            limit=PAGE_SIZE + 1,
            exclude=turn.unwanted | in_cart | set(turn.state.offered),
            shown=listing.shown_ids,
            without=turn.decided.less,
            personal=turn.decided.personal,
            seed=turn.id,
        )
    hits = [Hit(one.item_id, one.score, dict(one.parts), propensity=one.propensity) for one in found[:PAGE_SIZE]]
    # One more than a page is asked for, to know whether there is a next page.
    result = SearchResult(hits, total=len(found), versions=found[0].versions if found else {})
    causes = {one.item_id: one.reasons for one in found}
    replies = page(turn, listing, result, Query(), _opening(turn, found), causes=causes)
    if replies:
        offered = (*turn.state.offered, *(one.id for one in turn.state.shown))
        turn.state = replace(turn.state, offered=offered[-_REMEMBERED:])
        if not turn.decided.personal:
            replies = with_chips(replies, [personal_chip(turn, personal=True)])
    return replies


def told_of(text: str) -> str:
    """The words that say what recommendations shall be of: "rainy hike" of "what do you recommend for a rainy hike"."""
    return " ".join(word for word in words(text) if word not in _words() | STOP_WORDS)


@cache
def _words() -> frozenset[str]:
    source = resources.files(__package__).joinpath("recommending.yml").read_text(encoding="utf-8")
    return frozenset(yaml.safe_load(source)["of_recommending"])


def _opening(turn: Turn, found: Sequence[Recommended]) -> str:
    """The sentence that says what the list goes by."""
    if not turn.decided.personal:
        return "recommend.impersonal"
    kinds = {reason.kind for one in found for reason in one.reasons}
    return next((key for kind, key in _OPENINGS if kind in kinds), "recommend.popular")
