"""Which words does a text hold, in the form in which a query's words and a product's words meet?"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from threading import Lock

import regex
import Stemmer

__all__ = ["STOP_WORDS", "content_words", "terms", "word_terms", "words"]

_STOP_WORDS = """
a an and any are as at be but by can do for from have i in is it its me my of on or our please show some that the their
them there these this those to want we what which with you your
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""Words that say nothing about which product is meant."""

# A word is letters, digits and marks; hyphens, dots, slashes and apostrophes inside it join its parts ("wh-1000xm4").
_WORD = regex.compile(r"[\p{L}\p{N}\p{M}]+(?:[-_./'’+][\p{L}\p{N}\p{M}]+)*")
_PART = regex.compile(r"\p{N}+|[\p{L}\p{M}]+")
_JOIN = regex.compile(r"[-_./'’+]")
# Scripts written without spaces; two neighbouring characters stand for a word.
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]+")
_ACCENTS = regex.compile(r"[\u0300-\u036f]+")


def words(text: str) -> list[str]:
    """The words of `text` as they were written, in order."""
    return [match.group() for match in _WORD.finditer(text)]


def content_words(text: str) -> list[str]:
    """The words of `text` without stop words, each once; all of its words where nothing else would be left."""
    found = list(dict.fromkeys(words(text)))
    return [word for word in found if word.casefold() not in STOP_WORDS] or found


def terms(text: str) -> list[str]:
    """Every term of `text`, in order and with repetitions: what the lexical index counts."""
    return [term for word in words(text) for term in word_terms(word)]


@lru_cache(maxsize=200_000)
def word_terms(word: str) -> tuple[str, ...]:
    """The terms of one written word: folded (case, accents, width) and stemmed.

    A word of several parts gives its parts and, joined, the whole: "WH-1000XM4" gives wh, 1000, xm, 4 and wh1000xm4, so
    that it is found however a shopper writes it. Runs of unspaced script give their pairs of characters.
    """
    return tuple(dict.fromkeys(_terms(word)))


def _terms(word: str) -> Iterator[str]:
    folded = _fold(word)
    if _UNSPACED.search(folded):
        for run in regex.findall(rf"{_UNSPACED.pattern}|[^\W_]+", folded):
            yield from _pairs(run) if _UNSPACED.match(run) else [run]
        return
    pieces = [piece for piece in _JOIN.split(folded) if piece]
    if len(pieces) == 2 and pieces[1] == "s":  # the possessive: "men's"
        pieces = pieces[:1]
    parts = [part for piece in pieces for part in _PART.findall(piece)]
    for part in parts:
        yield _stem(part)
    if len(parts) > 1:
        yield "".join(parts)


def _fold(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word).casefold()
    return unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed))


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


# One stemmer must not be used by two threads at once; the cache above makes the lock cheap.
_STEMMER = Stemmer.Stemmer("english")
_STEMMER_LOCK = Lock()


def _stem(part: str) -> str:
    with _STEMMER_LOCK:
        return str(_STEMMER.stemWord(part))
