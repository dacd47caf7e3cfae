"""Which kinds of thing does a search text offer as alternatives: "headphones or speakers"?"""

from __future__ import annotations

import re
from itertools import takewhile
from typing import Final

from recommender.catalogue.words import singular, words
from recommender.understanding.vocabulary import PURPOSE_WORDS

__all__ = ["MOST_KINDS", "alternatives"]

MOST_KINDS: Final = 4
"""Of more, the whole text is searched for once: each kind is a search of its own, and time stays bounded."""

_OR = re.compile(r"\s+or\s+", re.IGNORECASE)
_ARTICLE = re.compile(r"(?:an?|some|the)\s+", re.IGNORECASE)


def alternatives(text: str) -> tuple[str, ...]:
    """The kinds of thing that "or" joins, each with words of its own; of fewer and of too many the whole text alone.

    "Or" joins kinds where every part is one word ("lamp or jacket") or ends in a plural ("desk lamps or jackets for
    boys"), or where an article begins each further one ("usb cable or a mouse"). In "waterproof or windproof jacket" it
    joins what is said of one kind.
    """
    parts = _OR.split(text.strip())
    bare = [_ARTICLE.sub("", part, count=1) if _ARTICLE.match(part) else part for part in parts]
    heads = [list(takewhile(lambda word: word not in PURPOSE_WORDS, words(part))) for part in bare]
    if not 2 <= len(parts) <= MOST_KINDS or not all(heads):
        return (text,)
    plural = all(singular(head[-1]) != head[-1] for head in heads)
    articled = all(_ARTICLE.match(part) for part in parts[1:])
    single = all(len(words(part)) == 1 for part in bare)
    return tuple(bare) if plural or articled or single else (text,)
