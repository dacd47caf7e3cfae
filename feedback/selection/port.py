"""What does everything that chooses what to ask have in common?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Candidate", "Pick", "Reason", "Strategy"]


class Reason(StrEnum):
    """Why something is asked, in the words the trainer reads."""

    DISAGREEMENT = "legs disagree"
    BOUNDARY = "near the boundary"
    UNUSUAL = "unlike anything labelled"
    THUMBS_DOWN = "many thumbs down"
    RANDOM = "by chance"
    CHANGE = "would change the model most"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A product for a query that could be asked about.

    `legs` and `score` are those it was shown with; `vector` (float32, unit length) says what it means, where that is
    known; without it `text` stands in.
    """

    key: str
    query: str
    text: str
    score: float = 0.0
    legs: Mapping[str, float] = field(default_factory=dict)
    up: int = 0
    down: int = 0
    vector: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True)
class Pick:
    """One that is asked: `weight` is how strongly `reason` speaks for it, from 0 to 1."""

    key: str
    reason: Reason
    weight: float


class Strategy(Protocol):
    """Chooses."""

    def select(self, items: Sequence[Candidate], labels: Mapping[str, float], budget: int) -> Sequence[Pick]:
        """At most `budget` of the items that have no label yet, each once, most worth asking first.

        The same input gives the same picks.

        Args:
            items: everything there is, labelled or not.
            labels: the grades known so far, by key; keys of things that are not in `items` are ignored.
            budget: how many answers can be had.
        """
        ...
