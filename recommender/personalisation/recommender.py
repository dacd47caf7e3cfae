"""What should this person be shown when they did not say what they look for?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.catalogue.port import Catalogue
from recommender.explanation.reason import Reason, ReasonKind
from recommender.personalisation.history import History
from recommender.personalisation.items import Items
from recommender.personalisation.profile import Profile

__all__ = ["VERSION", "WEIGHTS", "PersonalRecommender", "Recommended"]

VERSION: Final = "taste-1"
"""Changes when the same past and catalogue give other scores."""

WEIGHTS: Final = {"taste": 1.0, "popularity": 0.2}
"""What each part counts for in the score."""

_REPETITION: Final = 0.05
"""How much the second product of a category has to be better than the first of another; the third by as much again."""

_CANDIDATES: Final = 200
# Below it a product is not popular enough to say so.
_POPULAR: Final = 0.5
# A cause is worth naming from this share of the score on.
_TELLING: Final = 0.05

Floats = NDArray[np.float32]
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Recommended:
    """One recommendation. `score` is the sum of `parts`; `reasons` come strongest first, each a cause that moved it.

    `versions` names what made the score: the recommender, the index and its encoder.
    """

    item_id: str
    score: float
    parts: dict[str, float] = field(default_factory=dict)
    reasons: tuple[Reason, ...] = ()
    versions: dict[str, str] = field(default_factory=dict)


class PersonalRecommender:
    """Recommends by likeness to what a person liked (and unlikeness to what they did not), and by popularity.

    The list is put in order so that it is varied: a product competes at a growing handicap with those of categories
    that are in the list already. Scores are without the handicap, so they need not fall from place to place.
    """

    def __init__(self, items: Callable[[], Items], catalogue: Catalogue, history: History) -> None:
        self._items = items
        self._catalogue = catalogue
        self._history = history

    def recommend(self, person_id: str, *, limit: int = 10, exclude: Collection[str] = ()) -> Sequence[Recommended]:
        """The best products for a person, in stock, without what they bought or gave a thumb down.

        A stranger gets what is popular. Fewer than `limit` only where there are no more.

        Raises:
            UnavailableError: nothing has been indexed yet.
        """
        items = self._items()
        profile = Profile.of(self._history.signals(person_id))
        taste = _Taste(items, profile)
        popularity = WEIGHTS["popularity"] * items.popularity(self._history.popularity())
        score = taste.part + popularity
        unwanted = {*exclude, *profile.rejected, *profile.owned}
        open_rows = items.available.copy()
        open_rows[[items.rows[one] for one in unwanted if one in items.rows]] = False
        rows = self._varied(items, _best(np.flatnonzero(open_rows), score, max(_CANDIDATES, limit)), score, limit)
        return [
            Recommended(
                items.ids[row],
                float(taste.part[row] + popularity[row]),
                {"taste": float(taste.part[row]), "popularity": float(popularity[row])},
                _reasons(taste.cause(row), float(taste.part[row]), float(popularity[row])),
                {"recommender": VERSION, **items.versions},
            )
            for row in rows
        ]

    def _varied(self, items: Items, candidates: Rows, score: Floats, limit: int) -> list[int]:
        """At most `limit` candidates that the catalogue still has, each chosen with the handicap of its category."""
        products = self._catalogue.get([items.ids[row] for row in candidates])
        category = {
            int(row): product.categories[-1:]
            for row in candidates
            if (product := products.get(items.ids[row])) is not None
        }
        shown: Counter[tuple[str, ...]] = Counter()
        chosen: list[int] = []
        while category and len(chosen) < limit:
            row = max(category, key=lambda row: (score[row] - _REPETITION * shown[category[row]], -row))
            shown[category.pop(row)] += 1
            chosen.append(row)
        return chosen


class _Taste:
    """The taste part of every product's score, and which liked product it is owed to."""

    def __init__(self, items: Items, profile: Profile) -> None:
        self._items = items
        self._profile = profile
        self._vectors = {one: items.vectors[items.rows[one]] for one in profile.item_ids if one in items.rows}
        self._direction = self._towards(profile)
        self.part: Floats = items.vectors @ self._direction

    def _towards(self, profile: Profile) -> Floats:
        direction = profile.direction(self._vectors)
        if direction is None:
            return np.zeros(self._items.vectors.shape[1], dtype=np.float32)
        return np.float32(WEIGHTS["taste"]) * direction

    @cached_property
    def _lost(self) -> dict[str, Floats]:
        """By liked product, what the direction loses when it is taken out of the person's past."""
        return {
            item_id: self._direction - self._towards(self._profile.without(item_id))
            for item_id, weight in zip(self._profile.item_ids, self._profile.weights, strict=True)
            if weight > 0 and item_id in self._vectors
        }

    def cause(self, row: int) -> Reason | None:
        """The liked product without which the one in `row` would lose most; None for a person who liked none."""
        vector = self._items.vectors[row]
        effects = {item_id: float(lost @ vector) for item_id, lost in self._lost.items()}
        item_id = max(effects, key=lambda one: effects[one], default=None)
        if item_id is None:
            return None
        signal = self._profile.kinds[self._profile.item_ids.index(item_id)]
        return Reason(ReasonKind.HISTORY, effects[item_id], item_id=item_id, signal=signal)


def _best(rows: Rows, score: Floats, count: int) -> Rows:
    """The `count` rows with the best scores, best first; ties go by row, which is by id."""
    return rows[np.lexsort((rows, -score[rows]))][:count]


def _reasons(cause: Reason | None, taste: float, popularity: float) -> tuple[Reason, ...]:
    """The cause in the person's past where it did much for the score, popularity where it is high; strongest first."""
    reasons = []
    if cause is not None and cause.effect >= _TELLING * (taste + popularity) > 0:
        reasons.append(cause)
    if popularity >= _POPULAR * WEIGHTS["popularity"]:
        reasons.append(Reason(ReasonKind.POPULAR, popularity))
    return tuple(sorted(reasons, key=lambda reason: -reason.effect))
