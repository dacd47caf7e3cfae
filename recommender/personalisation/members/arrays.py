"""How does a model keep its arrays in a folder?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.errors import ConfigurationError
from recommender.personalisation.past import Rows

__all__ = ["load_arrays", "same_list", "save_arrays"]


def save_arrays(folder: Path, **arrays: NDArray[Any]) -> None:
    """Write each array into `folder`, which is made, as NAME.npy."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)


def load_arrays(folder: Path, *names: str) -> list[NDArray[Any]]:
    """The arrays of those names, mapped into memory.

    Raises:
        ConfigurationError: one is missing or damaged.
    """
    try:
        return [np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in names]
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"The recommendation model in {folder} cannot be read ({error}): run `shoptalk train factors` again."
        ) from error


def same_list(rows: Rows, size: int) -> bool:
    """Whether a list of products is that of `size` products itself: then a mapped array needs no copy."""
    return len(rows) == size and bool((rows == np.arange(size)).all())
