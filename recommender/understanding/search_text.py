"""What is left of a message to search for by meaning and words?"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from recommender.catalogue.words import singular, words
from recommender.understanding.mentions import Mention
from recommender.understanding.phrases import phrase_set, word_set
from recommender.understanding.query import Facet, Op, Query
from recommender.understanding.tokens import Sheet

__all__ = ["STOP_WORDS", "opens_search", "remaining", "speaks_of_somebody", "take_filler", "unsettled"]

_OPENERS = phrase_set("search_text.openers")
_FILLER = phrase_set("search_text.filler")
_WHOSE = word_set("people.whose")
_WHO = phrase_set("people.who")
_PRONOUNS = word_set("people.pronouns")
_OBJECTS = word_set("people.objects")
_FOR = phrase_set("people.for")
_LIKES = phrase_set("people.likes")
# A greeting in front of anything else may be a name ("Hello Kitty").
_GREETINGS = phrase_set("search_text.greetings")
_EDGES: Final = word_set("search_text.edges")
"""Words that mean nothing at the edge of what is left."""
STOP_WORDS: Final = _EDGES | word_set("search_text.stop_words")

_SETTLING: Final = frozenset({Facet.BRAND, Facet.COLOUR, Facet.MATERIAL})


def unsettled(query: Query) -> str:
    """The words of the query's text that its conditions do not settle; all of them where no others would be left.

    Of products that are all black and by HP, "black hp laptop" asks for the laptop: black ink by HP is no better for
    being black. What is settled is taken once: "north face face mask" is still about the face.
    """
    left = query.text.split()
    for one in query.constraints:
        if one.op is Op.ANY_OF and one.facet in _SETTLING:
            for value in one.values:
                left = _without_first(left, [singular(word) for word in value.split()])
    if left == query.text.split():
        return query.text
    while left and _is_edge(left[0]):
        del left[0]
    while left and _is_edge(left[-1]):
        del left[-1]
    says_something = any(part not in STOP_WORDS for word in left for part in words(word))
    return " ".join(left) if says_something else query.text


def _without_first(written: list[str], value: list[str]) -> list[str]:
    keys = [" ".join(map(singular, words(word))) for word in written]
    places = (at for at in range(len(keys) - len(value) + 1) if keys[at : at + len(value)] == value)
    at = next(places, None)
    return written if at is None or not value else written[:at] + written[at + len(value) :]


def _is_edge(word: str) -> bool:
    return all(part in _EDGES for part in words(word))


def opens_search(sheet: Sheet) -> bool:
    """Whether the message asks to be shown something, as a new search does."""
    return any(_OPENERS.match(sheet, at) for at in range(len(sheet)))


def speaks_of_somebody(sheet: Sheet) -> bool:
    """Whether the message says for whom it is ("for my mom"), as a wish of its own does."""
    return any(_FOR.match(sheet, at) and _people(sheet, at) for at in range(len(sheet)))


def take_filler(sheet: Sheet, mentions: Collection[Mention]) -> None:
    """Take courtesies and "I'm looking for": words that describe no product. Names are left alone."""
    named = {at for mention in mentions for at in range(mention.start, mention.end)}
    at = 0
    begins = True
    while at < len(sheet):
        found = (
            (_OPENERS.match(sheet, at) if begins else None)
            or _people(sheet, at)
            or _FILLER.match(sheet, at)
            or _greeting(sheet, at)
        )
        if found and named.isdisjoint(range(at, found[0])):
            for position in range(at, found[0]):
                sheet.taken[position] = True
            at = found[0]
            continue
        if sheet.key(at) not in _EDGES and sheet.tokens[at].is_word and not sheet.taken[at]:
            begins = False
        elif sheet.key(at) in (".", "!", "?", ","):
            begins = True
        at += 1


def _people(sheet: Sheet, at: int) -> tuple[int, bool] | None:
    """ "For my mom", "gift for her", "who likes", "my dad is into": of people, not of products."""
    lead = _FOR.match(sheet, at)
    start = lead[0] if lead else at
    who = _WHO.match(sheet, start + 1) if sheet.key(start) in _WHOSE else None
    if who is None and sheet.key(start) in (_OBJECTS if lead else _PRONOUNS):
        who = start + 1, True
    if who is None:
        return None
    likes = _LIKES.match(sheet, who[0])
    return likes or (who if lead or sheet.key(at) == "my" else None)


def _greeting(sheet: Sheet, at: int) -> tuple[int, bool] | None:
    found = _GREETINGS.match(sheet, at)
    if found is None or at > 0:
        return None
    goes_on = _OPENERS.match(sheet, found[0]) or _FILLER.match(sheet, found[0]) or sheet.key(found[0]) in ("i", "im")
    return found if goes_on or sheet.ends_at(found[0]) else None


def remaining(sheet: Sheet, mentions: Collection[Mention]) -> tuple[str, list[int]]:
    """The text of the free tokens, and which tokens it is made of.

    Tokens that stood together stay as they were written; what was left dangling at the edges ("and", "in") goes. A
    misspelled word is written as it was meant. A message of which nothing was taken stays whole.
    """
    if not any(sheet.taken) and not sheet.respelled:
        return " ".join(sheet.text.split()), [at for at, token in enumerate(sheet.tokens) if token.is_word]
    named = {at for mention in mentions for at in range(mention.start, mention.end)}
    pieces: list[str] = []
    kept: list[int] = []
    at = 0
    while at < len(sheet):
        if sheet.taken[at]:
            at += 1
            continue
        end = at
        while end < len(sheet) and not sheet.taken[end]:
            end += 1
        run = _trimmed(sheet, at, end, named)
        pieces.extend(_written(sheet, run))
        kept.extend(position for position in run if sheet.tokens[position].is_word)
        at = end
    return " ".join(pieces), kept


def _trimmed(sheet: Sheet, start: int, end: int, named: set[int]) -> range:
    def idle(at: int) -> bool:
        return at not in named and (not sheet.tokens[at].is_word or sheet.tokens[at].key in _EDGES)

    def idle_at_start(at: int) -> bool:
        return idle(at) and not (sheet.tokens[at].key == "at" and sheet.key(at + 1) in ("least", "most"))

    while start < end and idle_at_start(start):
        start += 1
    while start < end and idle(end - 1):
        end -= 1
    return range(start, end)


def _written(sheet: Sheet, run: range) -> list[str]:
    if not run:
        return []
    pieces = []
    start = run.start
    for at in run:
        if at in sheet.respelled:
            if start < at:
                pieces.append(sheet.raw(start, at))
            pieces.append(sheet.respelled[at])
            start = at + 1
    if start < run.stop:
        pieces.append(sheet.raw(start, run.stop))
    return [" ".join(piece.split()) for piece in pieces]
