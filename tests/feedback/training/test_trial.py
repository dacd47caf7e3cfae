"""Is what a candidate would have shown kept, and does its trial end when shoppers like it less?"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import pytest

from feedback.conversations import open_session
from feedback.people import new_person
from feedback.privacy import erase
from feedback.sql import SqlFeedbackStore
from feedback.store import Impression
from feedback.tables import TurnRow
from feedback.training.shadow import recorder, shadow_searches
from feedback.training.trial import Thumbs, end_if_worse, look
from recommender.clock import FakeClock
from recommender.db import Database
from recommender.encoder.manifest import Manifest
from recommender.models.manifest import ENCODER_FOLDER, ModelManifest
from recommender.models.registry import Registry
from recommender.models.serving import Observed
from recommender.search.port import Hit, SearchResult
from recommender.understanding.query import Query


@pytest.fixture
def registry(tmp_path: Path, clock: FakeClock) -> Registry:
    registry = Registry(tmp_path / "home", tmp_path / "build", clock)
    write_encoder(tmp_path / "build" / "encoder", "base-1")
    with registry.making() as temporary:
        write_encoder(temporary / "tuned-1" / ENCODER_FOLDER, "tuned-1")
        registry.add(temporary / "tuned-1", ModelManifest("tuned-1", "base-1", "lora", "", "", ""))
    return registry


def write_encoder(folder: Path, version: str) -> None:
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps(asdict(Manifest(version, version, 8, 16, {}))))


class Voters:
    """People who are shown one product each and vote on it."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.database, self.clock = database, clock
        self.store = SqlFeedbackStore(database, clock)
        self.count = 0

    def vote(self, encoder: str, up: int, down: int) -> None:
        for value in [1] * up + [-1] * down:
            self.count += 1
            now = self.clock.now()
            with self.database.transaction() as session:
                person = new_person(session, now)
                conversation = open_session(session, person, "web", now).id
                turn = f"turn-{self.count}"
                session.add(
                    TurnRow(
                        id=turn, session_id=conversation, text="sofa", status="answered", timing_ms={}, created_at=now
                    )
                )
            shown = Impression(
                f"i{self.count}", person, conversation, turn, "sofa-1", "search", 1, 1.0, versions={"encoder": encoder}
            )
            self.store.record_impressions([shown])
            self.store.vote(person, shown.id, value)


def test_a_candidate_that_shoppers_like_less_answers_nobody_any_more(
    registry: Registry, database: Database, clock: FakeClock
) -> None:
    voters = Voters(database, clock)
    voters.vote("tuned-1-int8", up=0, down=30)  # before the trial: a trial of its own
    clock.advance(timedelta(hours=1))
    registry.try_out("tuned-1", share=0.1)
    voters.vote("base-1-int8", up=40, down=10)
    voters.vote("tuned-1-int8", up=6, down=6)
    trial = end_if_worse(database, registry)
    assert trial is not None
    assert (trial.candidate, trial.current) == (Thumbs(6, 6), Thumbs(40, 10))
    assert registry.serving().candidate == "tuned-1"  # worse, but on too few thumbs to tell
    voters.vote("tuned-1-int8", up=4, down=8)
    trial = end_if_worse(database, registry)
    assert trial is not None
    assert trial.is_worse
    assert registry.serving().candidate is None
    assert "14 of 24 thumbs down against 10 of 50" in registry.moves()[-1]["reason"]
    assert look(database, registry) is None


def test_one_that_is_liked_as_much_goes_on(registry: Registry, database: Database, clock: FakeClock) -> None:
    registry.try_out("tuned-1", share=0.1)
    voters = Voters(database, clock)
    voters.vote("base-1-int8", up=20, down=10)
    voters.vote("tuned-1-int8", up=20, down=10)
    assert end_if_worse(database, registry) is not None
    assert registry.serving().candidate == "tuned-1"


def test_what_a_shadow_would_have_shown_is_kept_and_erased_with_its_shopper(
    database: Database, clock: FakeClock
) -> None:
    with database.transaction() as session:
        person = new_person(session, clock.now())
        conversation = open_session(session, person, "web", clock.now()).id
    keep = recorder(database, clock)

    def found(*ids: str) -> SearchResult:
        return SearchResult([Hit(item, 1.0) for item in ids], len(ids))

    keep(Observed(conversation, Query("red sofa"), 2, "tuned-1", found("a", "b"), found("a", "b")))
    keep(Observed(conversation, Query("blue sofa"), 2, "tuned-1", found("a", "b"), found("c", "b")))
    with database.reading() as session:
        searches = shadow_searches(session, "tuned-1")
    assert [(one.query, one.shown, one.unseen, one.overlap) for one in searches] == [
        ("blue sofa", ["a", "b"], ["c", "b"], 0.5),
        ("red sofa", ["a", "b"], ["a", "b"], 1.0),
    ]
    assert erase(database, person).erased["shadow_searches"] == 2
    keep(Observed(conversation, Query("red sofa"), 2, "tuned-1", found("a"), found("a")))
    with database.reading() as session:
        assert shadow_searches(session, "tuned-1") == []
