"""Which words of a query are tagged as what, and how are such queries kept in files?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from recommender.errors import BadInputError

__all__ = ["OUTSIDE", "Span", "Tagged", "has_tags", "micro_f1", "read_tagged", "read_tokens", "spans", "write_tagged"]

OUTSIDE: Final = "O"


@dataclass(frozen=True, slots=True)
class Tagged:
    """A query's words, and the tag of each: "B-kind" where a span begins, "I-kind" where it goes on, "O" outside."""

    tokens: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """The words from number `start` up to but without `end` are a `kind`."""

    start: int
    end: int
    kind: str


def spans(tags: Sequence[str]) -> set[Span]:
    """The spans that BIO tags describe; an I- that continues nothing of its kind begins a span."""
    found: set[Span] = set()
    begun, kind = 0, ""
    for place, tag in enumerate([*tags, OUTSIDE]):
        goes_on = tag.startswith("I-") and tag[2:] == kind
        if kind and not goes_on:
            found.add(Span(begun, place, kind))
            kind = ""
        if tag != OUTSIDE and not goes_on:
            begun, kind = place, tag[2:]
    return found


def micro_f1(truth: Iterable[Sequence[str]], found: Iterable[Sequence[str]]) -> float:
    """Strict micro-F1: a span counts only with the right bounds and the right kind; 0 where there are no spans."""
    right = expected = given = 0
    for one, other in zip(truth, found, strict=True):
        wanted, had = spans(one), spans(other)
        right, expected, given = right + len(wanted & had), expected + len(wanted), given + len(had)
    return 2 * right / (expected + given) if expected + given else 0.0


def read_tagged(path: Path) -> list[Tagged]:
    """The tagged queries of a file of JSON lines, `{"tokens": […], "tags": […]}`.

    Raises:
        BadInputError: the file cannot be read, or a line is not of that form.
    """
    rows = []
    for number, row in _rows(path):
        tokens, tags = _words(path, number, row, "tokens"), _words(path, number, row, "tags")
        if len(tokens) != len(tags):
            raise BadInputError(f"{path}, line {number}, has {len(tokens)} tokens and {len(tags)} tags.")
        wrong = next((tag for tag in tags if tag != OUTSIDE and (tag[:2] not in ("B-", "I-") or len(tag) < 3)), None)
        if wrong is not None:
            raise BadInputError(f"{path}, line {number}: the tag {wrong!r} is neither O nor B-kind nor I-kind.")
        rows.append(Tagged(tokens, tags))
    return rows


def read_tokens(path: Path) -> list[tuple[str, ...]]:
    """The words of every query of a file of JSON lines, `{"tokens": […]}`; tags may be missing and are not read.

    Raises:
        BadInputError: the file cannot be read, or a line is not of that form.
    """
    return [_words(path, number, row, "tokens") for number, row in _rows(path)]


def has_tags(path: Path) -> bool:
    """Whether every line of the file says tags, so that what is found can be compared with them.

    Raises:
        BadInputError: the file cannot be read, or a line is no object.
    """
    rows = _rows(path)
    return bool(rows) and all("tags" in row for _, row in rows)


def write_tagged(path: Path, rows: Iterable[Tagged]) -> None:
    """Write tagged queries as JSON lines.

    Raises:
        BadInputError: the file cannot be written.
    """
    try:
        with path.open("w", encoding="utf-8") as file:
            for row in rows:
                file.write(json.dumps({"tokens": row.tokens, "tags": row.tags}, ensure_ascii=False) + "\n")
    except OSError as error:
        raise BadInputError(f"{path} cannot be written: {error.strerror}.") from error


def _rows(path: Path) -> list[tuple[int, dict[str, Any]]]:
    try:
        with path.open(encoding="utf-8-sig") as file:
            lines = [(number, line) for number, line in enumerate(file, start=1) if line.strip()]
    except OSError as error:
        raise BadInputError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadInputError(f"{path} is not UTF-8 (byte {error.start}).") from error
    rows = []
    for number, line in lines:
        try:
            row = json.loads(line)
        except ValueError as error:
            raise BadInputError(f"{path}, line {number}, is not JSON: {error}.") from error
        if not isinstance(row, dict):
            raise BadInputError(f"{path}, line {number}, is no object with tokens.")
        rows.append((number, row))
    return rows


def _words(path: Path, number: int, row: dict[str, Any], name: str) -> tuple[str, ...]:
    found = row.get(name)
    if not isinstance(found, list) or not all(isinstance(word, str) for word in found):
        raise BadInputError(f"{path}, line {number}, has no list of words called {name!r}.")
    return tuple(found)
