"""What keeps the vectors of the catalogue, so that nothing is embedded twice?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["InMemoryVectorStore", "StoredVectors", "VectorStore"]


@dataclass(frozen=True, slots=True)
class StoredVectors:
    """Vectors that were found, row by row: `vectors` is (len(ids), dimension), float32.

    `text_hashes[i]` says which text of product `ids[i]` row i was made from.
    """

    ids: Sequence[str]
    vectors: NDArray[np.float32]
    text_hashes: Sequence[str]


class VectorStore(Protocol):
    """The vectors of one encoder version, by product id. Whoever holds the indexer's lease is its only user."""

    dimension: int
    """Length of each vector."""

    def upsert(self, ids: Sequence[str], vectors: NDArray[np.float32], text_hashes: Sequence[str]) -> None:
        """Write the vector of each id (each given once) and the hash of the text it was made from.

        Args:
            ids: product ids.
            vectors: unit vectors, shape (len(ids), dimension).
            text_hashes: `Product.text_hash` of each.

        Raises:
            ValueError: the lengths or the dimension do not match.
        """
        ...

    def delete(self, ids: Sequence[str]) -> None:
        """Forget these ids; those that are not there are passed over."""
        ...

    def get(self, ids: Sequence[str]) -> StoredVectors:
        """What is stored of these ids (each given once), in no certain order."""
        ...

    def ids(self) -> Iterator[str]:
        """Every id, in no certain order."""
        ...

    def __len__(self) -> int:
        """How many vectors there are."""
        ...


class InMemoryVectorStore:
    """The `VectorStore` that forgets everything when its process ends, for tests."""

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self._rows: dict[str, tuple[NDArray[np.float32], str]] = {}

    def upsert(self, ids: Sequence[str], vectors: NDArray[np.float32], text_hashes: Sequence[str]) -> None:
        """Write the vector of each id and the hash of the text it was made from."""
        check_shape(ids, vectors, text_hashes, self.dimension)
        for item_id, vector, text_hash in zip(ids, vectors, text_hashes, strict=True):
            self._rows[item_id] = (np.array(vector, dtype=np.float32), text_hash)

    def delete(self, ids: Sequence[str]) -> None:
        """Forget these ids."""
        for item_id in ids:
            self._rows.pop(item_id, None)

    def get(self, ids: Sequence[str]) -> StoredVectors:
        """What is stored of these ids."""
        found = [item_id for item_id in ids if item_id in self._rows]
        vectors = np.array([self._rows[item_id][0] for item_id in found], dtype=np.float32)
        hashes = [self._rows[item_id][1] for item_id in found]
        return StoredVectors(found, vectors.reshape(len(found), self.dimension), hashes)

    def ids(self) -> Iterator[str]:
        """Every id."""
        return iter(list(self._rows))

    def __len__(self) -> int:
        """How many vectors there are."""
        return len(self._rows)


def check_shape(ids: Sequence[str], vectors: NDArray[np.float32], text_hashes: Sequence[str], dimension: int) -> None:
    """Refuse what does not line up.

    Raises:
        ValueError: the lengths or the dimension do not match, or an id comes twice.
    """
    if vectors.shape != (len(ids), dimension) or len(text_hashes) != len(ids) or len(set(ids)) != len(ids):
        raise ValueError(
            f"{len(ids)} ids ({len(set(ids))} different), {len(text_hashes)} hashes and vectors of shape "
            f"{vectors.shape} do not make rows of dimension {dimension}"
        )
