"""How does a version come to answer every search without a moment in which search fails?"""

from __future__ import annotations

import shutil

from recommender.encoder.manifest import Manifest
from recommender.index.following import catch_up
from recommender.index.indexer import Report
from recommender.models.registry import Registry, Serving
from recommender.settings import Settings

__all__ = ["make_ready", "promote", "retire"]


def make_ready(settings: Settings, version: str, report: Report | None = None) -> None:
    """Have the catalogue embedded under `version` beside the version that serves, and kept so from now on.

    Raises:
        NotFoundError: there is no such version.
        ConfigurationError: its files are damaged.
    """
    registry = Registry.of(settings)
    if version not in registry.serving().warm:
        registry.try_out(version)
    catch_up(settings, report=report, version=version)


def promote(settings: Settings, version: str, reason: str, report: Report | None = None) -> Serving:
    """Embed the catalogue under `version`, then let it answer every search, from one search to the next.

    Raises:
        NotFoundError: there is no such version.
        ConfigurationError: its files are damaged.
    """
    make_ready(settings, version, report)
    return Registry.of(settings).promote(version, reason)


def retire(settings: Settings, version: str, reason: str) -> None:
    """Remove a version for good, with its index.

    Raises:
        NotFoundError: there is no such version.
        ConflictError: it serves.
        BadInputError: it is the base encoder.
    """
    registry = Registry.of(settings)
    name = f"{Manifest.read(registry.encoder_folder(version)).version}-{settings.precision}"
    registry.retire(version, reason)
    for folder in ("index", "chroma"):
        shutil.rmtree(settings.home / folder / name, ignore_errors=True)
