"""Where are trained recommendation models kept, and which one serves?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Final, NamedTuple

from recommender.models.manifest import ModelManifest
from recommender.models.versions import Versions
from recommender.personalisation.members.ensemble import Ensemble
from recommender.personalisation.repeats import Usual

__all__ = ["FactorModels", "TrainedModel"]

_IDS: Final = "products.json"
_AGAIN: Final = "again.json"
_ENSEMBLE: Final = "ensemble"


class TrainedModel(NamedTuple):
    """A version: its manifest, the ids of the products it was trained on, row by row, the model, and by product how it
    is bought again."""

    manifest: ModelManifest
    ids: list[str]
    ensemble: Ensemble
    again: dict[str, Usual]


class FactorModels:
    """The versions under `home/models/factors`; a new one serves at once, the one before stays on the disk."""

    def __init__(self, home: Path) -> None:
        self._versions = Versions(home / "models" / "factors", "factors", _load)
        self.folder = self._versions.folder

    def current(self) -> TrainedModel | None:
        """The version that serves; None where nothing was trained, or where it cannot be read, which is logged."""
        return self._versions.current()

    def add(
        self, ensemble: Ensemble, ids: list[str], manifest: ModelManifest, again: Mapping[str, Usual] | None = None
    ) -> ModelManifest:
        """Write a version, let it serve, and keep the one before; what is equal in every file is the same version.

        Args:
            ensemble: the fitted model.
            ids: the products of its rows.
            manifest: what is known of it; version, parent and checksums are filled in here.
            again: by product how it is bought again; what is left out is not.
        """

        def write(folder: Path) -> None:
            ensemble.save(folder / _ENSEMBLE)
            (folder / _IDS).write_text(json.dumps(ids, ensure_ascii=False), encoding="utf-8")
            usual = {item_id: asdict(one) for item_id, one in sorted((again or {}).items())}
            (folder / _AGAIN).write_text(json.dumps(usual, ensure_ascii=False), encoding="utf-8")

        made = self._versions.add(write, manifest)
        self._versions.promote(made.version)
        return made

    def rollback(self) -> str | None:
        """Let the version before serve again; its name, or None where there is none, which changes nothing."""
        return None if self._versions.previous() is None else self._versions.rollback()

    def retire(self, version: str) -> None:
        """Remove a version for good.

        Raises:
            NotFoundError: there is no such version.
            ConflictError: it serves.
        """
        self._versions.retire(version)

    def versions(self) -> list[tuple[ModelManifest, bool]]:
        """Every version that is kept, oldest first, each with whether it serves."""
        serving = self._versions.serving()
        return [(manifest, manifest.version == serving) for manifest in self._versions.manifests()]


def _load(folder: Path, manifest: ModelManifest) -> TrainedModel:
    ids: list[str] = json.loads((folder / _IDS).read_text(encoding="utf-8"))
    again = json.loads((folder / _AGAIN).read_text(encoding="utf-8")) if (folder / _AGAIN).is_file() else {}
    usual = {item_id: Usual(**one) for item_id, one in again.items()}
    return TrainedModel(manifest, ids, Ensemble.load(folder / _ENSEMBLE), usual)
