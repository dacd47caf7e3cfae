"""What does the recommender know of every product, row by row?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.index.follower import Snapshot
from recommender.personalisation.features import Features
from recommender.understanding.query import Facet

__all__ = ["Items"]

Stating = Callable[[Facet, str], NDArray[np.int32]]

_PRIOR_RATINGS: Final = 5
_DEFAULT_RATING: Final = 4.0
_BEST_RATING: Final = 5.0
# Somebody who rates has bought, but elsewhere and long ago perhaps.
_RATING_SHARE: Final = 0.1


def _nothing_stated(_facet: Facet, _value: str) -> NDArray[np.int32]:
    return np.empty(0, dtype=np.int32)


@dataclass(frozen=True)
class Items:
    """The products that could be recommended; row i of each array is product `ids[i]`.

    `rows` gives the row of an id. `vectors`: unit rows, float32, (products, dimension). `available`: bool, whether it
    is on sale and in stock. `rating`: float, NaN where nobody rated. `rating_count`: how many did. `versions` names
    what the vectors come from. `features` reads what the products' texts say, which takes a moment.
    """

    ids: Sequence[str]
    rows: Mapping[str, int]
    vectors: NDArray[np.float32]
    available: NDArray[np.bool_]
    rating: NDArray[np.float64]
    rating_count: NDArray[np.int64]
    features: Callable[[], Features]
    versions: dict[str, str] = field(default_factory=dict)
    stating: Stating = _nothing_stated

    @classmethod
    def of(cls, snapshot: Snapshot) -> Items:
        """The products of a snapshot of the catalogue."""
        generation = snapshot.generation
        return cls(
            generation.ids,
            generation.rows,
            generation.vectors,
            snapshot.alive & snapshot.in_stock,
            snapshot.rating,
            snapshot.rating_count,
            lambda: Features.of(generation),
            {"index": generation.name, "encoder": generation.encoder_version},
            generation.columns.stating,
        )

    def popularity(self, interest: Mapping[str, float]) -> NDArray[np.float32]:
        """How much everybody likes each product, from 0 to 1.

        How many people took an interest (in the shop, and a tenth of those who rated), on a logarithmic scale up to
        the most popular one, times the rating, which for a product with few ratings is drawn to the usual one.

        Args:
            interest: people by product, as `History.popularity` counts them.
        """
        people = self.rating_count * _RATING_SHARE
        for item_id, count in interest.items():
            row = self.rows.get(item_id)
            if row is not None:
                people[row] += count
        spread = np.log1p(people)
        raters = np.where(np.isnan(self.rating), 0, self.rating_count)
        given = np.nan_to_num(self.rating) * raters
        usual = given.sum() / raters.sum() if raters.any() else _DEFAULT_RATING
        rating = (given + usual * _PRIOR_RATINGS) / (raters + _PRIOR_RATINGS)
        share = spread / max(float(spread.max(initial=0.0)), 1e-9)
        return np.asarray(share * rating / _BEST_RATING, dtype=np.float32)
