"""Is that a word of English, whatever the catalogue says?"""

from __future__ import annotations

from functools import cache

from spellchecker import SpellChecker

from recommender.catalogue.words import singular

__all__ = ["is_english", "read_dictionary"]


def is_english(word: str) -> bool:
    """Whether the folded `word` is one that English texts use, or the plural of one."""
    known = read_dictionary()
    return word in known or singular(word) in known


@cache
def read_dictionary() -> frozenset[str]:
    """The 160,000 words of pyspellchecker's English dictionary, folded; read once, in about half a second."""
    dictionary = SpellChecker(language="en").word_frequency.dictionary
    # "L'oréal" and "d'or" are names; what is left of "don't" is how people write it.
    return frozenset(word.replace("'", "") for word in dictionary if word[1:2] != "'")
