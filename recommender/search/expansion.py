"""In which other words does the catalogue say what was asked for? The shop's synonyms and units, in search by words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import regex
from numpy.typing import NDArray

from recommender.index.generation import Generation
from recommender.index.lexical import LexicalIndex
from recommender.index.terms import content_words, terms, words
from recommender.search.filters import holding
from recommender.understanding.synonyms import ShopWords

__all__ = ["PLAIN", "Expansion", "Wanted", "Way", "holding_any", "share"]

Terms = tuple[str, ...]

_JOIN: Final = regex.compile(r"[-_./'’+]")
_MEASURE: Final = regex.compile(r"(\p{N}+(?:[.,]\p{N}+)?)[-_]?(\p{L}*)")


@dataclass(frozen=True, slots=True)
class Way:
    """One way to say something: as somebody wrote it, and as terms of the lexical index."""

    said: str
    terms: Terms


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing that a query asks for: the `words` it uses for it, and the ways to say it, the query's own first."""

    words: tuple[str, ...]
    ways: tuple[Way, ...]


def _way(said: str) -> Way:
    return Way(said, tuple(dict.fromkeys(terms(said))))


def _key(phrase: str) -> Terms:
    """What is the same for "noise-cancelling" and "noise cancelling"."""
    return tuple(terms(_JOIN.sub(" ", phrase)))


class Expansion:
    """Reads a query's words with what the shop says means the same."""

    def __init__(self, words: ShopWords) -> None:
        self._said: dict[Terms, list[Way]] = {}
        for group in words.synonyms:
            for phrase in group:
                known = self._said.setdefault(_key(phrase), [])
                others = (_way(other) for other in group if _key(other) != _key(phrase))
                known += [way for way in others if way not in known]
        self._longest = max(map(len, self._said), default=0)
        self._units: dict[str, list[str]] = {}
        for group in words.units:
            for unit in group:
                known_units = self._units.setdefault(unit.casefold(), [])
                known_units += [other for other in group if other != unit and other not in known_units]

    def wanted(self, text: str) -> list[Wanted]:
        """What `text` asks for, word by word; a phrase of the shop's is one, and so is a number with its unit."""
        said, found, at = self._words(text), [], 0
        while at < len(said):
            one = self._measure(said, at) or self._phrase(said, at) or Wanted((said[at],), (_way(said[at]),))
            found.append(one)
            at += len(one.words)
        # A mark without a letter is a word of which nothing is left to look for.
        return [one for one in found if one.ways[0].terms]

    def _words(self, text: str) -> list[str]:
        """The content words, and "in" where it is a unit behind a number."""
        content = set(content_words(text))
        every = list(dict.fromkeys(words(text)))
        return [
            word
            for before, word in zip(["", *every], every, strict=False)
            if word in content or (word.casefold() in self._units and before.isdecimal())
        ]

    def _phrase(self, said: Sequence[str], at: int) -> Wanted | None:
        for end in range(min(len(said), at + self._longest), at, -1):
            written = " ".join(said[at:end])
            others = self._said.get(_key(written))
            if others:
                return Wanted(tuple(said[at:end]), (_way(written), *others))
        return None

    def _measure(self, said: Sequence[str], at: int) -> Wanted | None:
        found = _MEASURE.fullmatch(said[at]) if self._units else None
        if found is None:
            return None
        number, unit = found.groups()
        taken = 1
        if not unit and at + 1 < len(said):
            unit, taken = said[at + 1], 2
        others = self._units.get(unit.casefold())
        if others is None:
            return None
        written = tuple(said[at : at + taken])
        ways = [*(f"{number} {other}" if other.isalpha() else number + other for other in others), f"{number} {unit}"]
        return Wanted(written, tuple(map(_way, [" ".join(written), *ways])))


PLAIN: Final = Expansion(ShopWords(units=()))
"""Knows of no other words, nor of units."""


def share(index: LexicalIndex, wanted: Sequence[Wanted]) -> NDArray[np.float32]:
    """How much of what the words could give each product's words give, from 0 to 1: shape (products,), float32.

    Of several ways to say one thing the one that a product says best counts, and together they count for as much as the
    commonest of them, as if they were one term (Lucene's SynonymQuery): a rare word for a common thing tells no more.
    """
    plain = [term for one in wanted if len(one.ways) == 1 for term in one.ways[0].terms]
    total, limit = index.scores(plain), index.limit(plain)
    for one in wanted:
        if len(one.ways) == 1:
            continue
        found = [way.terms for way in one.ways if any(len(index.rows(term)) for term in way.terms)]
        least = min(index.limit(terms) for terms in found or [one.ways[0].terms])
        if found:
            shares = [index.scores(terms) / np.float32(index.limit(terms)) for terms in found]
            total += np.float32(least) * np.maximum.reduce(shares)
        limit += least
    return np.asarray(total / np.float32(limit), dtype=np.float32)


def holding_any(generation: Generation, wanted: Sequence[Wanted], *, in_name: bool = False) -> NDArray[np.bool_]:
    """Which rows say every one of these things in some way, anywhere or in title, brand and categories."""
    held = np.full(len(generation.ids), bool(wanted))
    for one in wanted:
        held &= np.logical_or.reduce([holding(generation, way.terms, in_name=in_name) for way in one.ways])
    return held
