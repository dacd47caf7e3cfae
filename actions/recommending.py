"""What is recommended to somebody who did not say what they look for?"""

from __future__ import annotations

from dataclasses import replace

from actions.action import TurnAction
from actions.dialogue.state import Listing
from actions.listing import PAGE_SIZE, page
from actions.replies.schema import Reply
from actions.turn import Turn
from recommender.explanation.reason import ReasonKind
from recommender.search.port import Hit, SearchResult
from recommender.understanding.query import Query

__all__ = ["Recommend", "recommend", "recommend_page"]


class Recommend(TurnAction):
    """Something for me."""

    intent = "recommend"

    def handle(self, turn: Turn) -> list[Reply]:
        """Products this person is likely to want; what is popular for somebody nobody knows yet."""
        return recommend(turn)


def recommend(turn: Turn) -> list[Reply]:
    """The first page of recommendations."""
    turn.state = replace(turn.state, query=None)
    return recommend_page(turn, Listing("recommend")) or [turn.say("nothing.at_all")]


def recommend_page(turn: Turn, listing: Listing) -> list[Reply]:
    """The next page of recommendations; nothing when there are no more."""
    in_cart = {line.product.id for line in turn.services.carts.lines(turn.person_id)}
    exclude = turn.unwanted | in_cart | set(listing.shown_ids)
    with turn.timed("search"):
        found = turn.services.recommender.recommend(turn.person_id, limit=PAGE_SIZE + 1, exclude=exclude)
    hits = [Hit(one.item_id, one.score, dict(one.parts)) for one in found[:PAGE_SIZE]]
    # One more than a page is asked for, to know whether there is a next page.
    result = SearchResult(hits, total=len(found), versions=found[0].versions if found else {})
    causes = {one.item_id: one.reasons for one in found}
    is_personal = any(reason.kind is ReasonKind.HISTORY for reasons in causes.values() for reason in reasons)
    return page(
        turn, listing, result, Query(), "recommend.personal" if is_personal else "recommend.popular", causes=causes
    )
