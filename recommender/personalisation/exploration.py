"""Which places of a list are kept free for what nobody would know about otherwise, and how likely was each product?"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Slot", "explore"]


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of a list: whose row is on it, how likely that was, from 0 to 1, and whether it was drawn by lot."""

    row: int
    propensity: float = 1.0
    explored: bool = False


def explore(chosen: Sequence[int], others: Sequence[int], share: float, seed: str) -> list[Slot]:
    """Put products of `others` on a few places of the list `chosen`.

    The first place is never given away. Each of the rest is with probability `share`, independently, and who comes is
    drawn evenly, none twice. So a product of the list was on its place with probability 1 - share, and one of `others`
    on a given place with share / len(others), whatever happened elsewhere: what the inverse of these probabilities
    weighs is learned without bias (Horvitz and Thompson, JASA 1952).

    Args:
        chosen: the list, best first.
        others: what comes next, none of it in `chosen`.
        share: which share of places is given away; 0 gives none.
        seed: the same seed draws the same.
    """
    if share <= 0 or len(others) < len(chosen):
        return [Slot(row) for row in chosen]
    draw = random.Random(seed)  # noqa: S311 - a lot, not a secret
    lots = draw.sample(list(others), len(chosen))
    slots = [Slot(row) for row in chosen[:1]]
    for row, lot in zip(chosen[1:], lots[1:], strict=True):
        if draw.random() < share:
            slots.append(Slot(lot, share / len(others), explored=True))
        else:
            slots.append(Slot(row, 1 - share))
    return slots
