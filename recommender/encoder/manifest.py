"""Which encoder lies in a folder, and are its files the ones that were exported?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from recommender.checksums import first_damaged
from recommender.errors import ConfigurationError

__all__ = ["Manifest"]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `manifest.json` says of an exported encoder.

    `version` is derived from the source's files and the export format, so every machine gives the same model the same
    version. `max_length` counts tokens, the special ones included; `checksums` are SHA-256 by file name.
    """

    name: str
    version: str
    dimension: int
    max_length: int
    checksums: dict[str, str]

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """The manifest in `folder`.

        Raises:
            ConfigurationError: there is none, or it is not one.
        """
        path = folder / "manifest.json"
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError as error:
            raise ConfigurationError(f"No encoder in {folder}: run `python -m recommender.encoder.export`.") from error
        except (OSError, ValueError, TypeError) as error:
            raise ConfigurationError(
                f"{path} is not an encoder's manifest: delete {folder} and run `python -m recommender.encoder.export`."
            ) from error

    def check(self, folder: Path) -> None:
        """Compare every file of `folder` with its checksum.

        Raises:
            ConfigurationError: a file is missing or not the one that was exported.
        """
        if path := first_damaged(folder, self.checksums):
            raise ConfigurationError(
                f"{path} is missing or damaged: delete {folder} and run `python -m recommender.encoder.export`."
            )
