"""How good, how varied and how biased are lists of recommendations?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["Measured", "measure"]

_SHORT: Final = 10
_LONG: Final = 20


@dataclass(frozen=True, slots=True)
class Measured:
    """The measures of one system's lists, as means over people.

    `hit_10`, `hit_20`: share of lists that hold what the person took. `ndcg_10`, `ndcg_20`: 1 / log2(rank + 1) of it.
    `coverage`: share of all products that are in any list of 20. `novelty`: mean of -log2 of the share of all
    interactions that are with a recommended product. `popularity`: mean number of people who have a recommended product
    (ARP). `gini`: how unequally products are shown, from 0 (each as often) to 1.
    """

    hit_10: float
    hit_20: float
    ndcg_10: float
    ndcg_20: float
    coverage: float
    novelty: float
    popularity: float
    gini: float


def measure(
    lists: NDArray[np.integer], targets: Sequence[int] | NDArray[np.integer], support: NDArray[np.integer]
) -> Measured:
    """Measure the first 20 of each list.

    Args:
        lists: rows of products, best first, shape (people, at least 20); -1 where a list has ended.
        targets: what each person took.
        support: by product, how many people had it before.
    """
    lists = np.asarray(lists)[:, :_LONG]
    found = lists == np.asarray(targets)[:, np.newaxis]
    ranks = np.where(found.any(axis=1), found.argmax(axis=1), _LONG)
    gains = np.where(ranks < _LONG, 1 / np.log2(ranks + 2), 0.0)
    shown = lists[lists >= 0]
    exposure = np.sort(np.bincount(shown, minlength=len(support)))
    share = (support[shown] + 1) / (support.sum() + len(support))
    return Measured(
        hit_10=float((ranks < _SHORT).mean()),
        hit_20=float((ranks < _LONG).mean()),
        ndcg_10=float(np.where(ranks < _SHORT, gains, 0.0).mean()),
        ndcg_20=float(gains.mean()),
        coverage=float((exposure > 0).mean()),
        novelty=float(-np.log2(share).mean()),
        popularity=float(support[shown].mean()),
        gini=_gini(exposure),
    )


def _gini(ascending: NDArray[np.integer]) -> float:
    count, total = len(ascending), ascending.sum()
    if total == 0:
        return 0.0
    places = 2 * np.arange(1, count + 1) - count - 1
    return float((places * ascending).sum() / (count * total))
