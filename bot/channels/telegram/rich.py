"""How long is a text for Telegram, where may it be cut, and how is it marked without any markup being parsed?

Telegram counts UTF-16 code units. Marks are given as positions, so nothing that is in a text can become a mark.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import regex
from telegram import MessageEntity

from bot.gateway.contract import clean

__all__ = ["MOST_IN_CAPTION", "MOST_IN_MESSAGE", "RichText", "Span", "cut", "shorten", "units"]

MOST_IN_MESSAGE = 4096
MOST_IN_CAPTION = 1024

_MORE = " …"
_CLUSTER = regex.compile(r"\X")
_LONGEST_CLUSTER = 64


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to before `end` of a text are `kind` (bold, text_link); `url` is where a link leads."""

    start: int
    end: int
    kind: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class RichText:
    """A text and what is marked in it."""

    text: str = ""
    spans: tuple[Span, ...] = ()

    def add(self, text: str, kind: str | None = None, url: str | None = None) -> RichText:
        """This text with more behind it; control characters and marks that turn its direction are left out."""
        text = clean(text)
        end = len(self.text) + len(text)
        spans = self.spans if kind is None or not text.strip() else (*self.spans, Span(len(self.text), end, kind, url))
        return RichText(self.text + text, spans)

    def line(self, text: str, kind: str | None = None, url: str | None = None) -> RichText:
        """This text with a line below it; nothing changes if that line is empty."""
        if not clean(text).strip():
            return self
        return (self.add("\n") if self.text else self).add(text, kind, url)

    def part(self, start: int, end: int) -> RichText:
        """The characters `start` to before `end`, marked as they were."""
        spans = (
            Span(max(span.start, start) - start, min(span.end, end) - start, span.kind, span.url)
            for span in self.spans
            if span.start < end and span.end > start
        )
        return RichText(self.text[start:end], tuple(spans))

    def entities(self) -> Sequence[MessageEntity]:
        """The marks as Telegram takes them."""
        marks = [MessageEntity(span.kind, span.start, span.end - span.start, url=span.url) for span in self.spans]
        return MessageEntity.adjust_message_entities_to_utf_16(self.text, marks)


def units(text: str) -> int:
    """The length of a text as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(rich: RichText, most: int = MOST_IN_MESSAGE, pieces: int = 8) -> list[RichText]:
    """The text in pieces of at most `most` units, cut between paragraphs, lines or words where that is possible.

    What does not fit into `pieces` of them is left out, and the last one says so with an ellipsis. Pieces of white
    space alone, which Telegram refuses, are left out.
    """
    found: list[RichText] = []
    start = 0
    while start < len(rich.text):
        end = _end_of_piece(rich.text, start, most)
        if len(found) == pieces - 1 and rich.text[end:].strip():
            end = _end_of_piece(rich.text, start, most - len(_MORE))
            words = rich.text[start:end].rstrip()
            return [*found, rich.part(start, start + len(words)).add(_MORE)]
        piece = rich.part(start, end)
        if piece.text.strip():
            found.append(piece)
        start = end
    return found


def shorten(rich: RichText, most: int) -> RichText:
    """The text if it has at most `most` units, else as much of it as fits, cut with care, and an ellipsis."""
    return next(iter(cut(rich, most, pieces=1)), RichText())


def _end_of_piece(text: str, start: int, most: int) -> int:
    # One character is one or two units, so no more characters than units can fit.
    window = text[start : start + most + 1]
    fits = window
    while units(fits) > most:
        fits = fits[: len(fits) - max(1, (units(fits) - most) // 2)]
    if start + len(fits) >= len(text):
        return len(text)
    for border in ("\n\n", "\n", " "):
        place = fits.rfind(border)
        if place >= len(fits) // 2:
            return start + place + len(border)
    return start + _whole_clusters(window, len(fits))


def _whole_clusters(text: str, end: int) -> int:
    """`end`, or so far before it that no letter is parted from its accents and no emoji from its parts."""
    begin = max(0, end - _LONGEST_CLUSTER)
    borders = [begin + match.end() for match in _CLUSTER.finditer(text, begin, min(len(text), end + 1))]
    before = [border for border in borders if border <= end]
    return before[-1] if before and before[-1] > begin else end
