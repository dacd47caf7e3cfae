"""What does a text of a feed say, once markup and characters that nobody sees are gone?"""

from __future__ import annotations

import html
import re
import string
import unicodedata
from typing import Final

__all__ = ["GARBLED", "clean", "plain"]

GARBLED: Final = "\ufffd"
"""Stands where the bytes of a feed were no text."""

# Lower case of the same length, which str.lower() does not promise.
_ASCII_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
# Tags that part no words: "<b>w</b>ord" is one word, "<li>one</li><li>two</li>" are two.
# fmt: off
_INLINE = frozenset(
    (
        "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "em", "font", "i", "ins", "kbd", "mark",
        "q", "s", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "wbr"
    )
)
# fmt: on
_UNREAD = frozenset({"script", "style", "template", "head", "iframe", "svg"})
# A tag ends at the first ">" outside quotes; where its quotes do not match, at the first ">". None reaches over a "<".
_MARKUP = re.compile(
    r"""<!--|<(?P<close>/?)(?P<name>[a-z][^\s/<>]*+)(?:(?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+>|[^<>]*+>)|<[!?/][^<>]*+>"""
)
# Controls, formats (bidi marks and zero-width characters among them), lone surrogates and private characters.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co"})
# What exporters write for "no value".
_NOTHING = frozenset({"", "nan", "null", "inf", "-inf", "+inf", "#n/a", "\\n"})
_LONGEST_NOTHING = max(map(len, _NOTHING))
# Markup is parsed up to this many times the length that is kept, so that a huge field costs little.
_MARKUP_FACTOR = 5


def plain(text: str) -> str:
    """`text` in one line and in composed form (NFC), without characters that nobody sees; "" for NaN and the like."""
    if not text.isprintable():
        text = "".join(
            " " if character.isspace() else character
            for character in text
            if character.isspace() or unicodedata.category(character) not in _UNSEEN
        )
    text = " ".join(text.split())
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return "" if len(text) <= _LONGEST_NOTHING and text.lower() in _NOTHING else text


def clean(text: str, limit: int) -> tuple[str, bool]:
    """`text` as `plain` gives it, without HTML and at most `limit` characters long; and whether it had to be cut.

    Markup that is itself escaped ("&lt;b&gt;", "&amp;amp;", as feeds carry it) goes as well.
    """
    cut = len(text) > limit * _MARKUP_FACTOR
    if cut:
        text = text[: limit * _MARKUP_FACTOR]
        if text.rfind("<") > text.rfind(">"):
            text = text[: text.rfind("<")]
    if "<" in text or "&" in text:
        text = _without_markup(text)
        if "<" in text or "&" in text:
            text = _without_markup(text)
    text = plain(text)
    if len(text) > limit:
        return text[:limit].rstrip(), True
    return text, cut


def _without_markup(text: str) -> str:
    """`text` without tags, comments and what is not for reading, its character references resolved.

    The standard library's HTML parser takes minutes for a hundred thousand characters made to vex it; this reads every
    character a fixed number of times.
    """
    lowered = text.translate(_ASCII_LOWER)
    parts: list[str] = []
    position = 0
    while match := _MARKUP.search(lowered, position):
        parts.append(text[position : match.start()])
        position = match.end()
        name = match["name"]
        if match[0] == "<!--":
            position = min(_find(lowered, "-->", position) + len("-->"), len(text))
        elif name in _UNREAD and not match["close"]:
            position = _find(lowered, f"</{name}", position)
        elif name not in _INLINE:
            parts.append(" ")
    parts.append(text[position:])
    return html.unescape("".join(parts))


def _find(text: str, mark: str, start: int) -> int:
    """Where `mark` begins; the end of `text` if it never comes, for so browsers read what is left open."""
    found = text.find(mark, start)
    return len(text) if found < 0 else found
