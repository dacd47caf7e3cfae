"""Which word of the catalogue was meant by one that neither the catalogue nor English has?"""

from __future__ import annotations

from collections import Counter
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from recommender.understanding.english import is_english, read_dictionary
from recommender.understanding.phrases import fixed_words
from recommender.understanding.tokens import Sheet
from recommender.understanding.vocabulary import Vocabulary

__all__ = ["Spelling"]

SHORTEST: Final = 5
"""A shorter word has too many neighbours to be corrected, unless one of our own phrases or a colour is among them."""
SHORTEST_KNOWN: Final = 4
LONGEST: Final = 20
TWO_SLIPS_FROM: Final = 8
"""From this many letters on two slips are forgiven, below it one."""
MOST_CORRECTED: Final = 8
"""So many words of a message are looked up at most: time stays bounded, whatever is pasted."""
_EXPECTED_COUNT: Final = 10
"""How many products a word of our own phrases ("cheapest"), a colour or material counts for at least."""


class Spelling:
    """Corrects what shoppers write with the words that this catalogue's titles, brands and categories use.

    A slip is a letter too many, too few, another one, or two that changed places (optimal string alignment). Nothing
    that the catalogue holds anywhere, that is an English word or that has a digit in it (a model) is ever touched.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        # What wishes are made of is expected more than the name of any product.
        values = {word for phrases in vocabulary.values.values() for phrase in phrases for word in phrase.split()}
        self._expected = values | fixed_words()
        self._counts = Counter(dict.fromkeys(self._expected, _EXPECTED_COUNT))
        self._counts.update(vocabulary.name_words)
        self._by_length: dict[int, list[str]] = {}
        if not vocabulary.name_words:
            return  # without a catalogue there is nothing to look for, and nothing to correct
        read_dictionary()  # now, so that no message waits for it
        for word in sorted(filter(_is_correctable, self._counts)):
            self._by_length.setdefault(len(word), []).append(word)

    def correct(self, sheet: Sheet) -> None:
        """Respell the misspelled words of the message, where exactly one word is likeliest."""
        looked_up = 0 if self._by_length else MOST_CORRECTED
        for at, token in enumerate(sheet.tokens):
            if looked_up == MOST_CORRECTED:
                return
            if self._is_word(token.key):
                continue
            looked_up += 1
            meant = self.meant_by(token.key)
            if meant is not None:
                sheet.respell(at, meant)

    def meant_by(self, word: str) -> str | None:
        """The word that the folded `word` is a slip of; None for a word that is one, and where none is near.

        The fewest slips win, then the same first and last letter, then what more products are called.
        """
        if not self._by_length or self._is_word(word):
            return None
        slips = 2 if len(word) >= TWO_SLIPS_FROM else 1
        near = [
            (distance, found[:1] != word[:1], found[-1:] != word[-1:], -self._counts[found], found)
            for length in range(len(word) - slips, len(word) + slips + 1)
            for found, distance, _ in process.extract(
                word, self._by_length.get(length, ()), scorer=OSA.distance, score_cutoff=slips, limit=None
            )
            if self._is_near(word, found, distance)
        ]
        return min(near)[-1] if near else None

    def _is_near(self, word: str, found: str, distance: int) -> bool:
        if len(word) < SHORTEST and found not in self._expected:
            return False
        # Few begin a word with the wrong letter, and then they make no second slip.
        return found[:1] == word[:1] or found[:2] == word[1::-1] or (distance == 1 and len(word) >= TWO_SLIPS_FROM - 1)

    def _is_word(self, key: str) -> bool:
        return not _is_correctable(key) or self._vocabulary.knows(key) or key in fixed_words() or is_english(key)


def _is_correctable(key: str) -> bool:
    return SHORTEST_KNOWN <= len(key) <= LONGEST and key.isascii() and key.isalpha()
