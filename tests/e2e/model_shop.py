"""A home in which versions were trained, tried and judged, without any weights: what the pages about models show."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hostile import HOSTILE
from shop_floor import ShopFloor

from feedback.people import new_person
from feedback.privacy import erase
from feedback.training.defence import Suspicion
from feedback.training.lineage import record_use
from feedback.training.progress import CHECKPOINT, RunFolder
from feedback.training.quarantine import set_aside
from feedback.training.tables import ShadowSearchRow
from recommender.clock import FakeClock
from recommender.db import Database
from recommender.encoder.manifest import Manifest
from recommender.models.manifest import ENCODER_FOLDER, ModelManifest
from recommender.models.registry import Registry
from recommender.settings import Settings

__all__ = ["FIRST", "RUN", "SECOND", "SPARE", "add_models", "add_spare_version"]

FIRST, SECOND, SPARE = "tuned-111111111111", "tuned-222222222222", "tuned-333333333333"
RUN = "20260101T120000-encoder-lora"
_STOPPED = "20260102T120000-encoder-adapter"


def add_models(home: Path, said: Sequence[str] = tuple(text[:2000] for text in HOSTILE.values())) -> None:
    """Two versions (the first serves, the second was refused), runs, a shadow's answers, votes set aside, a debt.

    `said` are queries that occur in all of that.
    """
    settings = Settings(home=home)
    clock = FakeClock(datetime.now(UTC))
    registry = Registry(settings.home, settings.build, clock)
    base = registry.base_version()
    database = Database(settings.sql_url)
    for version, passed in ((FIRST, True), (SECOND, False)):
        _add_version(registry, version, base, clock)
        moved = [(text, 0.25) for text in said]
        checks = [{"name": "better on held-out queries", "passed": passed, "detail": "nDCG@10 0.5 → 0.6"}]
        registry.record_verdict(
            version,
            {"version": version, "against": base, "checks": checks, "ndcg": {version: 0.6, base: 0.5}, "queries": 9,
             "better": moved, "worse": moved, "passed": passed, "reason": f"nDCG@10 0.5 → 0.6, such as {said[0][:80]}"},
        )  # fmt: skip
        clock.advance(timedelta(hours=1))
    registry.promote(FIRST, "the gate passed")
    run = RunFolder(home / "runs" / RUN, clock)
    run.write_begun(plan={"method": "lora"}, queries=None, qrels=None)
    run.write_losses([2.0, 1.5, 1.0])
    split = {"train": {"grades": 40, "queries": 8}, "held_out": {"grades": 20, "queries": 4}}
    verdict = registry.verdict(FIRST)
    run.write_card({"data_hash": "abc", "split": split, "people": 2, "plan": {"method": "lora"}, "verdict": verdict})
    run.write_state("promoted", version=FIRST, method="lora", reason=str(said[0][:80]))
    stopped = RunFolder(home / "runs" / _STOPPED, clock)
    stopped.write_state("stopped", method="adapter")
    (stopped.folder / CHECKPOINT).touch()
    _say_and_vote(database, clock, said)
    database.close()


def add_spare_version(home: Path) -> None:
    """One version more, which knows somebody who was erased since: it may be taken away."""
    settings, clock = Settings(home=home), FakeClock(datetime.now(UTC))
    registry = Registry(settings.home, settings.build, clock)
    _add_version(registry, SPARE, registry.base_version(), clock)
    database = Database(settings.sql_url)
    with database.transaction() as session:
        gone = new_person(session, clock.now())
    record_use(database, SPARE, {gone: 3})
    erase(database, gone)
    database.close()


def _add_version(registry: Registry, version: str, base: str, clock: FakeClock) -> None:
    with registry.making() as temporary:
        made = temporary / version
        (made / ENCODER_FOLDER).mkdir(parents=True)
        manifest = Manifest(version, version, 384, 256, {})
        (made / ENCODER_FOLDER / "manifest.json").write_text(json.dumps(asdict(manifest)), encoding="utf-8")
        card = {"grades": 40, "queries": 8, "trained_parameters": 100, "share_trained": 0.01, "seconds": 9.0,
                "steps": 3, "peak_mb": 500, "run": RUN,
                "exports": [{"precision": "fp32", "mb": 90.0, "ms_a_query": 7.0, "ndcg_in_pool": 0.6}]}  # fmt: skip
        registry.add(made, ModelManifest(version, base, "lora", "abc", "code", clock.now().isoformat(), card))


def _say_and_vote(database: Database, clock: FakeClock, said: Sequence[str]) -> None:
    floor = ShopFloor(database, clock)
    shown = floor.says("eve", "desk lamp", ["lamp", "chair"])
    for text in said:
        asked = floor.says("eve", text.replace("\x00", ""), ["sofa"])
        floor.votes("eve", asked["sofa"], 1)
    floor.votes("eve", shown["lamp"], -1)
    person, session_id = floor.people["eve"]
    with database.transaction() as session:
        set_aside(session, {person: Suspicion(person, "burst", "31 votes within 10 minutes")}, clock.now())
        for place, text in enumerate(said):
            row = ShadowSearchRow(
                id=f"{place:032}", session_id=session_id, model_version=SECOND, query=text.replace("\x00", ""),
                shown=["sofa", "chair"], unseen=["lamp", "sofa"], at=clock.now(),
            )  # fmt: skip
            session.add(row)
        gone = new_person(session, clock.now())
    record_use(database, FIRST, {person: 2, gone: 3})
    record_use(database, SECOND, {gone: 3})
    erase(database, gone)
