"""What is left of a message to search for by meaning and words?"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from recommender.understanding.mentions import Mention
from recommender.understanding.tokens import Phrases, Sheet

__all__ = ["STOP_WORDS", "opens_search", "remaining", "take_filler"]

_OPENERS = Phrases.all_meaning(
    True,
    [
        "show me",
        "show",
        "find me",
        "find",
        "search for",
        "search",
        "look for",
        "looking for",
        "im looking for",
        "i need",
    ]
    + [
        "i am looking for",
        "i want",
        "i would like",
        "id like",
        "i d like",
        "do you have",
        "have you got",
        "do you sell",
    ]
    + [
        "can you find",
        "can you find me",
        "can you show me",
        "could you show me",
        "give me",
        "get me",
        "got any",
        "need",
    ]
    + [
        "i want to buy",
        "i would like to buy",
        "id like to buy",
        "want to buy",
        "i need to buy",
        "im after",
        "i am after",
    ]
    + [
        "im searching for",
        "are there any",
        "are there",
        "is there",
        "is there a",
        "i wanna buy",
        "wanna buy",
        "any chance of",
    ]
    + [
        "do you guys have",
        "do u have",
        "u got",
        "you got",
        "im shopping for",
        "shopping for",
        "i m looking for",
        "help me find",
    ]
    + [
        "recommend me",
        "recommend",
        "suggest",
        "suggest me",
        "let me see",
        "can i see",
        "id like to see",
        "i want to see",
    ]
    + [
        "want",
        "looking to buy",
        "im trying to find",
        "in search of",
        "we need",
        "were looking for",
        "we are looking for",
    ]
    + ["i have to buy", "can i get", "could i get", "can i have", "please show me", "i was looking for", "buy me"]
    + ["what do you have in", "what have you got in"],
)
_FILLER = Phrases.all_meaning(
    True,
    ["please", "pls", "plz", "thanks", "thank you", "thx", "hi there", "hey there", "ok", "okay", "um"]
    + ["uh", "hmm", "well ,", "so ,", "yes ,", "yeah", "no ,", "nope", "no thanks", "sorry", "i mean", "i meant", "actually"]
    + ["something", "anything", "stuff", "some", "any", "a few", "maybe", "perhaps", "if possible", "ideally", "preferably"]
    + ["for me", "do you have any", "to buy", "that is", "thats", "that are", "which is", "which are", "what about", "how about"]
    + ["i think", "kind of", "a bit", "just", "good morning", "good evening", "my budget", "budget", "price", "prices", "priced"]
    + ["right now", "at the moment", "currently", "no more", "like that", "with price", "in price", "its", "it is", "it should be"]
    + ["they should be", "should be", "must be", "has to be", "have to be", "it must be", "cost", "costs", "costing", "that cost"]
    + ["that costs", "but nothing", "can you", "could you", "would you", "im", "i am", "instead", "also", "as well", "only"]
    + ["make it", "switch to", "change to", "change it to", "the ones", "the one", "these", "those", "them", "results", "at all"]
    + ["whats the price of", "what is the price of", "how much is", "how much are", "how much for", "you have", "you sell"]
    + ["that you have", "do you sell", "in your shop", "in your store", "you got"]
    + ["to spend", "i can", "i only", "id rather", "rather", "i prefer", "prefer", "my size is", "same but", "the same but"]
    + ["now", "then", "too", "products", "items", "the same", "same", "options", "choices", "i like", "i love", "id prefer"],
)  # fmt: skip
# A greeting in front of anything else may be a name ("Hello Kitty").
_GREETINGS = Phrases.all_meaning(True, ["hi", "hello", "hey", "hiya", "yo"])
_EDGES: Final = frozenset(
    "and or but in for with of from by to at on that which is are be a an the one ones my per each colour color coloured "
    "colored size brand material made than not i we".split()
)
"""Words that mean nothing at the edge of what is left."""
STOP_WORDS: Final = _EDGES | frozenset(
    "i me you we it this some any all do does have has can could would will if so as".split()
)


def opens_search(sheet: Sheet) -> bool:
    """Whether the message asks to be shown something, as a new search does."""
    return any(_OPENERS.match(sheet, at) for at in range(len(sheet)))


def take_filler(sheet: Sheet, mentions: Collection[Mention]) -> None:
    """Take courtesies and "I'm looking for": words that describe no product. Names are left alone."""
    named = {at for mention in mentions for at in range(mention.start, mention.end)}
    at = 0
    begins = True
    while at < len(sheet):
        found = (_OPENERS.match(sheet, at) if begins else None) or _FILLER.match(sheet, at) or _greeting(sheet, at)
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


def _greeting(sheet: Sheet, at: int) -> tuple[int, bool] | None:
    found = _GREETINGS.match(sheet, at)
    if found is None or at > 0:
        return None
    goes_on = _OPENERS.match(sheet, found[0]) or _FILLER.match(sheet, found[0]) or sheet.key(found[0]) in ("i", "im")
    return found if goes_on or sheet.ends_at(found[0]) else None


def remaining(sheet: Sheet, mentions: Collection[Mention]) -> tuple[str, list[int]]:
    """The text of the free tokens, and which tokens it is made of.

    Tokens that stood together stay as they were written; what was left dangling at the edges ("and", "in") goes. A
    misspelled name is written as the catalogue does. A message of which nothing was taken stays whole.
    """
    if not any(sheet.taken) and not any(mention.respelled for mention in mentions):
        return " ".join(sheet.text.split()), [at for at, token in enumerate(sheet.tokens) if token.is_word]
    named = {at for mention in mentions for at in range(mention.start, mention.end)}
    respelled = {mention.start: mention.respelled for mention in mentions if mention.respelled}
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
        pieces.extend(_written(sheet, run, respelled))
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


def _written(sheet: Sheet, run: range, respelled: dict[int, str]) -> list[str]:
    if not run:
        return []
    pieces = []
    start = run.start
    for at in run:
        if at in respelled:
            if start < at:
                pieces.append(sheet.raw(start, at))
            pieces.append(respelled[at])
            start = at + 1
    if start < run.stop:
        pieces.append(sheet.raw(start, run.stop))
    return [" ".join(piece.split()) for piece in pieces]
