"""Does the terminal show and move versions as the console does?"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from shop_floor import ShopFloor
from typer.testing import CliRunner

from bot.cli import app
from feedback.people import new_person
from feedback.training.lineage import record_use
from feedback.training.progress import RunFolder
from feedback.training.tables import ShadowSearchRow
from recommender.clock import FakeClock
from recommender.db import Database
from recommender.encoder.manifest import Manifest
from recommender.errors import BadInputError, ConflictError, NotFoundError
from recommender.models.manifest import ENCODER_FOLDER, ModelManifest
from recommender.models.registry import Registry
from recommender.ranking.store import rankers

CARD = {"grades": 40, "queries": 8, "trained_parameters": 100, "share_trained": 0.01, "run": "20260101T120000-x"}
VERDICT = {"against": "base-1", "checks": [], "ndcg": {"tuned-1": 0.75, "base-1": 0.5}, "queries": 9, "better": [],
           "worse": [], "passed": True, "reason": "better", "version": "tuned-1"}  # fmt: skip


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["models", *arguments], env={"COLUMNS": "250"})
    if result.exception:
        raise result.exception
    return result.output


def write_encoder(folder: Path, version: str) -> None:
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps(asdict(Manifest(version, version, 8, 16, {}))), encoding="utf-8")


@pytest.fixture
def registry(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch, clock: FakeClock) -> Registry:
    home, build = tmp_path / "home", tmp_path / "build"
    home.mkdir()
    (home / "shoptalk.db").write_bytes(sqlite_template.read_bytes())
    monkeypatch.setenv("SHOPTALK_HOME", str(home))
    monkeypatch.setenv("SHOPTALK_BUILD", str(build))
    monkeypatch.delenv("SHOPTALK_DATABASE_URL", raising=False)
    write_encoder(build / "encoder", "base-1")
    registry = Registry(home, build, clock)
    with registry.making() as temporary:
        write_encoder(temporary / "tuned-1" / ENCODER_FOLDER, "tuned-1")
        manifest = ModelManifest("tuned-1", "base-1", "lora", "abc", "code", "2026-01-01T00:00:00", CARD)
        registry.add(temporary / "tuned-1", manifest)
    registry.record_verdict("tuned-1", VERDICT)
    registry.promote("tuned-1", "the gate passed")
    return registry


@pytest.fixture
def floor(registry: Registry, tmp_path: Path, clock: FakeClock) -> ShopFloor:
    return ShopFloor(Database(f"sqlite:///{tmp_path / 'home' / 'shoptalk.db'}"), clock)


def test_a_version_tells_its_lineage_and_what_happened_to_it(registry: Registry, floor: ShopFloor) -> None:
    with floor.database.transaction() as session:
        ada = new_person(session, floor.clock.now())
    record_use(floor.database, "tuned-1", {ada: 3, "somebody who was erased": 2})
    said = run("show", "tuned-1")
    assert "lora, from base-1" in said
    assert "40 grades of 8 queries, data abc" in said
    assert "3 votes of 1 people, 3 of one person at most" in said
    assert "1 people with 2 votes were erased since" in said
    assert "promoted  the gate passed" in said
    assert "knows 1 erased" in run("list")


def test_a_ranker_tells_on_whom_it_was_trained(registry: Registry, floor: ShopFloor, tmp_path: Path) -> None:
    with floor.database.transaction() as session:
        ada = new_person(session, floor.clock.now())
    card = {"grades": 41, "ndcg": 0.7}
    manifest = ModelManifest("", None, "lambdamart", "abc", "", "2026-01-01T00:00:00", card)
    made = rankers(tmp_path / "home").add(lambda folder: (folder / "model.txt").write_text("tree"), manifest)
    record_use(floor.database, made.version, {ada: 3, "somebody who was erased": 2})
    said = run("show", made.version)
    assert f"{made.version}: does not serve" in said
    assert "trained on 41 grades" in said
    assert "3 votes of 1 people, 3 of one person at most" in said
    assert "1 people with 2 votes were erased since" in said
    with pytest.raises(NotFoundError):
        run("show", "ranker-never-made")


def test_runs_and_what_they_learned_are_listed(registry: Registry, tmp_path: Path, clock: FakeClock) -> None:
    folder = RunFolder(tmp_path / "home" / "runs" / "20260101T120000-x", clock)
    folder.write_state("promoted", version="tuned-1")
    folder.write_card({"split": {"train": {"grades": 40, "queries": 8}}, "verdict": VERDICT})
    assert "0.7500" in run("runs")


def test_what_a_shadow_would_have_shown_is_beside_what_was_shown(registry: Registry, floor: ShopFloor) -> None:
    with pytest.raises(NotFoundError, match="has answered nothing unseen"):
        run("shadow")
    floor.says("bob", "red sofa", ["sofa"])
    with floor.database.transaction() as session:
        session.add(
            ShadowSearchRow(
                id="one", session_id=floor.people["bob"][1], model_version="tuned-1", query="[red]sofa[/red]",
                shown=["a", "b"], unseen=["b", "c"], at=datetime(2026, 1, 1, tzinfo=UTC),
            )
        )  # fmt: skip
    said = run("shadow")
    assert "[red]sofa[/red]  (50% in common)" in said
    assert "Unseen: tuned-1" in said


def test_moves_by_command(registry: Registry) -> None:
    assert "base-1 answers every search again" in run("rollback")
    assert "tuned-1 is gone." in run("retire", "tuned-1")
    assert "tuned-1" not in run("list")
    with pytest.raises(BadInputError, match="One at a time"):
        run("rollback", "--ranker", "--factors")
    for kind in ("--ranker", "--factors"):
        with pytest.raises(ConflictError, match="no way back"):
            run("rollback", kind)
    for version in ("ranker-1", "factors-1", "shop-1"):
        with pytest.raises(NotFoundError):
            run("retire", version)
