"""How does feedback become a ranker that serves, or a reason why not?"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from feedback.training.lineage import record_use
from feedback.training.supervision import Supervision, query_key
from recommender.catalogue.store import SqlCatalogue
from recommender.clock import Clock
from recommender.db import Database
from recommender.encoder.onnx import OnnxEncoder
from recommender.errors import BadInputError
from recommender.index.follower import CatalogueView
from recommender.models.manifest import ModelManifest
from recommender.models.registry import Registry
from recommender.ranking.model import LambdaRanker
from recommender.ranking.store import rankers
from recommender.ranking.training import FOLDS, CrossValidated, cross_validate, find, fit
from recommender.search.shop import shop_engine
from recommender.settings import Settings

__all__ = ["Trained", "train_ranker"]


@dataclass(frozen=True)
class Trained:
    """How a training ended: the version that was made, or None with the `reason` why there is none.

    `measured` is None where there was too little to measure.
    """

    version: str | None
    reason: str
    measured: CrossValidated | None = None


def train_ranker(
    settings: Settings,
    database: Database,
    clock: Clock,
    supervision: Supervision,
    progress: Callable[[str], None] = lambda _: None,
) -> Trained:
    """Train a ranker on `supervision` for the encoder that serves; it serves if it is better on unseen queries.

    Raises:
        ConfigurationError: the encoder is missing.
        UnavailableError: nothing has been indexed yet.
    """
    started = time.monotonic()
    registry = Registry.of(settings)
    encoder = OnnxEncoder.load(registry.encoder_folder(registry.serving().current), settings.precision)
    view = CatalogueView(SqlCatalogue(database, clock), settings.home / "index", encoder.version)
    queries, judgements = supervision.queries, supervision.judgements()
    progress("Searching for every judged query")
    # What it is to order is found as it will be: with the shop's words and the weights that are in force.
    found = find(shop_engine(settings, view, encoder), queries, judgements, _weights(supervision))
    progress(f"Training on {FOLDS - 1} parts of the queries and measuring on the other, {FOLDS} times")
    try:
        measured = cross_validate(found, queries, judgements)
        if not measured.passed:
            return Trained(None, f"not better on unseen queries: {measured.detail}", measured)
        progress("Training on all queries")
        booster = fit(found)
    except BadInputError as error:
        return Trained(None, str(error))
    card = {
        "encoder_version": encoder.version,
        "grades": len(supervision.grades),
        "queries": len(queries),
        "source": supervision.source,
        "people": len(supervision.people),
        "ndcg": measured.ranked.mean_ndcg,
        "ndcg_by_fused_score": measured.fused.mean_ndcg,
        "p_value": measured.comparison.p_value / 2,
        "seconds": round(time.monotonic() - started, 1),
        "gain_by_feature": dict(
            zip(booster.feature_name(), booster.feature_importance("gain").round(2).tolist(), strict=True)
        ),
    }
    versions = rankers(settings.home)
    manifest = ModelManifest("", None, "lambdamart", supervision.data_hash, "", clock.now().isoformat(), card)
    made = versions.add(LambdaRanker(booster, "", encoder.version).save, manifest)
    record_use(database, made.version, supervision.people)
    versions.promote(made.version)
    return Trained(made.version, measured.detail, measured)


def _weights(supervision: Supervision) -> dict[tuple[str, str], float]:
    """How sure the grades of a query and product are together, 1 at most: votes say less than careful judgements."""
    weights: dict[tuple[str, str], float] = {}
    for grade in supervision.grades:
        key = (query_key(grade.query), grade.item_id)
        weights[key] = min(weights.get(key, 0.0) + grade.weight, 1.0)
    return weights
