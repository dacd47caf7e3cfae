"""What did people do, in the form that models learn from and are asked with?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from recommender.personalisation.features import Features
from recommender.personalisation.profile import Profile

__all__ = ["Floats", "HeldOut", "Interactions", "Past", "Rows"]

Floats = NDArray[np.float32]
Rows = NDArray[np.intp]

_LEAST_HELD_OUT: Final = 20
_PURCHASE: Final = 1.0


def _no_queries() -> Floats:
    return np.empty((0, 0), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Past:
    """What one person did, product by product, newest first.

    `rows[i]` is a product's row in the model's list, `strengths[i]`, from -1 to 1, what the strongest signal on it says
    about liking it. `asked`: unit vectors of what the person searched for, newest first, shape (queries, dimension).
    """

    rows: Rows
    strengths: Floats
    asked: Floats = field(default_factory=_no_queries)

    @classmethod
    def of(cls, profile: Profile, rows: Mapping[str, int], asked: Floats | None = None) -> Past:
        """The past that a profile tells of; products without a row are left out."""
        known = [
            (rows[one], strength)
            for one, strength in zip(profile.item_ids, profile.strengths, strict=True)
            if one in rows
        ]
        return cls(
            np.array([row for row, _ in known], dtype=np.intp),
            np.array([strength for _, strength in known], dtype=np.float32),
            _no_queries() if asked is None else asked,
        )

    def weights(self, decay: float) -> Floats:
        """`strengths`, times `decay` for every product that came after."""
        faded: Floats = self.strengths * np.float32(decay) ** np.arange(len(self.rows), dtype=np.float32)
        return faded

    def without(self, row: int) -> Past:
        """The past of the same person, had they never met that product."""
        kept = self.rows != row
        return Past(self.rows[kept], self.strengths[kept], self.asked)

    def unasked(self, place: int) -> Past:
        """The past of the same person, had they not searched for what `asked[place]` stands for."""
        return Past(self.rows, self.strengths, np.delete(self.asked, place, axis=0))

    def onto(self, rows: NDArray[np.intp]) -> Past:
        """The same past in another list of products, whose row for product i is `rows[i]`, -1 where it has none."""
        moved = rows[self.rows]
        kept = moved >= 0
        return Past(moved[kept], self.strengths[kept], self.asked)


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A product that somebody took last, what they did before, and their place among everybody."""

    past: Past
    target: int
    person: int


@dataclass(frozen=True, slots=True)
class Interactions:
    """What everybody did: person i's products are `rows[starts[i]:starts[i + 1]]`, oldest first, each once.

    `ids` names the products of all rows, also of those nobody met; `features` is what their texts say. `strengths`
    belong to `rows`: above 0, since a model does not learn from what was refused.
    """

    ids: Sequence[str]
    features: Features
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    strengths: Floats

    @classmethod
    def of(cls, ids: Sequence[str], features: Features, profiles: Iterable[Profile]) -> Interactions:
        """The interactions that profiles tell of; products that are not in `ids` are left out.

        The order of the profiles is that of random ids, and models that sum over people or begin at random would differ
        with it. So people come in an order that what they took gives.
        """
        known = {item_id: row for row, item_id in enumerate(ids)}
        people: list[tuple[NDArray[np.int32], Floats]] = []
        for profile in profiles:
            past = Past.of(profile, known)
            liked = past.strengths > 0
            if liked.any():
                people.append((past.rows[liked][::-1].astype(np.int32), past.strengths[liked][::-1]))
        people.sort(key=lambda one: (one[0].tobytes(), one[1].tobytes()))
        return cls(
            ids,
            features,
            np.cumsum([0, *(len(rows) for rows, _ in people)], dtype=np.int64),
            np.concatenate([np.empty(0, dtype=np.int32), *(rows for rows, _ in people)]),
            np.concatenate([np.empty(0, dtype=np.float32), *(strengths for _, strengths in people)]),
        )

    @property
    def people(self) -> int:
        """How many people there are."""
        return len(self.starts) - 1

    @property
    def support(self) -> NDArray[np.int64]:
        """By product, how many people met it."""
        return np.bincount(self.rows, minlength=len(self.ids))

    @property
    def ages(self) -> NDArray[np.int64]:
        """By interaction, how many products the person met after it."""
        lengths = np.diff(self.starts)
        return np.repeat(self.starts[1:], lengths) - 1 - np.arange(len(self.rows))

    def matrix(self, decay: float = 1.0) -> sparse.csr_matrix:
        """People by products: strengths, times `decay` for every product that the person met later; float32."""
        values = self.strengths if decay == 1.0 else self.strengths * np.float32(decay) ** self.ages
        return sparse.csr_matrix(
            (values.astype(np.float32), self.rows, self.starts), shape=(self.people, len(self.ids))
        )

    def past(self, person: int) -> Past:
        """One person's past."""
        there = slice(self.starts[person], self.starts[person + 1])
        return Past(self.rows[there][::-1].astype(np.intp), self.strengths[there][::-1])

    def pasts(self) -> Iterator[Past]:
        """Everybody's past, person by person."""
        return (self.past(person) for person in range(self.people))

    def hold_out_last(self) -> tuple[Interactions, list[HeldOut]]:
        """What everybody did before their last purchase, and that purchase of each who did anything before it.

        Where hardly anybody bought, the last thing they took an interest in stands for it.
        """
        cuts = self._last_places(_PURCHASE)
        if (cuts > self.starts[:-1]).sum() < _LEAST_HELD_OUT:
            cuts = self._last_places(0.0)
        tested = np.flatnonzero(cuts > self.starts[:-1])
        ends = self.starts[1:].copy()
        ends[tested] = cuts[tested]
        before = self._until(ends)
        return before, [
            HeldOut(before.past(int(person)), int(self.rows[cuts[person]]), int(person)) for person in tested
        ]

    def without_people(self, people: Collection[int]) -> Interactions:
        """The interactions of everybody else."""
        ends = self.starts[1:].copy()
        gone = np.fromiter(people, dtype=np.int64, count=len(people))
        ends[gone] = self.starts[:-1][gone]
        return self._until(ends)

    def _last_places(self, least: float) -> NDArray[np.int64]:
        """By person, the place in `rows` of the last interaction of at least that strength; -1 where there is none."""
        places = np.full(self.people, -1, dtype=np.int64)
        strong = np.flatnonzero(self.strengths >= least)
        owner = np.searchsorted(self.starts, strong, side="right") - 1
        places[owner] = strong  # of several the last one stays
        return places

    def _until(self, ends: NDArray[np.int64]) -> Interactions:
        """The same people, each up to their place in `ends`."""
        kept = np.arange(len(self.rows)) < np.repeat(ends, np.diff(self.starts))
        starts = np.concatenate([[0], np.cumsum(ends - self.starts[:-1])])
        return Interactions(self.ids, self.features, starts, self.rows[kept], self.strengths[kept])
