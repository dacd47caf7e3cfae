"""Which products do most people take, of late?"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Final, Self

import numpy as np

from recommender.personalisation.features import Features
from recommender.personalisation.members.arrays import load_arrays, save_arrays
from recommender.personalisation.model import Recommender
from recommender.personalisation.past import Floats, Interactions, Past, Rows

__all__ = ["Popularity"]

_DECAY: Final = 0.7


class Popularity(Recommender[None]):
    """Everybody gets the same: what many people took an interest in, less where most of them moved on since.

    An interaction counts `decay` times as much for each product that the same person met later: a shop's record need
    not have times, and this tells what is taken now from what was taken once. On a logarithmic scale, from 0 to 1.
    """

    name: ClassVar[str] = "popularity"

    def __init__(self, values: Floats | None = None, decay: float = _DECAY) -> None:
        """Popularity to be learned, or already known: from 0 to 1, by product."""
        self._values = np.empty(0, dtype=np.float32) if values is None else values
        self._decay = decay

    def fit(self, interactions: Interactions) -> Self:
        """Count."""
        faded = interactions.strengths * np.float32(self._decay) ** interactions.ages
        counts = np.log1p(np.bincount(interactions.rows, faded, minlength=len(interactions.ids)))
        self._values = (counts / max(float(counts.max(initial=0.0)), 1e-9)).astype(np.float32)
        return self

    def fold_in(self, past: Past) -> None:
        """Nothing about the person matters."""

    def score(self, taste: None, rows: Rows | None = None) -> Floats:
        """From 0 to 1, the same for everybody."""
        return self._values if rows is None else self._values[rows]

    def similar(self, row: int) -> Floats:
        """What is popular goes with everything."""
        return self._values

    def save(self, folder: Path) -> None:
        """Write the numbers."""
        save_arrays(folder, values=self._values)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The model in `folder`."""
        return cls(load_arrays(folder, "values")[0])

    def onto(self, rows: Rows, features: Features) -> Self:
        """A product it never met is popular with nobody."""
        values = np.zeros(len(rows), dtype=np.float32)
        values[rows >= 0] = self._values[rows[rows >= 0]]
        return type(self)(values, self._decay)
