"""What do words and meaning count for in a search, where a shop's votes moved that, and how far can they be moved?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recommender.models.manifest import ModelManifest
from recommender.models.versions import Versions

__all__ = ["EVEN", "LEAST", "MOST", "STEP", "Fusion", "fusions"]

STEP: Final = 0.05
"""So far one step moves the share of meaning."""

LEAST: Final = 0.3
MOST: Final = 0.7
"""The share of meaning stays between these, whatever is voted."""

_FILE: Final = "fusion.json"


@dataclass(frozen=True, slots=True)
class Fusion:
    """What the legs count for: `dense` is the share of meaning, the rest is that of words."""

    dense: float = 0.5
    version: str = ""

    def __post_init__(self) -> None:
        if not LEAST <= self.dense <= MOST:
            raise ValueError(f"the share of meaning is {self.dense}, not from {LEAST} to {MOST}")

    @property
    def weights(self) -> dict[str, float]:
        """The weight of each leg; together they are 1."""
        return {"lexical": 1 - self.dense, "dense": self.dense}

    def moved(self, direction: int) -> Fusion:
        """One step towards meaning (1) or words (-1), as far as the bounds let it."""
        return Fusion(round(min(MOST, max(LEAST, self.dense + direction * STEP)), 4))

    def save(self, folder: Path) -> None:
        """Write it into the folder of a version."""
        (folder / _FILE).write_text(json.dumps({"dense": self.dense}) + "\n", encoding="utf-8")


EVEN: Final = Fusion()
"""Both alike: chosen on every other query of two public catalogues, see benchmarks/search_quality.py."""


def fusions(home: Path) -> Versions[Fusion]:
    """The weights that the votes of the shop in `home` led to, one version a step."""
    return Versions(home / "models" / "fusion", "fusion", _load)


def _load(folder: Path, manifest: ModelManifest) -> Fusion:
    return Fusion(json.loads((folder / _FILE).read_text(encoding="utf-8"))["dense"], manifest.version)
