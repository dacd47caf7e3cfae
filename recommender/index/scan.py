"""How near is a query to every product, without reading every vector in full?

Vectors are kept a second time as whole numbers from -127 to 127, a quarter of the bytes. All of them are compared with
the query by NumKong's SIMD kernels (Vardanian; the distances of usearch), then the nearest once more, exactly.
benchmarks/search_speed.py measures what that gains, and that the nearest are those of an exact scan.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numkong
import numpy as np
from numpy.typing import NDArray

__all__ = ["EXACT", "Scan", "best"]

EXACT: Final = 1_000
"""So many of the nearest are compared exactly."""

_NUMBERS: Final = "vectors-int8.npy"
_UNIT: Final = "vectors-unit.npy"
_LARGEST: Final = 127
_ROWS: Final = 10_000
_SAMPLED: Final = 64

Floats = NDArray[np.float32]
Rows = NDArray[np.intp]


class Scan:
    """The cosines of all vectors of a generation with a query."""

    def __init__(self, folder: Path, vectors: Floats) -> None:
        """Read the whole numbers of `vectors` from `folder`; where there are none, every comparison is exact."""
        self._vectors = vectors
        self._numbers: NDArray[np.int8] | None = None
        if (folder / _NUMBERS).exists():
            self._numbers = np.load(folder / _NUMBERS, mmap_mode="r")
            self._unit = float(np.load(folder / _UNIT))

    @staticmethod
    def write(folder: Path, vectors: Floats) -> None:
        """Write the whole numbers of unit vectors, shape (products, dimension), to `folder`; none for a small shop."""
        if len(vectors) <= EXACT:
            return
        unit = max(float(np.abs(part).max()) for part in _parts(vectors)) / _LARGEST or 1.0
        numbers = np.lib.format.open_memmap(folder / _NUMBERS, mode="w+", dtype=np.int8, shape=vectors.shape)
        for start in range(0, len(vectors), _ROWS):
            numbers[start : start + _ROWS] = np.rint(vectors[start : start + _ROWS] / unit)
        numbers.flush()
        np.save(folder / _UNIT, np.float64(unit))

    def cosines(self, query: Floats) -> Floats:
        """The cosine of every vector with the unit vector `query`, below 0 cut off: shape (products,), float32.

        Those of the `EXACT` nearest are exact, the others to about a hundredth.
        """
        if self._numbers is None:
            return np.asarray(np.maximum(self._vectors @ query, 0.0))
        unit = max(float(np.abs(query).max()), 1e-9) / _LARGEST
        numbers = np.rint(query / unit).astype(np.int8)
        products = numkong.cdist(numbers[np.newaxis], self._numbers, metric="dot")
        cosines = np.asarray(products).reshape(-1).astype(np.float32)
        cosines *= np.float32(unit * self._unit)
        nearest = np.sort(best(None, cosines, EXACT))  # in order of the file, which is read faster so
        cosines[nearest] = self._vectors[nearest] @ query
        return np.asarray(np.maximum(cosines, 0.0, out=cosines))


def best(rows: Rows | None, scores: Floats, depth: int) -> Rows:
    """The `depth` best-scored of `rows` (None: of all), in any order; all of them where there are no more.

    Of many, a sample tells first which are not worth a look; what comes out is the same.
    """
    found = scores if rows is None else scores[rows]
    places: Rows | None = None
    if len(found) > _SAMPLED * max(depth, _SAMPLED):
        sample = found[::_SAMPLED]
        beyond = 2 * depth // _SAMPLED + 8
        kept = np.flatnonzero(found >= np.partition(sample, len(sample) - beyond)[len(sample) - beyond])
        if len(kept) >= depth:
            places, found = kept, found[kept]
    if len(found) > depth:
        top = np.argpartition(found, len(found) - depth)[len(found) - depth :]
        places = top if places is None else places[top]
    elif places is None:
        places = np.arange(len(found))
    return places if rows is None else rows[places]


def _parts(vectors: Floats) -> list[Floats]:
    return [vectors[start : start + _ROWS] for start in range(0, len(vectors), _ROWS)]
