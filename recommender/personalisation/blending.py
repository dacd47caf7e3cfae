"""How much should each model count, judging by purchases that none of them has seen?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from recommender.personalisation.model import Recommender, best
from recommender.personalisation.past import Floats, HeldOut

__all__ = ["Blend", "Choices", "alike", "learn_blend"]

_CANDIDATES: Final = 100
_AT_ONCE: Final = 128
_DEPTH: Final = 20
_STEPS: Final = (0.0, 0.03, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.4, 2.0, 3.0)
_ROUNDS: Final = 3


@dataclass(frozen=True)
class Choices:
    """What people could have taken when they took something, and how each model saw it.

    `scores`: shape (candidates of all people, models), float32; person i's candidates are `starts[i]` up to
    `starts[i + 1]`, the one they took first. The others are the best of any model: one that no model has among its
    best cannot come out on top.
    """

    models: tuple[str, ...]
    starts: NDArray[np.int64]
    scores: Floats

    @classmethod
    def of(cls, models: Mapping[str, Recommender[object]], held_out: Sequence[HeldOut]) -> Self:
        """Score the candidates of everybody who was held out."""
        starts, blocks = [0], []
        for first in range(0, len(held_out), _AT_ONCE):
            some = held_out[first : first + _AT_ONCE]
            each = [model.score_many([model.fold_in(one.past) for one in some]) for model in models.values()]
            for one, scores in zip(some, np.stack(each, axis=2), strict=True):
                scores[one.past.rows] = -np.inf
                candidates = np.unique(np.concatenate([best(column, _CANDIDATES) for column in scores.T]))
                others = np.setdiff1d(candidates, [*one.past.rows, one.target])
                blocks.append(scores[np.concatenate([[one.target], others])])
                starts.append(starts[-1] + len(blocks[-1]))
        empty = np.empty((0, len(models)), dtype=np.float32)
        return cls(tuple(models), np.array(starts), np.concatenate([empty, *blocks]).astype(np.float32))

    @property
    def people(self) -> int:
        """How many people there are."""
        return len(self.starts) - 1

    def of_people(self, people: Sequence[int]) -> Self:
        """The choices of some of them."""
        blocks = [self.scores[self.starts[person] : self.starts[person + 1]] for person in people]
        starts = np.concatenate([[0], np.cumsum([len(block) for block in blocks])]).astype(np.int64)
        return type(self)(self.models, starts, np.concatenate([self.scores[:0], *blocks]))

    def ranks(self, weights: Floats) -> NDArray[np.int64]:
        """By person, how many candidates come before what they took; of equal ones half."""
        total = self.scores @ weights
        taken = np.repeat(total[self.starts[:-1]], np.diff(self.starts))
        before = np.add.reduceat((total > taken).astype(np.int64), self.starts[:-1])
        equal = np.add.reduceat((total == taken).astype(np.int64), self.starts[:-1]) - 1
        ranks: NDArray[np.int64] = before + (equal + 1) // 2
        return ranks

    def ndcg(self, weights: Floats, depth: int = _DEPTH) -> float:
        """The mean of 1 / log2(rank + 1) of what people took, 0 beyond `depth`."""
        ranks = self.ranks(weights)
        return float(np.where(ranks < depth, 1 / np.log2(ranks + 2), 0).mean())


@dataclass(frozen=True, slots=True)
class Blend:
    """The weight of each model, and NDCG@20 on people the weights were not learned on: of the blend, of each alone."""

    weights: dict[str, float]
    blended: float
    alone: dict[str, float]


def learn_blend(choices: Choices) -> Blend:
    """The weights that put what people took highest, learned on every other person and checked on the rest.

    They are moved one at a time to where NDCG@20 is highest, none below 0 (coordinate ascent: Metzler and Croft,
    Information Retrieval 2007). Where the best model alone does better on those they were not learned on, it is the
    blend. In the median the best candidate of a person scores 1.

    Raises:
        ValueError: there are fewer than two people.
    """
    if choices.people < 2:
        raise ValueError("weights are learned on one half of the people and checked on the other")
    learning = choices.of_people(range(0, choices.people, 2))
    checking = choices.of_people(range(1, choices.people, 2))
    single = np.eye(len(choices.models), dtype=np.float32)
    alone = [checking.ndcg(one) for one in single]
    weights = _climb(learning)
    blended = checking.ndcg(weights)
    if blended < max(alone):
        weights, blended = single[int(np.argmax(alone))], max(alone)
    weights = weights / max(float(np.median(np.maximum.reduceat(choices.scores @ weights, choices.starts[:-1]))), 1e-9)
    return Blend(
        dict(zip(choices.models, weights.tolist(), strict=True)),
        blended,
        dict(zip(choices.models, alone, strict=True)),
    )


def alike(choices: Choices) -> Floats:
    """The weights under which every model counts alike: its best candidate for a person scores 1 in the median."""
    best_of_each = np.median(np.maximum.reduceat(choices.scores, choices.starts[:-1], axis=0), axis=0)
    weights: Floats = np.where(best_of_each > 0, 1 / np.maximum(best_of_each, 1e-9), 0).astype(np.float32)
    return weights


def _climb(choices: Choices) -> Floats:
    """The weights that coordinate ascent on NDCG@20 ends with; at first every model counts alike."""
    unit = alike(choices)
    weights, reached = unit, choices.ndcg(unit)
    for _ in range(_ROUNDS):
        for place in range(len(unit)):
            for step in _STEPS:
                tried = weights.copy()
                tried[place] = unit[place] * np.float32(step)
                found = choices.ndcg(tried)
                if found > reached:
                    weights, reached = tried, found
    return weights
