"""What happens when a shopper looks for something, changes what they look for, or wants to see more?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from actions.action import TurnAction
from actions.dialogue.state import SizeLimit, constraint_from_json, query_from_json
from actions.listing import PAGE_SIZE, change, find, page
from actions.measured_search import sized
from actions.measures import wanted_size
from actions.recommending import recommend, recommend_page, told_of
from actions.replies.schema import Reply
from actions.showing import show_details
from actions.similar import similar_to
from actions.sizes import asks_for_size, by_named_size, by_size
from actions.turn import Turn, chips, shortened, with_chips
from recommender.catalogue.words import words
from recommender.understanding.query import Constraint, Facet, Op, Query, Sort
from recommender.understanding.reading import Reading

__all__ = [
    "DropConstraint",
    "More",
    "Recommend",
    "Refine",
    "Relax",
    "Search",
    "as_written",
    "respelling",
    "search_for",
    "with_further",
]


def search_for(turn: Turn, reading: Reading) -> list[Reply]:
    """Search for what was read; the opening sentence says how far it was understood."""
    reading, left_out = _without_prices(turn, reading)
    query, before = reading.query, turn.state.query
    if left_out and query == (before or Query()):
        return [*left_out, *turn.constraints(query)]
    if reading.kind == "amend" and query == before and (bigger := asks_for_size(turn)) is not None:
        return by_size(turn, query, reading.references, above=bigger)
    product = turn.product(reading.references[0]) if len(reading.references) == 1 else None
    if product is not None and query in (before, Query()):
        return show_details(turn, product)
    unmatched = ", ".join(reading.unmatched)
    if reading.kind == "amend" and before is not None and unmatched and query == before:
        return [turn.say("refine.unmatched", words=unmatched), *turn.constraints(before)]
    note: list[Reply] = [turn.say("found.unmatched", words=unmatched)] if unmatched else []
    replies = [*respelling(turn, reading), *left_out, *note, *_search_for(turn, reading), *as_written(turn, reading)]
    return with_further(turn, reading, replies)


def _without_prices(turn: Turn, reading: Reading) -> tuple[Reading, list[Reply]]:
    """The reading without what it says of prices, and an honest word, in a shop whose catalogue names none."""
    query = reading.query
    kept = tuple(one for one in query.constraints if one.facet is not Facet.PRICE)
    by_price = query.sort in (Sort.PRICE_ASC, Sort.PRICE_DESC)
    if turn.services.understander.currency or (kept == query.constraints and not by_price):
        return reading, []
    query = replace(query, constraints=kept, sort=Sort.RELEVANCE if by_price else query.sort)
    added = tuple(one for one in reading.added if one.facet is not Facet.PRICE)
    return replace(reading, query=query, added=added), [turn.say("found.no_prices")]


def with_further(turn: Turn, reading: Reading, replies: Sequence[Reply]) -> list[Reply]:
    """The replies to the first wish of a message, with a chip for each further one."""
    labelled = [(turn.words("chip.further", text=shortened(wish)), wish) for wish in reading.further]
    return with_chips(replies, [turn.chip(label, "search", text=wish) for label, wish in labelled])


def respelling(turn: Turn, reading: Reading) -> list[Reply]:
    """Which words were taken for others; nothing where none was."""
    meant = ", ".join(f"“{word}”" for _, word in reading.respelled)
    return [turn.say("found.respelled", meant=meant)] if meant else []


def as_written(turn: Turn, reading: Reading) -> list[Reply]:
    """The way back for whoever meant what they wrote; nothing where no word was taken for another."""
    if not reading.respelled:
        return []
    written = " ".join(word for word, _ in reading.respelled)
    title = turn.words("chip.as_written", text=written)
    return chips([turn.chip(title, "search", text=turn.text, as_written=True)])


def _search_for(turn: Turn, reading: Reading) -> list[Reply]:
    query = reading.query
    if not query.text and not query.constraints and query.sort is Sort.RELEVANCE:
        return recommend(turn)
    if query.text and not reading.known and not reading.added:
        return find(turn, query, "found.unknown", text=query.text)
    if reading.kind == "amend" and (reading.added or reading.removed):
        return change(turn, reading, "found.changed", changes=_changes(turn, reading.added, reading.removed))
    return _found(turn, query, turn.state.size if reading.kind == "amend" else None)


def _found(turn: Turn, query: Query, size: SizeLimit | None) -> list[Reply]:
    if query.sort is not Sort.RELEVANCE:
        return find(turn, query, f"found.sort.{query.sort}", size)
    if query.text:
        return find(turn, query, "found.text", size, text=query.text)
    return find(turn, query, "found.constraints", size, labels=", ".join(turn.label(one) for one in query.constraints))


class Recommend(TurnAction):
    """Something for me."""

    intent = "recommend"

    def handle(self, turn: Turn) -> list[Reply]:
        """What fits what was named, if anything was; else what this person is likely to want."""
        reading = None if turn.pressed else turn.read(amend=False)
        if reading is None or not (reading.added or self._names(turn, reading)):
            return recommend(turn)
        # "Tips for cyclists": what only asks for recommendations is not searched for.
        query = replace(reading.query, text=told_of(reading.query.text) or reading.query.text)
        return search_for(turn, replace(reading, query=query))

    def _names(self, turn: Turn, reading: Reading) -> bool:
        """Whether any word says what the recommendations shall be of: "for a hike" does, "what's popular" does not."""
        told = told_of(reading.query.text)
        return reading.names_thing and bool(told) and turn.read(told, amend=False, respell=False).known


class Search(TurnAction):
    """Look for something new."""

    intent = "search"

    def handle(self, turn: Turn) -> list[Reply]:
        """The best products for what was asked."""
        if "query" in turn.arguments:
            size = turn.arguments.get("size")
            return _found(turn, query_from_json(turn.arguments["query"]), SizeLimit(**size) if size else None)
        if turn.arguments.get("as_written"):
            return search_for(turn, turn.read(amend=False, respell=False))
        if not words(turn.text):
            return [turn.say("search.no_words")]
        wanted = wanted_size(turn.text)
        return by_named_size(turn, *wanted) if wanted is not None else search_for(turn, turn.read(amend=False))


class Refine(TurnAction):
    """Add, change, drop or negate a condition of the search in force."""

    intent = "refine"

    def handle(self, turn: Turn) -> list[Reply]:
        """The products under the changed conditions; when no change was understood, that is said."""
        like = self._like(turn)
        if like is not None:
            return like
        if (wanted := wanted_size(turn.text)) is not None:
            return by_named_size(turn, *wanted)
        before = turn.state.query
        # "Cheaper" under one product means cheaper than that one.
        compared = [one for one in turn.state.shown if one.id == turn.arguments.get("item_id")]
        reading = turn.read(amend=before is not None, shown=compared or None)
        unchanged = reading.query == before or (reading.kind == "new" and reading.query == Query())
        by_measure = asks_for_size(turn) is not None
        if (
            before is not None
            and unchanged
            and not by_measure
            and not reading.unmatched
            and len(reading.references) != 1
        ):
            return [turn.say("refine.unclear"), *turn.constraints(before)]
        return search_for(turn, reading)

    def _like(self, turn: Turn) -> list[Reply] | None:
        """What is similar to the same product under the changed conditions, where such a list is what is changed."""
        listing = turn.state.listing
        if listing is None or listing.anchor is None or "item_id" in turn.arguments:
            return None
        product = turn.product(listing.anchor)
        reading = turn.read(amend=True, previous=Query("", listing.constraints))
        is_change = reading.kind == "amend" and (reading.added or reading.removed) and not reading.names_thing
        return similar_to(turn, product, reading.query.constraints) if product is not None and is_change else None


class More(TurnAction):
    """The next page of the list in front of the shopper."""

    intent = "more"

    def handle(self, turn: Turn) -> list[Reply]:
        """The next products; never one that this list has shown before."""
        listing = turn.state.listing
        if listing is None:
            return [turn.say("more.of_what")]
        if listing.surface == "recommend":
            return recommend_page(turn, listing) or [turn.say("more.end")]
        exclude = turn.unwanted | set(listing.shown_ids)
        query = Query()
        with turn.timed("search"):
            if listing.surface == "similar" and listing.anchor is not None:
                query = Query("", listing.constraints)
                result = turn.services.searcher.similar(
                    listing.anchor, constraints=listing.constraints, limit=PAGE_SIZE, exclude=exclude
                )
            else:
                query = turn.state.query or query
                result = sized(listing.size)(turn, query, limit=PAGE_SIZE, exclude=exclude)
        return page(turn, listing, result, query, "more.found") or [turn.say("more.end"), *turn.constraints(query)]


class DropConstraint(TurnAction):
    """Drop the condition whose chip was pressed."""

    intent = "drop_constraint"

    def handle(self, turn: Turn) -> list[Reply]:
        """The products without that condition."""
        if "size" in turn.arguments:
            changes = turn.words("changed.removed", label=turn.size_label(SizeLimit(**turn.arguments["size"])))
            return find(turn, turn.state.query or Query(), "found.changed", changes=changes)
        dropped = constraint_from_json(turn.arguments["constraint"])
        listing = turn.state.listing
        if listing is not None and listing.anchor is not None and dropped in listing.constraints:
            product = turn.product(listing.anchor)
            if product is not None:
                return similar_to(turn, product, [one for one in listing.constraints if one != dropped])
        query = turn.state.query or Query()
        rest = tuple(one for one in query.constraints if one != dropped)
        if not query.text and not rest:
            turn.state = replace(turn.state, query=None)
            return [turn.say("drop.all_gone"), *chips([turn.chip(turn.words("chip.recommend"), "recommend")])]
        changes = _changes(turn, (), [dropped])
        return find(turn, query.with_constraints(rest), "found.changed", turn.state.size, changes=changes)


class Relax(TurnAction):
    """Relax the conditions whose chip was pressed, as the shopper was offered."""

    intent = "relax"

    def handle(self, turn: Turn) -> list[Reply]:
        """The products under the relaxed conditions."""
        before, query = turn.state.query or Query(), query_from_json(turn.arguments["query"])
        added = [one for one in query.constraints if one not in before.constraints]
        removed = [one for one in before.constraints if one not in query.constraints]
        return find(turn, query, "found.changed", turn.state.size, changes=_changes(turn, added, removed))


def _changes(turn: Turn, added: Sequence[Constraint], removed: Sequence[Constraint]) -> str:
    """What changed, in words; a condition that took another's place is named alone."""
    replaced = {(one.facet, one.op) for one in added}
    # "Not by Norda" says all: "now not by Norda" would say it twice.
    words = [
        turn.words("changed.ruled_out" if one.op is Op.NONE_OF else "changed.added", label=turn.label(one))
        for one in added
    ]
    words += [
        turn.words("changed.removed", label=turn.label(one)) for one in removed if (one.facet, one.op) not in replaced
    ]
    return ", ".join(words)
