"""How far can each rater be relied upon, and what do all of them together say?

A. P. Dawid and A. M. Skene, "Maximum likelihood estimation of observer error-rates using the EM algorithm" (1979): each
rater has a table of what they say when the truth is something; truth and tables are estimated in turns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["Consensus", "consensus"]

Floats = NDArray[np.float64]

_ROUNDS: Final = 100
_SETTLED: Final = 1e-6
# Everybody is believed to be mostly right until their answers say otherwise: with few labels the tables stay sane.
_PRIOR_RIGHT: Final = 2.0
_PRIOR_WRONG: Final = 0.2


@dataclass(frozen=True, slots=True)
class Consensus:
    """What raters together say of one subject: the likeliest value, and how probable each is."""

    value: str
    probabilities: Mapping[str, float]

    @property
    def certainty(self) -> float:
        """The probability of the likeliest value."""
        return self.probabilities[self.value]


def consensus(decisions: Sequence[Mapping[str, str]]) -> tuple[list[Consensus], dict[str, float]]:
    """What is true of each subject, and each rater's reliability: how probably they say what is true.

    Args:
        decisions: for each subject the value each rater gave, at least one.
    """
    if not decisions:
        return [], {}
    values = sorted({value for one in decisions for value in one.values()})
    raters = sorted({rater for one in decisions for rater in one})
    said = np.zeros((len(decisions), len(raters), len(values)))
    for row, one in enumerate(decisions):
        for rater, value in one.items():
            said[row, raters.index(rater), values.index(value)] = 1.0
    truth = said.sum(axis=1)
    truth /= truth.sum(axis=1, keepdims=True)
    tables = np.empty(0)
    for _ in range(_ROUNDS):
        tables = _tables(truth, said)
        settled, truth = truth, _truth(truth, tables, said)
        if np.abs(truth - settled).max() < _SETTLED:
            break
    shares = truth.mean(axis=0)
    reliabilities = {rater: float((shares * np.diagonal(tables[place])).sum()) for place, rater in enumerate(raters)}
    return [
        Consensus(values[int(row.argmax())], dict(zip(values, map(float, row), strict=True))) for row in truth
    ], reliabilities


def _tables(truth: Floats, said: Floats) -> Floats:
    """For each rater, how often (row: what is true, column: what they say), with the prior's counts added."""
    count = truth.shape[1]
    prior = np.full((count, count), _PRIOR_WRONG) + np.eye(count) * (_PRIOR_RIGHT - _PRIOR_WRONG)
    tables = np.einsum("st,srv->rtv", truth, said) + prior
    return np.asarray(tables / tables.sum(axis=2, keepdims=True))


def _truth(truth: Floats, tables: Floats, said: Floats) -> Floats:
    """How probable each value is for each subject, given what everybody said and how they err."""
    shares = truth.mean(axis=0)
    logs = np.log(np.maximum(shares, 1e-12)) + np.einsum("srv,rtv->st", said, np.log(tables))
    likely = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(likely / likely.sum(axis=1, keepdims=True))
