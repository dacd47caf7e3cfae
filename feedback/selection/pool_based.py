"""What do the textbook strategies of active learning pick, each on its own?

All of them see a candidate as numbers: its score and its legs. scikit-activeml does the choosing; a strategy that needs
labels of both kinds, or two legs, and has not got them, picks at random.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from skactiveml.classifier import SklearnClassifier
from skactiveml.pool import CoreSet, ExpectedModelChangeMaximization, UncertaintySampling
from skactiveml.regressor import SklearnRegressor
from sklearn.linear_model import LogisticRegression, Ridge

from feedback.selection.port import Candidate, Pick, Reason
from feedback.selection.worth_asking import GOOD, legs_apart

__all__ = ["STRATEGIES", "Disagreement", "Diversity", "ExpectedChange", "Margin", "RandomChoice"]

Floats = NDArray[np.float64]

LOOKED_AT: Final = 200


@dataclass(frozen=True)
class _Pool:
    """What a strategy sees.

    `table` are the numbers of all `items`, each column with mean 0 and variance 1; `grades` are not a number where
    there is none; `open_rows` are those without one, `count` of which will be picked.
    """

    items: Sequence[Candidate]
    table: Floats
    grades: Floats
    open_rows: NDArray[np.intp]
    count: int


class _PoolBased(ABC):
    """Picks the candidates without a label that have the highest weights."""

    reason: Reason

    def __init__(self, seed: int = 0) -> None:
        """`seed` decides between equals, and where chance decides."""
        self.seed = seed

    def select(self, items: Sequence[Candidate], labels: Mapping[str, float], budget: int) -> Sequence[Pick]:
        """See `Strategy.select`."""
        open_rows = np.array([row for row, item in enumerate(items) if item.key not in labels], dtype=np.intp)
        count = min(budget, len(open_rows))
        if count <= 0:
            return []
        grades = np.array([labels.get(item.key, np.nan) for item in items])
        weights = self.weigh(_Pool(items, _numbers(items), grades, open_rows, count))
        reason = self.reason
        if weights is None:
            weights, reason = self._chance(items)[open_rows], Reason.RANDOM
        span = float(weights.max() - weights.min())
        scaled = (weights - weights.min()) / span if span > 0 else np.full(len(weights), 0.5)
        order = np.lexsort((self._chance(items)[open_rows], -scaled))[:count]
        return [Pick(items[open_rows[at]].key, reason, float(scaled[at])) for at in order]

    @abstractmethod
    def weigh(self, pool: _Pool) -> Floats | None:
        """How much each open row is worth asking, higher is more, shape (open,); None where nothing can be told."""

    def _chance(self, items: Sequence[Candidate]) -> Floats:
        """A number from 0 to 1 for each, that depends on the seed and on the candidate alone."""
        digests = [hashlib.sha256(f"{self.seed}\n{item.key}".encode()).digest() for item in items]
        return np.array([int.from_bytes(digest[:6]) / 2**48 for digest in digests])


class RandomChoice(_PoolBased):
    """Asks whatever comes: what the others must beat."""

    reason = Reason.RANDOM

    def weigh(self, pool: _Pool) -> Floats | None:  # noqa: ARG002 - chance looks at nothing
        """See `_PoolBased.weigh`."""
        return None


class Margin(_PoolBased):
    """Asks where a logistic regression is least sure whether the product answers the query (Lewis and Gale, 1994)."""

    reason = Reason.BOUNDARY

    def weigh(self, pool: _Pool) -> Floats | None:
        """See `_PoolBased.weigh`."""
        good = np.where(np.isnan(pool.grades), np.nan, pool.grades >= GOOD)
        if len(set(good[~np.isnan(good)].tolist())) < 2:
            return None
        learner = SklearnClassifier(LogisticRegression(), classes=[0.0, 1.0], random_state=self.seed)
        strategy = UncertaintySampling(method="margin_sampling", random_state=self.seed)
        _, weights = strategy.query(pool.table, good, learner, candidates=pool.open_rows, return_utilities=True)
        return np.asarray(weights[0][pool.open_rows])


class Disagreement(_PoolBased):
    """Asks where the legs of search place a product furthest apart (query by committee, Seung and others, 1992)."""

    reason = Reason.DISAGREEMENT

    def weigh(self, pool: _Pool) -> Floats | None:
        """See `_PoolBased.weigh`."""
        apart = legs_apart(pool.items)[pool.open_rows]
        return apart if apart.any() else None


class Diversity(_PoolBased):
    """Asks what is furthest from all that was asked, one after the other (core-set, Sener and Savarese, ICLR 2018)."""

    reason = Reason.UNUSUAL

    def weigh(self, pool: _Pool) -> Floats | None:
        """See `_PoolBased.weigh`."""
        picked = CoreSet(random_state=self.seed).query(
            pool.table, pool.grades, candidates=pool.open_rows, batch_size=pool.count
        )
        place = {int(row): at for at, row in enumerate(picked)}
        return np.array([1.0 - place.get(int(row), pool.count) / pool.count for row in pool.open_rows])


class ExpectedChange(_PoolBased):
    """Asks what would change a linear model of the grades most (Cai, Zhang and Zhou, ICDM 2013).

    What would change is worked out for `LOOKED_AT` candidates drawn by lot: for each it takes a model of its own.
    """

    reason = Reason.CHANGE

    def weigh(self, pool: _Pool) -> Floats | None:
        """See `_PoolBased.weigh`."""
        if len(set(pool.grades[~np.isnan(pool.grades)].tolist())) < 2:
            return None
        learner = SklearnRegressor(Ridge(), random_state=self.seed)
        strategy = ExpectedModelChangeMaximization(random_state=self.seed)
        drawn = pool.open_rows[np.argsort(self._chance(pool.items)[pool.open_rows], kind="stable")[:LOOKED_AT]]
        _, weights = strategy.query(pool.table, pool.grades, learner, candidates=drawn, return_utilities=True)
        found = np.asarray(weights[0], dtype=np.float64)[pool.open_rows]
        return np.where(np.isnan(found), np.nanmin(found), found)


STRATEGIES: Final[Mapping[str, type[_PoolBased]]] = {
    "random": RandomChoice,
    "margin": Margin,
    "disagreement": Disagreement,
    "diversity": Diversity,
    "expected-change": ExpectedChange,
}
"""Each by its name (`ways.Way`); a mix of reasons in turn is `worth_asking.WorthAsking`."""


def _numbers(items: Sequence[Candidate]) -> Floats:
    legs = sorted({leg for item in items for leg in item.legs})
    table = np.array([[item.score, *(item.legs.get(leg, 0.0) for leg in legs)] for item in items], dtype=np.float64)
    spread = table.std(axis=0)
    return np.asarray((table - table.mean(axis=0)) / np.where(spread > 0, spread, 1.0))
