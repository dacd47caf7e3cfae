"""What does every format give: one product's raw values, or a piece of the file that cannot be read as one?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Entry", "Record", "Unreadable", "Value"]


Value = str | list[str]
"""One raw value: text as it stands in the file, or a list of texts."""


@dataclass(frozen=True, slots=True)
class Record:
    """The raw values of one product by column name, and the line on which it begins (XML: the number of its item)."""

    line: int
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line that is no record, and why; which product it was meant to be cannot be known."""

    line: int
    reason: str


Entry = Record | Unreadable
