"""Where are the versions of a kind of model kept that needs no index of its own, and which one serves?"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final, Generic, TypeVar

import structlog

from recommender.errors import ConfigurationError, ConflictError, NotFoundError
from recommender.models.manifest import ModelManifest

__all__ = ["Versions"]

_POINTER: Final = "serving.json"

_log = structlog.get_logger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Serving:
    current: str | None
    previous: str | None = None


class Versions(Generic[T]):
    """The versions under one folder: folders that never change, and a pointer that is replaced whole.

    Whoever asks for `current` gets what the pointer names by then, so a running shop takes a new version up by itself,
    and a move is the replacing of one small file. The version before stays on the disk; older ones are removed.
    """

    def __init__(self, folder: Path, kind: str, load: Callable[[Path, ModelManifest], T]) -> None:
        """Keep versions of `kind` under `folder`; `load` reads the model of one version from its folder."""
        self.folder = folder
        self.kind = kind
        self._load = load
        self._opened: tuple[tuple[int, int], T | None] | None = None

    def current(self) -> T | None:
        """The model that serves; None where there is none, or where it cannot be read, which is logged."""
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

    def serving(self) -> str | None:
        """The name of the version that serves, None where none does.

        Raises:
            ConfigurationError: the pointer is damaged.
        """
        return self._serving().current

    def previous(self) -> str | None:
        """The name of the version that served before, None where there is none.

        Raises:
            ConfigurationError: the pointer is damaged.
        """
        return self._serving().previous

    def manifests(self) -> list[ModelManifest]:
        """Every version that is kept, oldest first."""
        paths = sorted(self.folder.iterdir()) if self.folder.is_dir() else []
        found = [ModelManifest.read(path) for path in paths if path.is_dir() and not path.name.startswith(".")]
        return sorted(found, key=lambda manifest: (manifest.created_at, manifest.version))

    def add(self, write: Callable[[Path], object], manifest: ModelManifest) -> ModelManifest:
        """Take in the version whose files `write` puts into a folder; what is equal in every file is the same version.

        Version, parent and checksums of `manifest` are filled in here.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.folder, prefix=".making-") as temporary:
            made = Path(temporary) / "version"
            made.mkdir()
            write(made)
            version = f"{self.kind}-{_digest(made)}"
            folder = self.folder / version
            if folder.is_dir():
                return ModelManifest.read(folder)
            whole = replace(manifest, version=version, parent=self.serving()).write(made)
            made.rename(folder)
        return whole

    def promote(self, version: str) -> None:
        """Let `version` serve from now on, keep the one before, and remove older ones."""
        serving = self._serving()
        if version != serving.current:
            self._point(_Serving(version, previous=serving.current))
        kept = {version, self._serving().previous}
        for folder in self.folder.iterdir():
            if folder.is_dir() and folder.name not in kept:
                shutil.rmtree(folder, ignore_errors=True)

    def rollback(self) -> str | None:
        """Let the version before serve again; its name, or None where before the first there was none.

        Raises:
            ConflictError: nothing ever served.
        """
        serving = self._serving()
        if serving.current is None and serving.previous is None:
            raise ConflictError(f"No {self.kind} ever served: there is no way back.")
        self._point(_Serving(serving.previous, previous=serving.current))
        return serving.previous

    def retire(self, version: str) -> None:
        """Remove a version for good.

        Raises:
            NotFoundError: there is no such version.
            ConflictError: it serves.
        """
        serving, folder = self._serving(), self.folder / version
        if version not in {manifest.version for manifest in self.manifests()}:
            raise NotFoundError(f"There is no {self.kind} version {version!r}.")
        if version == serving.current:
            raise ConflictError(f"{version} serves: train again or roll back first.")
        if version == serving.previous:
            self._point(replace(serving, previous=None))
        shutil.rmtree(folder)

    def _open(self) -> T | None:
        try:
            name = self.serving()
            if name is None:
                return None
            manifest = ModelManifest.read(self.folder / name)
            manifest.check(self.folder / name)
            return self._load(self.folder / name, manifest)
        except (ConfigurationError, OSError, ValueError) as error:
            _log.error("model_not_loaded", kind=self.kind, reason=str(error))
            return None

    def _serving(self) -> _Serving:
        path = self.folder / _POINTER
        try:
            return _Serving(**json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return _Serving(None)
        except (OSError, ValueError, TypeError) as error:
            raise ConfigurationError(f"{path} is damaged: remove it and train the {self.kind} again.") from error

    def _point(self, serving: _Serving) -> None:
        path = self.folder / f".{_POINTER}"
        path.write_text(json.dumps(asdict(serving)) + "\n", encoding="utf-8")
        path.replace(self.folder / _POINTER)


def _digest(folder: Path) -> str:
    """Names the content of a folder: every path and every byte."""
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        whole.update(path.relative_to(folder).as_posix().encode() + b"\0")
        with path.open("rb") as file:
            whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()[:12]
