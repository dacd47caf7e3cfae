"""Where are trained recommendation models kept, and which one serves?"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, NamedTuple

import structlog

from recommender.errors import ConfigurationError
from recommender.models.manifest import ModelManifest
from recommender.personalisation.members.ensemble import Ensemble

__all__ = ["FactorModels", "TrainedModel"]

_POINTER: Final = "serving.json"
_IDS: Final = "products.json"
_ENSEMBLE: Final = "ensemble"

_log = structlog.get_logger(__name__)


class TrainedModel(NamedTuple):
    """A version: its manifest, the ids of the products it was trained on, row by row, and the model."""

    manifest: ModelManifest
    ids: list[str]
    ensemble: Ensemble


@dataclass(frozen=True, slots=True)
class _Serving:
    current: str
    previous: str | None = None


class FactorModels:
    """The versions under `home/models/factors`: folders that never change, and a pointer that is replaced whole.

    Whoever asks for `current` gets what the pointer names by then, so a running shop takes a new version up by itself.
    The version before stays on the disk; older ones are removed.
    """

    def __init__(self, home: Path) -> None:
        self.folder = home / "models" / "factors"
        self._opened: tuple[tuple[int, int], TrainedModel | None] | None = None

    def current(self) -> TrainedModel | None:
        """The version that serves; None where nothing was trained, or where it cannot be read, which is logged."""
        try:
            found = (self.folder / _POINTER).stat()
        except OSError:
            return None
        stamp = (found.st_ino, found.st_mtime_ns)
        opened = self._opened
        if opened is None or opened[0] != stamp:
            opened = (stamp, self._open())
            self._opened = opened
        return opened[1]

    def add(self, ensemble: Ensemble, ids: list[str], manifest: ModelManifest) -> ModelManifest:
        """Write a version, let it serve, and keep the one before; what is equal in every file is the same version.

        Args:
            ensemble: the fitted model.
            ids: the products of its rows.
            manifest: what is known of it; version, parent and checksums are filled in here.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        serving = self._serving()
        parent = serving.current if serving else None
        with tempfile.TemporaryDirectory(dir=self.folder, prefix=".making-") as temporary:
            made = Path(temporary) / "version"
            ensemble.save(made / _ENSEMBLE)
            (made / _IDS).write_text(json.dumps(ids, ensure_ascii=False), encoding="utf-8")
            version = f"factors-{_digest(made)}"
            if parent != version:
                whole = ModelManifest(**{**asdict(manifest), "version": version, "parent": parent}).write(made)
                shutil.rmtree(self.folder / version, ignore_errors=True)
                made.rename(self.folder / version)
        if parent == version:
            return ModelManifest.read(self.folder / version)
        self._point(_Serving(version, previous=parent))
        self._remove_all_but({version, parent})
        return whole

    def rollback(self) -> str | None:
        """Let the version before serve again; its name, or None where there is none."""
        serving = self._serving()
        if serving is None or serving.previous is None:
            return None
        self._point(_Serving(serving.previous, previous=serving.current))
        return serving.previous

    def _open(self) -> TrainedModel | None:
        try:
            serving = self._serving()
            if serving is None:
                return None
            folder = self.folder / serving.current
            manifest = ModelManifest.read(folder)
            manifest.check(folder)
            ids: list[str] = json.loads((folder / _IDS).read_text(encoding="utf-8"))
            return TrainedModel(manifest, ids, Ensemble.load(folder / _ENSEMBLE))
        except (ConfigurationError, OSError, ValueError) as error:
            _log.error("recommendation_model_not_loaded", reason=str(error))
            return None

    def _serving(self) -> _Serving | None:
        path = self.folder / _POINTER
        try:
            return _Serving(**json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as error:
            raise ConfigurationError(f"{path} is damaged: remove it and run `shoptalk train factors` again.") from error

    def _point(self, serving: _Serving) -> None:
        path = self.folder / f".{_POINTER}"
        path.write_text(json.dumps(asdict(serving)) + "\n", encoding="utf-8")
        path.replace(self.folder / _POINTER)

    def _remove_all_but(self, kept: set[str | None]) -> None:
        for folder in self.folder.iterdir():
            if folder.is_dir() and folder.name not in kept:
                shutil.rmtree(folder, ignore_errors=True)


def _digest(folder: Path) -> str:
    """Names the content of a folder: every path and every byte."""
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        whole.update(path.relative_to(folder).as_posix().encode() + b"\0")
        with path.open("rb") as file:
            whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()[:12]
