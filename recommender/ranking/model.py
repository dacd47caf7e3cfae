"""In which order does a trained ranker put what search found?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from recommender.errors import ConfigurationError
from recommender.index.follower import Snapshot
from recommender.ranking.features import FEATURES, features

if TYPE_CHECKING:
    from lightgbm import Booster

__all__ = ["CANDIDATES", "LambdaRanker", "Ranker", "reordered"]

CANDIDATES: Final = 100
"""How many of the best products are put in a new order; the rest stays as it is."""

BASE_WEIGHT: Final = 10.0
"""What a point of fused score counts for before the trees are added: they correct an order, they do not invent one."""

MODEL_FILE: Final = "ranker.txt"

Floats = NDArray[np.float32]
Rows = NDArray[np.intp]


class Ranker(Protocol):
    """Judges candidates of a search."""

    version: str
    """Which model this is."""

    encoder_version: str
    """The encoder whose cosines it was trained on: under another its judgement means nothing."""

    def judge(self, snapshot: Snapshot, text: str, rows: Rows, fused: Floats, legs: Mapping[str, Floats]) -> Floats:
        """How good each of `rows` is for `text`, higher is better, shape (rows,); see `features` for the rest."""
        ...


class LambdaRanker:
    """Gradient-boosted trees by LambdaMART (Burges, MSR-TR-2010-82) in LightGBM, added to the fused score."""

    def __init__(self, booster: Booster, version: str, encoder_version: str) -> None:
        self.booster = booster
        self.version = version
        self.encoder_version = encoder_version

    @classmethod
    def load(cls, folder: Path, version: str, encoder_version: str) -> LambdaRanker:
        """The ranker in `folder`.

        Raises:
            ConfigurationError: it cannot be read, or was trained on other features than this program has.
        """
        import lightgbm

        path = folder / MODEL_FILE
        try:
            booster = lightgbm.Booster(model_str=path.read_text(encoding="utf-8"))
        except (OSError, lightgbm.basic.LightGBMError) as error:
            raise ConfigurationError(f"{path} cannot be read: run `shoptalk train ranker` again.") from error
        if booster.feature_name() != list(FEATURES):
            raise ConfigurationError(f"{path} knows other features than this program: run `shoptalk train ranker`.")
        return cls(booster, version, encoder_version)

    def save(self, folder: Path) -> None:
        """Write the model into `folder` as LightGBM's text."""
        (folder / MODEL_FILE).write_text(self.booster.model_to_string(), encoding="utf-8")

    def judge(self, snapshot: Snapshot, text: str, rows: Rows, fused: Floats, legs: Mapping[str, Floats]) -> Floats:
        """See `Ranker.judge`."""
        table = features(snapshot, text, rows, fused, legs)
        trees = self.booster.predict(table, num_threads=1)
        return np.asarray(BASE_WEIGHT * table[:, 0] + trees, dtype=np.float32)


def reordered(
    ranker: Ranker, snapshot: Snapshot, text: str, rows: Rows, fused: Floats, legs: Mapping[str, Floats]
) -> Floats:
    """What to add to every product's fused score so that `rows` come in the ranker's order: shape (products,).

    The candidates keep the scores they had and share them out anew, so they stay above the rest, and a score goes on
    meaning how well a product fits. Where the ranker sees no difference, the order stays.

    Args:
        ranker: judges the candidates.
        snapshot: the catalogue.
        text: the query.
        rows: the candidates, best first by fused score.
        fused: every product's fused score.
        legs: every product's score by leg.
    """
    added = np.zeros(len(fused), dtype=np.float32)
    if len(rows):
        order = np.argsort(-ranker.judge(snapshot, text, rows, fused, legs), kind="stable")
        added[rows[order]] = fused[rows] - fused[rows[order]]
    return added
