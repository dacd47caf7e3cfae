"""Are files still the ones that were written?"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

__all__ = ["first_damaged", "sha256"]


def first_damaged(folder: Path, checksums: Mapping[str, str]) -> Path | None:
    """The first file of `folder` that is missing or whose SHA-256 is not the one of its name in `checksums`."""
    for name, expected in checksums.items():
        path = folder / name
        if not path.is_file() or sha256(path) != expected:
            return path
    return None


def sha256(path: Path) -> str:
    """The SHA-256 of a file's content, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
