"""What stands in for a sentence encoder where there is none, or where a test needs one that cannot surprise?"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["HashingEncoder"]

_NGRAM = 3


class HashingEncoder:
    """The `Encoder` that knows letters, not meanings: hashed character trigrams, counted and scaled to unit length.

    Texts that share spellings are alike, "sofa" and "couch" are not. It needs no files, and its vectors are the same on
    every machine. A text without a letter gets the first unit vector, since a zero vector has no direction.
    (Weinberger and others, "Feature hashing for large scale multitask learning", ICML 2009.)
    """

    def __init__(self, dimension: int = 64) -> None:
        self.dimension = dimension
        self.version = f"hashing-{_NGRAM}-{dimension}"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of `texts`: shape (len(texts), dimension), float32."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            for word in text.casefold().split():
                padded = f"<{word}>".encode(errors="replace")
                for start in range(len(padded) - _NGRAM + 1):
                    hashed = zlib.crc32(padded[start : start + _NGRAM])
                    # One bit chooses the sign, so that collisions cancel out on average instead of adding up.
                    vector[hashed % self.dimension] += 1.0 if hashed & 1 << 31 else -1.0
            if not vector.any():
                vector[0] = 1.0
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors
