"""What do people take next, after what they took?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from recommender.personalisation.members.regression import RegressionRecommender
from recommender.personalisation.past import Floats, Interactions

__all__ = ["Transitions"]

_AHEAD: Final = 10
_AHEAD_DECAY: Final = 0.5
_BEHIND: Final = 20
_PLACES_AT_ONCE: Final = 100_000


class Transitions(RegressionRecommender):
    """A linear model of what follows what, in the order of time (SLIT: Choi et al., WWW 2021).

    At every place of everybody's past, what comes next is regressed on what came before: what lies further back, and
    what comes later than next, counts less. It is asked with a history weighted in the same way.
    """

    name: ClassVar[str] = "transitions"
    PENALTY: ClassVar[float] = 20.0

    def learn(self, interactions: Interactions) -> sparse.csr_matrix:
        """The regression's weights."""
        size = len(interactions.ids)
        gram = sparse.csr_matrix((size, size), dtype=np.float32)
        moments = sparse.csr_matrix((size, size), dtype=np.float32)
        for before, after in _places(interactions, self.decay):
            gram, moments = gram + before.T @ before, moments + before.T @ after
        return self.regress(gram.tocsr(), moments.tocsr())


def _places(interactions: Interactions, decay: float) -> Iterator[tuple[sparse.csr_matrix, sparse.csr_matrix]]:
    """Places in people's pasts by products: what came before each place, and what came from there on; some at a time.

    Place p lies before interaction p, so that the first of each person has nothing before it.
    """
    lengths = np.diff(interactions.starts)
    first = np.repeat(interactions.starts[:-1], lengths)
    end = np.repeat(interactions.starts[1:], lengths)

    def around(places: NDArray[np.int64], shifts: range, weights: Floats) -> sparse.csr_matrix:
        others = places[:, np.newaxis] + np.array(shifts)
        within = (others >= first[places, np.newaxis]) & (others < end[places, np.newaxis])
        counts = np.concatenate([[0], np.cumsum(within.sum(axis=1))])
        chosen = others[within]
        values = interactions.strengths[chosen] * np.broadcast_to(weights, others.shape)[within]
        shape = (len(places), len(interactions.ids))
        return sparse.csr_matrix((values, interactions.rows[chosen], counts), shape=shape)

    faded = np.float32(decay) ** np.arange(_BEHIND, dtype=np.float32)
    later = np.float32(_AHEAD_DECAY) ** np.arange(_AHEAD, dtype=np.float32)
    usable = np.flatnonzero(np.arange(len(interactions.rows)) > first)
    for start in range(0, len(usable), _PLACES_AT_ONCE):
        places = usable[start : start + _PLACES_AT_ONCE]
        yield around(places, range(-1, -_BEHIND - 1, -1), faded), around(places, range(_AHEAD), later)
