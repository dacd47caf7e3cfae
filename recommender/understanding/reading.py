"""What did the shopper's words turn out to mean, and which words meant it?"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from recommender.understanding.query import Constraint, Query

__all__ = ["Part", "Reading", "ShownItem"]


@dataclass(frozen=True, slots=True)
class ShownItem:
    """A product in front of the shopper: what "the second one" or "that Sony" can mean. `position` is from 1."""

    id: str
    position: int
    title: str
    brand: str
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class Part:
    """The characters [start, end) of the text, and what they were read as (in words, for who looks for errors)."""

    start: int
    end: int
    meaning: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The outcome of reading one message.

    `query` is complete: for an amendment it is the previous query with `added` and `removed` applied. `references` are
    ids of shown products, in the order they were named. `known` says whether any word of the search text occurs in the
    catalogue, which tells "blue beanie" from "asdf". `compared` are those of `added` that come from a comparison with
    what was shown ("cheaper"), `unmatched` the denied words that no product has: they rule nothing out. `respelled` are
    the misspelled words that are searched for, as they were written and as they were read. `names_thing` says whether
    the message itself says what kind of thing it is about, rather than conditions alone. `further` are wishes of the
    same message that are about something else: only the first is read.
    """

    kind: Literal["new", "amend"]
    query: Query
    added: tuple[Constraint, ...] = ()
    removed: tuple[Constraint, ...] = ()
    references: tuple[str, ...] = ()
    quantity: int | None = None
    known: bool = False
    compared: tuple[Constraint, ...] = ()
    unmatched: tuple[str, ...] = ()
    respelled: tuple[tuple[str, str], ...] = ()
    names_thing: bool = False
    further: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
