"""How does feedback become an encoder that serves, or a reason why not?"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select

from feedback.tables import TurnRow
from feedback.training.card import measure_export, pool
from feedback.training.gate import Contender, Verdict, judge
from feedback.training.lineage import record_use
from feedback.training.plan import Plan
from feedback.training.progress import FollowedProgress, Progress, RunFolder
from feedback.training.slices import canaries, slices
from feedback.training.supervision import Supervision, query_key
from recommender.catalogue.product import Product
from recommender.catalogue.store import SqlCatalogue
from recommender.clock import Clock
from recommender.db import Database
from recommender.encoder.onnx import OnnxEncoder
from recommender.errors import BadInputError, ConflictError
from recommender.index.follower import CatalogueView
from recommender.models.manifest import ENCODER_FOLDER, ModelManifest, code_version
from recommender.models.promotion import make_ready, promote
from recommender.models.registry import Registry
from recommender.search.shop import shop_engine
from recommender.settings import Settings

__all__ = ["Result", "asked_counts", "new_run", "train_encoder"]

NAME: Final = "tuned"
"""What versions are called that were trained here; the content of their graph follows."""

_UNLABELLED: Final = 5_000


@dataclass(frozen=True)
class Result:
    """How a run ended: `version` is None where it was stopped before there was one."""

    run: str
    version: str | None = None
    verdict: Verdict | None = None


def new_run(settings: Settings, clock: Clock, method: str) -> RunFolder:
    """A folder for a run that begins now."""
    return RunFolder(settings.home / "runs" / f"{clock.now():%Y%m%dT%H%M%S}-encoder-{method}", clock)


def train_encoder(
    settings: Settings,
    database: Database,
    clock: Clock,
    supervision: Supervision,
    plan: Plan,
    run: RunFolder,
    progress: Progress,
    stopped: Callable[[], bool] = lambda: False,
) -> Result:
    """Train the base encoder, embed the catalogue under the new version, and promote it if its gate passes.

    Training always starts from the base encoder with all feedback there is: what somebody who was erased taught an
    earlier version is in no later one.

    Args:
        settings: the shop.
        database: its record.
        clock: tells when.
        supervision: what to learn from; a part of its queries is held out.
        plan: how to train.
        run: where logs and cards go; a run that was stopped goes on from what is there.
        progress: told how far it is.
        stopped: whether to stop; a checkpoint is written then.

    Raises:
        BadInputError: there is nothing to train on, or nothing to measure on.
        ConflictError: another version is being tried out.
        ConfigurationError: the encoder is missing or cannot be trained.
    """
    registry = Registry.of(settings)
    trial = registry.serving().candidate
    if trial is not None and registry.serving().share > 0:
        raise ConflictError(f"{trial} is being tried on shoppers: promote it, or end that with `shoptalk models stop`.")
    catalogue = SqlCatalogue(database, clock)
    products = {product.id: product for product in catalogue}
    train, held_out = supervision.split()
    queries, judgements = held_out.queries, held_out.judgements()
    measurable = any(grade > 0 for grades in judgements.values() for grade in grades.values())
    if not train.grades or not measurable:
        raise BadInputError(
            f"{len(supervision.queries)} queries with grades are too few to learn from some and measure on others that "
            "have a good product: more queries are needed."
        )
    progress = FollowedProgress(run, progress)
    run.write_state("running", method=plan.method, source=supervision.source)
    try:
        made = _train(registry, settings, clock, train, held_out, products, plan, run, progress, stopped)
        if made is None:
            run.write_state("stopped", method=plan.method, source=supervision.source)
            return Result(run.name)
        record_use(database, made.version, supervision.people)
        progress.stage("Embedding the catalogue under the new version")
        make_ready(settings, made.version, progress.step)
        progress.stage("Measuring on held-out queries")
        verdict = judge(
            _contender(settings, registry, catalogue, made.version),
            _contender(settings, registry, catalogue, registry.serving().current),
            queries,
            judgements,
            slices(queries, judgements, products, asked_counts(database)),
            canaries(settings.shop_dir, products.values()),
        )
        registry.record_verdict(made.version, verdict.as_dict())
        if verdict.passed:
            promote(settings, made.version, f"the gate of run {run.name}: {verdict.reason}", progress.step)
        else:
            registry.stop_trial(verdict.reason)
    except BaseException as error:
        run.write_state("failed", method=plan.method, reason=str(error) or type(error).__name__)
        raise
    run.write_card(_run_card(run, supervision, train, held_out, plan, made, verdict))
    run.write_state(
        "promoted" if verdict.passed else "refused", version=made.version, reason=verdict.reason, method=plan.method
    )
    return Result(run.name, made.version, verdict)


def _train(
    registry: Registry,
    settings: Settings,
    clock: Clock,
    train: Supervision,
    held_out: Supervision,
    products: Mapping[str, Product],
    plan: Plan,
    run: RunFolder,
    progress: Progress,
    stopped: Callable[[], bool],
) -> ModelManifest | None:
    """Train and take the version in; None where it was stopped."""
    import torch

    from feedback.training.batches import Batches
    from feedback.training.curves import curves
    from feedback.training.trainer import Trainer
    from recommender.encoder.export import export_model, load_model

    texts = {item_id: product.text for item_id, product in products.items()}
    progress.stage("Training")
    model = load_model(settings.encoder)
    if torch.cuda.is_available():
        model.to("cuda")
    unlabelled = sorted(texts.values(), key=lambda text: hashlib.sha256(text.encode()).digest())[:_UNLABELLED]
    batches = Batches(train, texts, unlabelled, model.tokenizer, plan)
    begun = {**asdict(plan), "data_hash": train.data_hash, "grades": len(batches.grades)}
    with curves(run.folder, settings.wandb_project, begun) as writer:
        trainer = Trainer(
            model,
            batches,
            plan,
            run.folder,
            report=lambda step: progress.step(step.number, step.total),
            stopped=stopped,
            writer=writer,
        )
        outcome = trainer.run()
    run.write_losses(outcome.losses)
    if not outcome.finished:
        return None
    progress.stage("Exporting")
    model.to("cpu")
    with registry.making() as temporary:
        version = export_model(model, NAME, temporary / NAME / ENCODER_FOLDER)
        queries, judgements = held_out.queries, held_out.judgements()
        progress.stage("Measuring the export")
        card: dict[str, Any] = {
            "trained_parameters": outcome.trained_parameters,
            "parameters": outcome.parameters,
            "share_trained": round(outcome.trained_parameters / outcome.parameters, 5),
            "steps": outcome.steps,
            "seconds": round(outcome.seconds, 1),
            "peak_mb": round(outcome.peak_mb),
            "grades": len(batches.grades),
            "queries": len(train.queries),
            "device": "cuda" if torch.cuda.is_available() else "cpu",
            "exports": measure_export(temporary / NAME / ENCODER_FOLDER, queries, judgements, pool(judgements, texts)),
            "run": run.name,
        }
        manifest = ModelManifest(
            version,
            registry.base_version(),
            plan.method,
            train.data_hash,
            code_version(Path(__file__).parent),
            clock.now().isoformat(),
            card,
        )
        return registry.add(temporary / NAME, manifest)


def _contender(settings: Settings, registry: Registry, catalogue: SqlCatalogue, version: str) -> Contender:
    encoder = OnnxEncoder.load(registry.encoder_folder(version), settings.precision)
    view = CatalogueView(catalogue, settings.home / "index", encoder.version)
    return Contender(version, shop_engine(settings, view, encoder), encoder)


def asked_counts(database: Database) -> dict[str, int]:
    """How often each query was said, by its key."""
    counts: dict[str, int] = {}
    with database.reading() as session:
        for text, count in session.execute(select(TurnRow.text, func.count()).group_by(TurnRow.text)):
            counts[query_key(text)] = counts.get(query_key(text), 0) + count
    return counts


def _run_card(
    run: RunFolder,
    supervision: Supervision,
    train: Supervision,
    held_out: Supervision,
    plan: Plan,
    made: ModelManifest,
    verdict: Verdict,
) -> dict[str, Any]:
    return {
        "run": run.name,
        "source": supervision.source,
        "data_hash": supervision.data_hash,
        "split": {
            "train": {"queries": len(train.queries), "grades": len(train.grades), "data_hash": train.data_hash},
            "held_out": {"queries": len(held_out.queries), "grades": len(held_out.grades)},
        },
        "people": len(supervision.people),
        "plan": asdict(plan),
        "model": asdict(made),
        "verdict": verdict.as_dict(),
    }
