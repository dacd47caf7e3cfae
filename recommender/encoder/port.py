"""What does everything else ask of the sentence encoder?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Encoder"]


class Encoder(Protocol):
    """Turns texts into unit vectors whose inner product says how alike they are in meaning."""

    version: str
    """Identifies the weights. Vectors of different versions may never meet."""

    dimension: int
    """Length of each vector."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of `texts`: shape (len(texts), dimension), float32. Same texts, same vectors.

        Raises:
            UnavailableError: the model is missing or cannot run.
        """
        ...
