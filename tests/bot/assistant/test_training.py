"""Is the assistant trained on what was corrected, and promoted only if it proved better?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from shop_floor import ShopFloor

from bot.assistant.training import train_assistant
from bot.assistant.versions import AssistantVersions
from feedback.review.labels import label
from feedback.review.queues import queue
from feedback.review.subject import Kind
from feedback.training.lineage import Use, uses
from recommender.clock import FakeClock
from recommender.db import Database
from recommender.errors import BadInputError, ConfigurationError, ShoptalkError
from recommender.settings import Settings

# Stands in for Rasa's Python: writes what `bot.nlu.compare` and `bot.nlu.train` would.
FAKE_RASA = """#!/bin/sh
case "$4" in
  bot.nlu.compare) echo "learning"; cp "{folder}/found.json" "$6" ;;
  bot.nlu.train) cp "$6" "{folder}/learned.yml"; echo model > "$8" ;;
esac
exit {code}
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "build" / "encoder").mkdir(parents=True)
    (tmp_path / "build" / "encoder" / "manifest.json").write_text('{"version": "one"}')
    # Nobody listens on port 1: Rasa does not run.
    return Settings(
        _env_file=None, home=tmp_path / "home", build=tmp_path / "build", rasa_python=tmp_path / "python", rasa_port=1
    )


def fake_rasa(folder: Path, after: str, code: int = 0) -> None:
    labelled = {"text": "wheres me bits", "intent": "order_status", "before": "search", "after": after}
    (folder / "found.json").write_text(json.dumps({"held_out": [], "past": [], "corrected": [labelled]}))
    (folder / "python").write_text(FAKE_RASA.format(folder=folder, code=code))
    (folder / "python").chmod(0o755)


@pytest.fixture
def corrected(database: Database, clock: FakeClock) -> Database:
    floor = ShopFloor(database, clock)
    floor.says("bob", "wheres me bits", intent="nlu_fallback", confidence=0.1)
    with database.transaction() as session:
        items = queue(session, Kind.MESSAGE, "ada", floor.texts)
        label(session, "ada", items, "order_status", clock.now())
    return database


def test_what_proves_better_learns_the_corrections_and_serves(
    settings: Settings, corrected: Database, clock: FakeClock, tmp_path: Path
) -> None:
    fake_rasa(tmp_path, after="order_status")
    said: list[str] = []
    trained = train_assistant(settings, corrected, clock, said.append)
    assert trained.promoted
    assert not trained.swapped
    versions = AssistantVersions(settings)
    assert versions.serving().current == trained.name
    assert versions.model().read_text() == "model\n"
    learned = yaml.safe_load((tmp_path / "learned.yml").read_text())
    assert learned["nlu"][0]["intent"] == "order_status"
    assert learned["nlu"][0]["examples"][0]["text"] == "wheres me bits"
    assert "learning" in said
    assert uses(corrected) == {trained.name: Use(1, 1, 1)}
    assert [path.name for path in versions.folder.iterdir() if path.name.startswith(".making")] == []


def test_what_does_not_prove_better_is_kept_and_does_not_serve(
    settings: Settings, corrected: Database, clock: FakeClock, tmp_path: Path
) -> None:
    fake_rasa(tmp_path, after="search")
    trained = train_assistant(settings, corrected, clock, lambda _: None)
    assert not trained.promoted
    versions = AssistantVersions(settings)
    assert versions.model() == versions.base_model
    assert [(one.name, one.passed) for one in versions.versions()] == [(trained.name, False)]


def test_what_is_missing_is_said(settings: Settings, database: Database, corrected: Database, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="make setup"):
        train_assistant(settings, corrected, FakeClock(), lambda _: None)
    fake_rasa(tmp_path, after="order_status", code=1)
    with pytest.raises(ShoptalkError, match=r"could not run bot\.nlu\.compare: it said nothing"):
        train_assistant(settings, corrected, FakeClock(), lambda _: None)


def test_without_a_correction_there_is_nothing_to_learn(settings: Settings, database: Database) -> None:
    with pytest.raises(BadInputError, match="No message has been corrected yet"):
        train_assistant(settings, database, FakeClock(), lambda _: None)
