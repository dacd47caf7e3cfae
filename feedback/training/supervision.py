"""What is an encoder trained on, and which part of it is it never shown?"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from recommender.evaluation.trec import Judgements

__all__ = ["BEST_GRADE", "HELD_OUT_SHARE", "Grade", "Supervision", "is_held_out", "query_key"]

BEST_GRADE: Final = 3
"""Grades run from 0 to this."""

HELD_OUT_SHARE: Final = 0.3
"""Share of the queries that no training ever sees: the gate measures on them."""


@dataclass(frozen=True, slots=True)
class Grade:
    """How well a product answers a query: `value` from 0 to 1, counting for `weight` (1 is a careful judgement)."""

    query: str
    item_id: str
    value: float
    weight: float = 1.0


@dataclass(frozen=True)
class Supervision:
    """Grades and where they come from.

    `people` counts what each person contributed; a person who is erased can be traced to the models trained on them.
    `noisy` says that the grades are votes, which may be wrong.
    """

    grades: tuple[Grade, ...]
    source: str
    people: Mapping[str, int] = field(default_factory=dict)
    noisy: bool = False

    @property
    def data_hash(self) -> str:
        """Names exactly these grades, whatever their order."""
        lines = sorted(f"{one.query}\t{one.item_id}\t{one.value:.6f}\t{one.weight:.6f}" for one in self.grades)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]

    @property
    def queries(self) -> dict[str, str]:
        """Each query's text by its key, as it was written most often."""
        written: dict[str, Counter[str]] = {}
        for grade in self.grades:
            written.setdefault(query_key(grade.query), Counter())[grade.query] += 1
        return {key: min(texts, key=lambda text: (-texts[text], text)) for key, texts in written.items()}

    def judgements(self) -> Judgements:
        """The grades as whole numbers from 0 to 3, by query key; of several for a product, their weighted mean."""
        sums: dict[str, dict[str, list[float]]] = {}
        for grade in self.grades:
            total = sums.setdefault(query_key(grade.query), {}).setdefault(grade.item_id, [0.0, 0.0])
            total[0] += grade.weight * grade.value
            total[1] += grade.weight
        return {
            key: {item: round(BEST_GRADE * value / weight) for item, (value, weight) in items.items() if weight > 0}
            for key, items in sums.items()
        }

    def split(self) -> tuple[Supervision, Supervision]:
        """What may be trained on, and what is held out; a query is always on the same side, in every training."""
        held_out = {key for key in self.queries if is_held_out(key)}
        parts: tuple[list[Grade], list[Grade]] = ([], [])
        for grade in self.grades:
            parts[query_key(grade.query) in held_out].append(grade)
        train, rest = (Supervision(tuple(part), self.source, self.people, self.noisy) for part in parts)
        return train, rest


def query_key(text: str) -> str:
    """What a query is known by: its words, however they are written."""
    return " ".join(text.casefold().split())


def is_held_out(key: str, share: float = HELD_OUT_SHARE) -> bool:
    """Whether the query with this key is kept from training."""
    return int.from_bytes(hashlib.sha256(f"held out\n{key}".encode()).digest()[:8]) < share * 2**64
