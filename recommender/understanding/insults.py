"""What of a message is anger rather than a wish?"""

from __future__ import annotations

from recommender.understanding.phrases import phrase_set, word_set
from recommender.understanding.tokens import Sheet

__all__ = ["without_insults"]

_INSULTS = phrase_set("insults.phrases")
# What is left of an outburst and asks for nothing.
_EMPTY = word_set("insults.empty")


def without_insults(text: str) -> str:
    """`text` without what only insults, and "" where nothing else was said; `text` itself where nobody is insulted.

    Words that products are called as well ("dumb blonde", "damn") are no insults by themselves.
    """
    sheet = Sheet(text)
    kept: list[tuple[int, int]] = []
    at, start = 0, 0
    while at < len(sheet):
        insult = _INSULTS.match(sheet, at)
        if insult is None:
            at += 1
            continue
        kept.append((start, sheet.tokens[at].start))
        start = sheet.tokens[insult[0] - 1].end
        at = insult[0]
    if not kept:
        return text
    calm = " ".join(" ".join(text[first:last].strip(" ,.!?;:") for first, last in [*kept, (start, len(text))]).split())
    said = {token.key for token in Sheet(calm).tokens if token.is_word}
    return "" if said <= _EMPTY else calm
