"""Where are the words of a message, and which of them are already understood?"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from recommender.catalogue.words import fold
from recommender.understanding.reading import Part

__all__ = ["MAX_CHARACTERS", "Sheet", "Token", "tokenize"]

MAX_CHARACTERS: Final = 2_000
"""Of a longer message only the beginning is read: nobody describes a product in more, and time stays bounded."""

_MARK = "\u0300-\u036f"
_TOKEN = re.compile(
    rf"\d+(?:[.,]\d+)*[^\W_{_MARK}]*"  # 30, 1,299.00, 1.5k, 13in
    r"|(?:[^\W\d_]\.){2,}[^\W\d_]?"  # M.A.C
    rf"|[^\W\d_](?:[^\W_]|[{_MARK}]|['’](?=[^\W_]))*(?:(?<=\d)\.\d+|\.com\b)?"  # levi's, hdmi2.1, café
    r"|[^\s\w]|_"
)
# An amount that is written in one with what stands beside it: "under50", "50eur", "50ish".
_GLUED = re.compile(
    r"(under|below|over|above|upto|max|min)(\d+(?:[.,]\d+)*)"
    r"|(\d+(?:[.,]\d+)*k?)(usd|eur|euros?|gbp|chf|inr|rs|cad|aud|dollars?|bucks|quid|ish)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a number or one other visible character, at [start, end) of the message; `key` is its folded form."""

    key: str
    start: int
    end: int

    @property
    def is_word(self) -> bool:
        """Whether it holds a letter or a digit."""
        return self.key[:1].isalnum()


def tokenize(text: str) -> list[Token]:
    """The tokens of `text` in order. Dots inside abbreviations are left out of the key: "M.A.C" has the key "mac"."""
    tokens = []
    for found in _TOKEN.finditer(text):
        glued = _GLUED.fullmatch(found[0])
        if glued:
            one, other = filter(None, glued.groups())
            middle = found.start() + len(one)
            tokens.append(Token(_key(one), found.start(), middle))
            tokens.append(Token(_key(other), middle, found.end()))
        elif not found[0].isspace():
            tokens.append(Token(_key(found[0]), found.start(), found.end()))
    return tokens


def _key(text: str) -> str:
    key = fold(text)
    if not key:
        return text
    return "and" if key == "&" else key if key[0].isdigit() or not key[0].isalpha() else _without_dots(key)


def _without_dots(key: str) -> str:
    return key if key[-1:].isdigit() else key.replace(".", "")


class Sheet:
    """A message whose tokens the readers take one after another; what nobody takes is left to search by meaning."""

    def __init__(self, text: str) -> None:
        self.text = text[:MAX_CHARACTERS]
        self.tokens = tokenize(self.text)
        self.taken = [False] * len(self.tokens)
        self.parts: list[Part] = []
        self.respelled: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self.tokens)

    def key(self, at: int) -> str:
        """The folded form of token `at`; empty where there is none or it is taken."""
        return self.tokens[at].key if 0 <= at < len(self.tokens) and not self.taken[at] else ""

    def respell(self, at: int, word: str) -> None:
        """Token `at` is a slip of the folded `word`, which is read and searched for in its place."""
        self.tokens[at] = replace(self.tokens[at], key=word)
        self.respelled[at] = word

    def raw(self, start: int, end: int) -> str:
        """What was written for the tokens [start, end)."""
        return self.text[self.tokens[start].start : self.tokens[end - 1].end]

    def glued(self, at: int) -> bool:
        """Whether nothing stands between token `at` and the one before it."""
        return 0 < at < len(self.tokens) and self.tokens[at - 1].end == self.tokens[at].start

    def ends_at(self, at: int) -> bool:
        """Whether a phrase may end before token `at`: at the end of the message or before a punctuation mark."""
        return at >= len(self.tokens) or self.taken[at] or (not self.tokens[at].is_word and not self.glued(at + 1))

    def take(self, start: int, end: int, meaning: str) -> None:
        """The tokens [start, end) mean `meaning` and are not searched for."""
        for at in range(start, end):
            self.taken[at] = True
        self.note(start, end, meaning)

    def note(self, start: int, end: int, meaning: str) -> None:
        """The tokens [start, end) mean `meaning`, and are searched for as well."""
        self.parts.append(Part(self.tokens[start].start, self.tokens[end - 1].end, meaning))
