"""Where are this shop's rankers kept?"""

from __future__ import annotations

from pathlib import Path

from recommender.models.manifest import ModelManifest
from recommender.models.versions import Versions
from recommender.ranking.model import LambdaRanker

__all__ = ["rankers"]


def rankers(home: Path) -> Versions[LambdaRanker]:
    """The rankers of the shop whose data lies in `home`."""
    return Versions(home / "models" / "ranker", "ranker", _load)


def _load(folder: Path, manifest: ModelManifest) -> LambdaRanker:
    return LambdaRanker.load(folder, manifest.version, str(manifest.card["encoder_version"]))
