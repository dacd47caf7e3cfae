"""In which scripts can a sentence encoder read? One that knows English sees Chinese as single strange characters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final, Protocol, runtime_checkable

import regex

__all__ = ["LEAST_PIECES", "ReadsScripts", "is_read", "scripts_of"]

LEAST_PIECES: Final = 600
"""With fewer pieces of a script in its vocabulary an encoder has the letters at most, not the words.

all-MiniLM-L6-v2 has 494 pieces with Chinese characters and 86 Cyrillic ones; multilingual models have thousands.
"""

_SCRIPT = regex.compile(
    r"(?P<Han>\p{Han})|(?P<Kana>[\p{Hiragana}\p{Katakana}])|(?P<Hangul>\p{Hangul})|(?P<Cyrillic>\p{Cyrillic})"
    r"|(?P<Greek>\p{Greek})|(?P<Arabic>\p{Arabic})|(?P<Hebrew>\p{Hebrew})|(?P<Devanagari>\p{Devanagari})"
    r"|(?P<Bengali>\p{Bengali})|(?P<Thai>\p{Thai})|(?P<Latin>\p{L})"
)
_LATIN = "Latin"


@runtime_checkable
class ReadsScripts(Protocol):
    """An encoder that knows which texts it cannot read."""

    def reads(self, text: str) -> bool:
        """Whether the vector of `text` says what it means."""
        ...


def scripts_of(vocabulary: Iterable[str]) -> frozenset[str]:
    """The scripts of which a tokenizer's vocabulary has words, not letters alone; Latin always."""
    pieces: Counter[str] = Counter()
    for piece in vocabulary:
        pieces.update({str(match.lastgroup) for match in _SCRIPT.finditer(piece)})
    return frozenset({_LATIN, *(script for script, count in pieces.items() if count >= LEAST_PIECES)})


def is_read(text: str, scripts: frozenset[str]) -> bool:
    """Whether at least half of the letters of `text` are of these scripts; what has no letters is."""
    letters = Counter(str(match.lastgroup) for match in _SCRIPT.finditer(text))
    return 2 * sum(count for script, count in letters.items() if script in scripts) >= letters.total()
