"""Whose vote is how much worth, and what do the votes on a product say together?"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

__all__ = ["Agreed", "Opinion", "consensus", "reliabilities"]

PRIOR_RIGHT, PRIOR_WRONG = 8.0, 2.0
"""Before anything is known, a person is taken to be right as in 8 of 10 votes."""

_ROUNDS: Final = 30
_CLOSE: Final = 1e-4
_LIKED: Final = 0.5

T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Opinion:
    """One person's thumb."""

    person_id: str
    up: bool


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the thumbs say together: `value`, how likely the product is right, and `certainty`, how sure that is."""

    value: float
    certainty: float


def consensus(opinions: Mapping[T, Sequence[Opinion]]) -> dict[T, Agreed]:
    """What is agreed on each thing that people voted on."""
    right = reliabilities(opinions)
    return {thing: _agreed(_likely(votes, right)) for thing, votes in opinions.items() if votes}


def reliabilities(opinions: Mapping[T, Sequence[Opinion]]) -> dict[str, float]:
    """How often each person is right, found from where they agree with others.

    Expectation and maximisation in turns: what is right given how reliable everybody is, how reliable everybody is
    given what is right (Dawid and Skene, "Maximum likelihood estimation of observer error-rates using the EM
    algorithm", Applied Statistics 1979; one rate a person, with a prior). A person counts as no better than chance at
    worst: whoever is always wrong is not trusted to be so.
    """
    by_person: dict[str, list[tuple[T, bool]]] = defaultdict(list)
    for thing, votes in opinions.items():
        for vote in votes:
            by_person[vote.person_id].append((thing, vote.up))
    right = dict.fromkeys(by_person, PRIOR_RIGHT / (PRIOR_RIGHT + PRIOR_WRONG))
    for _ in range(_ROUNDS):
        likely = {thing: _likely(votes, right) for thing, votes in opinions.items()}
        updated = {}
        for person, cast in by_person.items():
            # What only this person voted on says nothing about them.
            shared = [(thing, up) for thing, up in cast if len(opinions[thing]) > 1]
            hits = sum(likely[thing] if up else 1 - likely[thing] for thing, up in shared)
            rate = (hits + PRIOR_RIGHT) / (len(shared) + PRIOR_RIGHT + PRIOR_WRONG)
            updated[person] = max(rate, 0.5)
        moved = max((abs(updated[person] - right[person]) for person in right), default=0.0)
        right = updated
        if moved < _CLOSE:
            break
    return right


def _likely(votes: Sequence[Opinion], right: Mapping[str, float]) -> float:
    """How likely the thing is right, given the votes on it."""
    odds = math.log(_LIKED / (1 - _LIKED))
    for vote in votes:
        rate = min(max(right[vote.person_id], 0.5), 0.99)
        odds += math.log(rate / (1 - rate)) * (1 if vote.up else -1)
    return 1 / (1 + math.exp(-odds))


def _agreed(likely: float) -> Agreed:
    return Agreed(likely, abs(2 * likely - 1))
