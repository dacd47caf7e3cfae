"""Where are trained recommendation models kept, and which one serves?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final, NamedTuple

from recommender.models.manifest import ModelManifest
from recommender.models.versions import Versions
from recommender.personalisation.members.ensemble import Ensemble

__all__ = ["FactorModels", "TrainedModel"]

_IDS: Final = "products.json"
_ENSEMBLE: Final = "ensemble"


class TrainedModel(NamedTuple):
    """A version: its manifest, the ids of the products it was trained on, row by row, and the model."""

    manifest: ModelManifest
    ids: list[str]
    ensemble: Ensemble


class FactorModels:
    """The versions under `home/models/factors`; a new one serves at once, the one before stays on the disk."""

    def __init__(self, home: Path) -> None:
        self._versions = Versions(home / "models" / "factors", "factors", _load)
        self.folder = self._versions.folder

    def current(self) -> TrainedModel | None:
        """The version that serves; None where nothing was trained, or where it cannot be read, which is logged."""
        return self._versions.current()

    def add(self, ensemble: Ensemble, ids: list[str], manifest: ModelManifest) -> ModelManifest:
        """Write a version, let it serve, and keep the one before; what is equal in every file is the same version.

        Args:
            ensemble: the fitted model.
            ids: the products of its rows.
            manifest: what is known of it; version, parent and checksums are filled in here.
        """

        def write(folder: Path) -> None:
            ensemble.save(folder / _ENSEMBLE)
            (folder / _IDS).write_text(json.dumps(ids, ensure_ascii=False), encoding="utf-8")

        made = self._versions.add(write, manifest)
        self._versions.promote(made.version)
        return made

    def rollback(self) -> str | None:
        """Let the version before serve again; its name, or None where there is none, which changes nothing."""
        return None if self._versions.previous() is None else self._versions.rollback()


def _load(folder: Path, manifest: ModelManifest) -> TrainedModel:
    ids: list[str] = json.loads((folder / _IDS).read_text(encoding="utf-8"))
    return TrainedModel(manifest, ids, Ensemble.load(folder / _ENSEMBLE))
