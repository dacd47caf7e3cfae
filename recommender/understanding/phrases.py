"""Which fixed words does each reader know? They are kept in `phrases.yml`, by reader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any, Generic, TypeVar

import yaml

from recommender.understanding.tokens import Sheet, tokenize

__all__ = ["Phrases", "fixed_words", "phrase_list", "phrase_set", "phrases", "word_set"]

Value = TypeVar("Value")


class Phrases(Generic[Value]):
    """Fixed phrases and what each stands for; the longest that fits wins."""

    def __init__(self, meanings: Mapping[str, Value]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], Value]]] = {}
        for phrase, meaning in meanings.items():
            keys = tuple(token.key for token in tokenize(phrase))
            self._by_first.setdefault(keys[0], []).append((keys, meaning))
        for entries in self._by_first.values():
            entries.sort(key=lambda entry: -len(entry[0]))

    def match(self, sheet: Sheet, at: int) -> tuple[int, Value] | None:
        """Where the longest phrase that starts at token `at` ends, and its meaning."""
        for keys, meaning in self._by_first.get(sheet.key(at), ()):
            if all(sheet.key(at + offset) == key for offset, key in enumerate(keys)):
                return at + len(keys), meaning
        return None


def phrases(section: str, meanings: Mapping[str, Value]) -> Phrases[Value]:
    """The phrases of a section that lists them by meaning ("prices.before"); a meaning is named in small letters."""
    by_name = {name.lower(): meaning for name, meaning in meanings.items()}
    return Phrases({phrase: by_name[name] for name, listed in _section(section).items() for phrase in listed})


def phrase_set(section: str) -> Phrases[bool]:
    """The phrases of a section that all mean the same; the value of each is True."""
    return Phrases(dict.fromkeys(_section(section), True))


def phrase_list(section: str) -> tuple[str, ...]:
    """The phrases of a section as they are written; none where there is no such section."""
    return tuple(_section(section) or ())


def word_set(section: str) -> frozenset[str]:
    """The words of a section."""
    return frozenset(_section(section))


@cache
def fixed_words() -> frozenset[str]:
    """Every word of every phrase."""

    def said(node: Any) -> Iterator[str]:
        if isinstance(node, str):
            yield node
        else:
            for inner in node.values() if isinstance(node, dict) else node:
                yield from said(inner)

    return frozenset(token.key for phrase in said(_file()) for token in tokenize(phrase))


def _section(path: str) -> Any:
    found = _file()
    for name in path.split("."):
        found = found.get(name, {})
    return found


@cache
def _file() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("phrases.yml").read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    return content
