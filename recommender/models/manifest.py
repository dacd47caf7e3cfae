"""What is a model version, and are its files still the ones that were trained?"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any, Final

from recommender.checksums import first_damaged, sha256
from recommender.errors import ConfigurationError

__all__ = ["ENCODER_FOLDER", "ModelManifest", "code_version"]

ENCODER_FOLDER: Final = "encoder"
"""Where a version keeps its exported encoder."""

_FILE: Final = "model.json"


@dataclass(frozen=True, slots=True)
class ModelManifest:
    """What `model.json` says of one version; nothing in the version's folder ever changes.

    `version` names the exported weights by their content. `parent` is the version that training started from, None for
    the base encoder. `data_hash` names what it was trained on, `code_version` the program that did it. `created_at` is
    ISO 8601 in UTC. `card` is the model card: method, parameters, sizes, speed and measures; `checksums` are SHA-256 by
    file name.
    """

    version: str
    parent: str | None
    method: str
    data_hash: str
    code_version: str
    created_at: str
    card: dict[str, Any] = field(default_factory=dict)
    checksums: dict[str, str] = field(default_factory=dict)

    @property
    def made(self) -> str:
        """When it was made, to the minute, to be read by people."""
        return self.created_at[:16].replace("T", " ")

    @classmethod
    def read(cls, folder: Path) -> ModelManifest:
        """The manifest of the version in `folder`.

        Raises:
            ConfigurationError: there is none, or it is not one.
        """
        path = folder / _FILE
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise ConfigurationError(
                f"{path} is missing or is no model's manifest: remove {folder} and train again."
            ) from error

    def write(self, folder: Path) -> ModelManifest:
        """Write this manifest into `folder` with the checksums of every file there, and return it so."""
        files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != _FILE)
        checksums = {path.relative_to(folder).as_posix(): sha256(path) for path in files}
        whole = ModelManifest(**{**asdict(self), "checksums": checksums})
        path = folder / _FILE
        path.write_text(json.dumps(asdict(whole), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        return whole

    def check(self, folder: Path) -> None:
        """Compare every file of the version with its checksum.

        Raises:
            ConfigurationError: a file is missing or not the one that was trained.
        """
        if path := first_damaged(folder, self.checksums):
            raise ConfigurationError(
                f"{path} is missing or damaged: go back with `shoptalk models rollback`, or train again."
            )


def code_version(package: Path) -> str:
    """The program's version, and what the code in the folder `package` says at this moment."""
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        digest.update(path.read_bytes())
    return f"{installed_version('shoptalk')}+{digest.hexdigest()[:8]}"
