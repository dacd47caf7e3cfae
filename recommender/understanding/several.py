"""Does the message ask for several things at once?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from recommender.understanding.alternatives import alternatives
from recommender.understanding.phrases import phrases, word_set
from recommender.understanding.query import Facet
from recommender.understanding.tokens import Sheet
from recommender.understanding.vocabulary import PURPOSE_WORDS, Vocabulary

__all__ = ["kinds_named", "wishes"]

_JOINED = phrases("several.joined", {"loosely": False, "surely": True})
_STARTS = word_set("several.starts")
_ARTICLES = frozenset({"a", "an", "some"})
_ALTERNATIVES = frozenset({"and", "or"})
MOST_WISHES: Final = 3
MOST_JOINTS: Final = 4
"""So many places of a message are tried for the end of a wish: time stays bounded, whatever is pasted."""


KindOf = Callable[[str], tuple[str | None, frozenset[Facet], bool]]


def wishes(text: str, kind_of: KindOf, most: int = MOST_WISHES) -> list[str]:
    """The parts of `text` that are wishes of their own: "a red jacket and black shoes" are two; else the whole.

    Args:
        text: the message.
        kind_of: the category that a part is about (None for none), what it has conditions on, and whether it says
            anything beside those.
        most: how many wishes are told apart at most.
    """
    sheet = Sheet(text)
    joints = [(at, *found) for at in range(1, len(sheet)) if (found := _JOINED.match(sheet, at))]
    for at, end, surely in joints[: MOST_JOINTS if most > 1 else 0]:
        if end >= len(sheet):
            break
        before, after = text[: sheet.tokens[at].start].rstrip(" ,;"), sheet.text[sheet.tokens[end].start :]
        (one, ours, is_thing), (other, theirs, says_more) = kind_of(before), kind_of(after)
        # "And also under 50" is a condition more, "plus size" what the thing is.
        begins = sheet.key(end) in _STARTS or (surely and says_more and sheet.key(end) != "size")
        # What follows "with a bag and" belongs to the bag.
        told = {sheet.key(i) for i in range(at)}
        if one is other is None and sheet.key(end) in _ARTICLES and is_thing and says_more:
            # No category tells what the two are, but each is a thing: "furniture cover and a parasol".
            if told.isdisjoint(PURPOSE_WORDS | {"between"}):
                return [before, *wishes(after, kind_of, most - 1)]
            continue
        if one is None or other == one or "with" in told or (other is None and not told.isdisjoint(PURPOSE_WORDS)):
            continue
        # "Shirts and socks under 20" is one wish, "a red shirt and socks under 20" are two.
        if begins or (other is not None and theirs - ({Facet.PRICE} if not ours else set())):
            return [before, *wishes(after, kind_of, most - 1)]
    return [text]


def kinds_named(head: Sequence[str], vocabulary: Vocabulary) -> tuple[str, ...]:
    """The categories that the folded words `head` say a thing is of: one, or those of "jackets or coats"."""
    segments: list[list[str]] = [[]]
    for word in head:
        if word in _ALTERNATIVES:
            segments.append([])
        else:
            segments[-1].append(word)
    named = [vocabulary.category_at_end(segment) for segment in segments if segment]
    kinds = tuple(dict.fromkeys(kind for kind in named if kind is not None))
    if kinds and all(named):
        return kinds
    if len(alternatives(" ".join(head))) > 1:
        return ()  # "lamp or jacket" is no wish for jackets alone, whether or not lamps have a category
    last = vocabulary.category_at_end(segments[-1])
    return (last,) if last is not None else ()
