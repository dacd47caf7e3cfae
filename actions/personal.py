"""Is a search this person's own: does their taste decide between close calls, and may it?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from itertools import zip_longest

from actions.action import TurnAction
from actions.replies.schema import Chip, Reply
from actions.turn import Turn, chips
from recommender.errors import UnavailableError
from recommender.personalisation.close_calls import POOL, reordered
from recommender.search.port import Hit, SearchResult
from recommender.understanding.alternatives import alternatives
from recommender.understanding.query import Query, Sort
from recommender.understanding.search_text import unsettled

__all__ = ["Personalise", "personal_chip", "search_for_person"]


def search_for_person(turn: Turn, query: Query, *, limit: int, exclude: Collection[str] = ()) -> SearchResult:
    """Search for `query`; of results that are about as good, what is nearer to the person's taste comes first.

    Only what was asked for in words is put in order so: a list by price or rating keeps its order. Where the words name
    alternative kinds ("lamp or jacket"), the best of each come in turn. Words that a condition settles are left to it.
    """
    if query.sort is not Sort.RELEVANCE:
        return _search(turn, query, limit, exclude)
    query = replace(query, text=unsettled(query))
    kinds = alternatives(query.text)
    if len(kinds) < 2:
        return _search(turn, query, limit, exclude)
    found = [_search(turn, replace(query, text=kind), limit, exclude) for kind in kinds]
    # What no leg knows a word of is no result for that kind.
    in_turn = [hit for hits in zip_longest(*(one.hits for one in found)) for hit in hits if hit and hit.score > 0]
    hits: dict[str, Hit] = {}
    for hit in in_turn:
        hits.setdefault(hit.id, hit)
    return replace(found[0], hits=list(hits.values())[:limit], total=max(one.total for one in found))


def _search(turn: Turn, query: Query, limit: int, exclude: Collection[str]) -> SearchResult:
    services, margin = turn.services, turn.services.settings.personal_search
    if margin <= 0 or not query.text or query.sort is not Sort.RELEVANCE:
        return services.searcher.search(query, limit=limit, exclude=exclude)
    found = services.searcher.search(query, limit=max(POOL, limit), exclude=exclude)
    try:
        tastes = services.recommender.taste(turn.person_id, [hit.id for hit in found.hits])
    except UnavailableError:
        tastes = {}
    # Of a stranger nothing is known, so that nothing has to be asked about them either.
    wanted = tastes and turn.decided.personal
    return reordered(found, tastes if wanted else {}, margin, limit)


class Personalise(TurnAction):
    """Go by what is known of me, or do not."""

    intent = "personalise"

    def handle(self, turn: Turn) -> list[Reply]:
        """What holds from now on, and the way back."""
        personal = bool(turn.arguments.get("personal", _wanted(turn.text)))
        changed = turn.preferences.be_personal(turn.person_id, personal=personal)
        turn.decided = replace(turn.decided, personal=personal)
        key = "personalise.on" if personal else "personalise.off"
        recommend = turn.chip(turn.words("chip.recommend"), "recommend")
        said = turn.say(key if changed else f"{key}_already")
        return [said, *chips([personal_chip(turn, personal=not personal), recommend])]


def personal_chip(turn: Turn, *, personal: bool) -> Chip:
    """What turns it on or off by pressing."""
    return turn.chip(turn.words(f"chip.personal.{'on' if personal else 'off'}"), "personalise", personal=personal)


_STOPS = frozenset({"stop", "dont", "don't", "not", "no", "off", "never", "without", "quit", "disable", "end", "less"})


def _wanted(text: str) -> bool:
    """Whether the words ask for it; "stop personalising" and most of what is said here do not."""
    return not _STOPS & set(text.casefold().replace("’", "'").replace(",", " ").replace(".", " ").split())
