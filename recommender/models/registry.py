"""Which encoder versions does this shop have, which one serves, and how is that changed in one step?

A version is a folder that never changes. Which one serves is a small file that is replaced whole, so whoever reads it
sees the state before a move or the state after it, and a move back is as quick as a move forward. Versions that are
`warm` (current, previous, candidate) are kept up to date by the indexer, so that a move never waits for an index.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, Self

from filelock import FileLock

from recommender.clock import Clock, SystemClock
from recommender.encoder.manifest import Manifest
from recommender.errors import BadInputError, ConfigurationError, ConflictError, NotFoundError
from recommender.models.manifest import ENCODER_FOLDER, ModelManifest
from recommender.settings import Settings

__all__ = ["BASE_METHOD", "Registry", "Serving"]

BASE_METHOD: Final = "none"
"""The method of the base encoder: nothing was trained."""

_POINTER: Final = "serving.json"
_MOVES: Final = "moves.jsonl"
_VERDICTS: Final = "verdicts"
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Serving:
    """Which versions are in use.

    `candidate` is a version being tried: a `share` (0 to 1) of the sessions get its answers, and where `shadow` is set
    it answers searches that nobody sees. `since` is when the candidate's trial began, ISO 8601 in UTC.
    """

    current: str
    previous: str | None = None
    candidate: str | None = None
    share: float = 0.0
    shadow: bool = False
    since: str | None = None

    @property
    def warm(self) -> tuple[str, ...]:
        """The versions that are kept ready, the one that serves first."""
        return tuple(dict.fromkeys(one for one in (self.current, self.previous, self.candidate) if one))

    def role_of(self, version: str) -> str:
        """In words what a version is in use for; nothing where it is not."""
        if version == self.current:
            return "serves"
        if version == self.candidate:
            tried = f"tried by {self.share:.0%} of sessions" if self.share else ""
            return ", ".join(part for part in (tried, "in the shadow" if self.shadow else "") if part) or "candidate"
        return "way back" if version == self.previous else ""


class Registry:
    """The encoder versions under `home/models/encoder`, and the base encoder that `make setup` exported."""

    def __init__(self, home: Path, build: Path, clock: Clock) -> None:
        self.folder = home / "models" / "encoder"
        self._base = build / "encoder"
        self._clock = clock

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The registry of a shop."""
        return cls(settings.home, settings.build, SystemClock())

    @property
    def pointer(self) -> Path:
        """The file that says which version serves; replaced whole at every move."""
        return self.folder / _POINTER

    def base_version(self) -> str:
        """The version of the base encoder.

        Raises:
            ConfigurationError: there is none.
        """
        return Manifest.read(self._base).version

    def versions(self) -> list[ModelManifest]:
        """Every version, oldest first; the base encoder comes first unless it is one of them."""
        paths = sorted(self.folder.iterdir()) if self.folder.is_dir() else []
        found = [ModelManifest.read(path) for path in paths if path.is_dir() and _names_version(path.name)]
        found.sort(key=lambda manifest: (manifest.created_at, manifest.version))
        base = self._base_manifest()
        if base is not None and base.version not in {manifest.version for manifest in found}:
            found.insert(0, base)
        return found

    def manifest(self, version: str) -> ModelManifest:
        """What is known of a version.

        Raises:
            NotFoundError: there is no such version.
        """
        folder = self._folder_of(version)
        if folder.is_dir():
            return ModelManifest.read(folder)
        base = self._base_manifest()
        if base is not None and base.version == version:
            return base
        raise NotFoundError(f"There is no model version {version!r}: `shoptalk models list` shows those there are.")

    def encoder_folder(self, version: str) -> Path:
        """Where the exported encoder of a version lies.

        Raises:
            NotFoundError: there is no such version.
        """
        folder = self._folder_of(version) / ENCODER_FOLDER
        if folder.is_dir():
            return folder
        self.manifest(version)
        return self._base

    @contextmanager
    def making(self) -> Iterator[Path]:
        """A folder beside the versions to make a new one in; what is left in it at the end is removed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.folder, prefix=".making-") as temporary:
            yield Path(temporary)

    def add(self, made: Path, manifest: ModelManifest) -> ModelManifest:
        """Take the version in the folder `made` (from `making`) in, whole; the same version twice is the same version.

        Raises:
            ConfigurationError: the version cannot name a folder.
        """
        folder = self._folder_of(manifest.version)
        if folder.is_dir():
            return ModelManifest.read(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        whole = manifest.write(made)
        made.rename(folder)
        self._note("added", manifest.version)
        return whole

    def serving(self) -> Serving:
        """Which versions are in use; the base encoder where nothing was ever promoted.

        Raises:
            ConfigurationError: there is no encoder at all, or the file that says so is damaged.
        """
        try:
            return Serving(**json.loads(self.pointer.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return Serving(self.base_version())
        except (OSError, ValueError, TypeError) as error:
            raise ConfigurationError(
                f"{self.pointer} is damaged: remove it to go back to the base encoder, then promote a version again."
            ) from error

    def try_out(self, version: str, *, share: float = 0.0, shadow: bool = False) -> Serving:
        """Make `version` the candidate: kept warm, answering for a share of the sessions, or unseen.

        Raises:
            NotFoundError: there is no such version.
            BadInputError: the share is not between 0 and 1, or the version serves already.
        """
        if not 0.0 <= share <= 1.0:
            raise BadInputError(f"A share of sessions lies between 0 and 1, not at {share}.")
        self.manifest(version)
        with self._moving() as serving:
            if version == serving.current:
                raise BadInputError(f"{version} already answers every search.")
            moved = replace(serving, candidate=version, share=share, shadow=shadow, since=self._clock.now().isoformat())
            self._write(moved)
        self._note("tried", version, share=share, shadow=shadow)
        return moved

    def stop_trial(self, reason: str) -> Serving:
        """Let no candidate answer any more."""
        with self._moving() as serving:
            moved = replace(serving, candidate=None, share=0.0, shadow=False, since=None)
            self._write(moved)
        if serving.candidate is not None:
            self._note("trial stopped", serving.candidate, reason=reason)
        return moved

    def promote(self, version: str, reason: str) -> Serving:
        """Let `version` answer every search from now on; what did so before stays warm.

        Its index must be ready: `promotion.promote` sees to that.

        Raises:
            NotFoundError: there is no such version.
            ConfigurationError: its files are damaged.
        """
        self.manifest(version).check(self._folder_of(version))
        with self._moving() as serving:
            if version == serving.current:
                return serving
            self._keep_base(serving.current)
            moved = Serving(version, previous=serving.current)
            self._write(moved)
        self._note("promoted", version, reason=reason)
        return moved

    def rollback(self, reason: str) -> Serving:
        """Let the version before answer again; the one that served until now becomes the one before.

        Raises:
            ConflictError: there is none before.
        """
        with self._moving() as serving:
            if serving.previous is None:
                raise ConflictError(f"{serving.current} is the only version that ever served: there is no way back.")
            self.encoder_folder(serving.previous)
            moved = Serving(serving.previous, previous=serving.current)
            self._write(moved)
        self._note("rolled back", moved.current, reason=reason)
        return moved

    def retire(self, version: str, reason: str) -> None:
        """Remove a version for good.

        Raises:
            NotFoundError: there is no such version.
            ConflictError: it serves.
            BadInputError: it is the base encoder.
        """
        self.manifest(version)
        with self._moving() as serving:
            if version == serving.current:
                raise ConflictError(f"{version} answers every search: promote another or roll back first.")
            folder = self._folder_of(version)
            if not folder.is_dir():
                raise BadInputError(f"{version} is the base encoder: it was trained on nobody's feedback.")
            if version == serving.candidate:
                serving = replace(serving, candidate=None, share=0.0, shadow=False, since=None)
            self._write(replace(serving, previous=None if version == serving.previous else serving.previous))
            shutil.rmtree(folder)
        self._note("retired", version, reason=reason)

    def record_verdict(self, version: str, verdict: dict[str, Any]) -> None:
        """Keep what a gate said of a version, beside the version's folder."""
        folder = self.folder / _VERDICTS
        folder.mkdir(parents=True, exist_ok=True)
        _replace(folder / f"{version}.json", json.dumps(verdict, indent=2, ensure_ascii=False) + "\n")

    def verdict(self, version: str) -> dict[str, Any] | None:
        """What the gate said of a version; None where none was asked."""
        try:
            found: dict[str, Any] = json.loads((self.folder / _VERDICTS / f"{version}.json").read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return found

    def moves(self) -> list[dict[str, Any]]:
        """Everything that ever happened to the versions, oldest first."""
        try:
            lines = (self.folder / _MOVES).read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        return [json.loads(line) for line in lines if line]

    def _folder_of(self, version: str) -> Path:
        if not _names_version(version):
            raise NotFoundError(f"{version!r} cannot be a model version: `shoptalk models list` shows those there are.")
        return self.folder / version

    def _base_manifest(self) -> ModelManifest | None:
        try:
            encoder = Manifest.read(self._base)
        except ConfigurationError:
            return None
        return ModelManifest(encoder.version, None, BASE_METHOD, "", "", "", {"dimension": encoder.dimension})

    def _keep_base(self, version: str) -> None:
        """Before another takes its place, give the base encoder a folder: `make setup` may export another one."""
        folder = self._folder_of(version)
        base = self._base_manifest()
        if folder.is_dir() or base is None or base.version != version:
            return
        with self.making() as temporary:
            made = temporary / version
            shutil.copytree(self._base, made / ENCODER_FOLDER, copy_function=_link)
            self.add(made, base)

    @contextmanager
    def _moving(self) -> Iterator[Serving]:
        """One move at a time."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self.folder / ".lock", timeout=30):
            yield self.serving()

    def _write(self, serving: Serving) -> None:
        _replace(self.pointer, json.dumps(asdict(serving), indent=2) + "\n")

    def _note(self, what: str, version: str, **more: object) -> None:
        line = {"at": self._clock.now().isoformat(), "what": what, "version": version, **more}
        with (self.folder / _MOVES).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _names_version(name: str) -> bool:
    return name != _VERDICTS and _VERSION.fullmatch(name) is not None


def _link(source: str, target: str) -> str:
    """A second name for the same file where the file system allows, else a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


def _replace(path: Path, text: str) -> None:
    """Write a file so that readers see the old text or the new one, also after a power cut."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
