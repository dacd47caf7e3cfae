"""Which rows does a key stand for? Lists of row numbers, end to end in two files that are mapped, not read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

__all__ = ["Postings", "Rows"]

Rows = NDArray[np.int32]


class Postings:
    """For key number k, the ascending rows `rows[indptr[k]:indptr[k + 1]]`, as in a compressed sparse row matrix."""

    def __init__(self, folder: Path, name: str) -> None:
        self._indptr: NDArray[np.int64] = np.load(folder / f"{name}.indptr.npy", mmap_mode="r").view(np.ndarray)
        self._rows: Rows = np.load(folder / f"{name}.rows.npy", mmap_mode="r").view(np.ndarray)

    @staticmethod
    def write(folder: Path, name: str, indptr: NDArray[np.integer], rows: NDArray[np.integer]) -> None:
        """Write the lists as `<name>.indptr.npy` (int64) and `<name>.rows.npy` (int32) in `folder`."""
        np.save(folder / f"{name}.indptr.npy", np.asarray(indptr, dtype=np.int64))
        np.save(folder / f"{name}.rows.npy", np.asarray(rows, dtype=np.int32))

    def span(self, key: int) -> slice:
        """Where the rows of key number `key` lie, for arrays kept beside them."""
        return slice(int(self._indptr[key]), int(self._indptr[key + 1]))

    def matrix(self, rows: int) -> sp.csr_array:
        """Keys by rows, 1 where a key stands for a row: shape (keys, `rows`), float32."""
        ones = np.ones(len(self._rows), dtype=np.float32)
        return sp.csr_array((ones, self._rows, self._indptr), shape=(len(self._indptr) - 1, rows))

    def counts(self, rows: int) -> NDArray[np.int64]:
        """How many keys stand for each of `rows` rows."""
        return np.bincount(self._rows, minlength=rows)

    def rows(self, key: int) -> Rows:
        """The rows of key number `key`, ascending."""
        return np.asarray(self._rows[self.span(key)])
