"""Is a model version immutable, found without a restart, and the one before kept?"""

from __future__ import annotations

import json
import threading
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sparse

from recommender.clock import FakeClock
from recommender.models.manifest import ModelManifest
from recommender.personalisation.features import Features
from recommender.personalisation.members import Content, Ensemble, Popularity
from recommender.personalisation.past import Interactions
from recommender.personalisation.store import FactorModels

IDS = ["lamp", "rug", "sofa"]


def ensemble(favourite: int) -> Ensemble:
    features = Features(np.eye(3, dtype=np.float32), sparse.csr_matrix(np.eye(3, dtype=np.float32)))
    people = np.full(5, favourite, dtype=np.int32)
    interactions = Interactions(IDS, features, np.arange(6), people, np.ones(5, dtype=np.float32))
    return Ensemble({"popularity": Popularity(), "content": Content()}).fit(interactions)


def manifest() -> ModelManifest:
    return ModelManifest("", None, "ensemble", "hash", "0.1", FakeClock().now().isoformat(), {"people": 5})


@pytest.fixture
def models(tmp_path: Path) -> FactorModels:
    return FactorModels(tmp_path)


def test_a_shop_that_trained_nothing_has_no_model(models: FactorModels) -> None:
    assert models.current() is None
    assert models.rollback() is None


def test_a_new_version_is_found_by_whoever_looked_before(models: FactorModels, tmp_path: Path) -> None:
    running = FactorModels(tmp_path)
    first = models.add(ensemble(0), IDS, manifest())
    seen = running.current()
    assert seen is not None
    assert (seen.manifest.version, seen.ids) == (first.version, IDS)
    second = models.add(ensemble(1), IDS, manifest())
    seen = running.current()
    assert seen is not None
    assert seen.manifest.version == second.version != first.version
    assert second.parent == first.version


def test_the_one_before_is_kept_and_can_serve_again_and_older_ones_go(models: FactorModels) -> None:
    versions = [models.add(ensemble(favourite), IDS, manifest()).version for favourite in (0, 1, 2)]
    assert sorted(path.name for path in models.folder.iterdir() if path.is_dir()) == sorted(versions[1:])
    assert models.rollback() == versions[1]
    serving = models.current()
    assert serving is not None
    assert serving.manifest.version == versions[1]


def test_the_same_training_twice_is_one_version(models: FactorModels) -> None:
    first, again = (models.add(ensemble(0), IDS, manifest()) for _ in range(2))
    assert first == again
    assert first.parent is None


def test_a_damaged_version_does_not_serve(models: FactorModels, tmp_path: Path) -> None:
    made = models.add(ensemble(0), IDS, manifest())
    (models.folder / made.version / "products.json").write_text(json.dumps(["other"]))
    assert FactorModels(tmp_path).current() is None


def test_what_training_left_when_it_was_killed_is_swept_away(models: FactorModels) -> None:
    (models.folder / ".making-killed").mkdir(parents=True)
    models.add(ensemble(0), IDS, manifest())
    assert not (models.folder / ".making-killed").exists()


def test_many_who_look_while_it_moves_see_one_or_the_other(models: FactorModels, tmp_path: Path) -> None:
    versions = {models.add(ensemble(0), IDS, manifest()).version}
    running, seen, stop = FactorModels(tmp_path), set(), threading.Event()

    def look() -> None:
        while not stop.is_set():
            found = running.current()
            seen.add(None if found is None else found.manifest.version)

    lookers = [threading.Thread(target=look) for _ in range(3)]
    for looker in lookers:
        looker.start()
    for favourite in (1, 0, 2):
        versions.add(models.add(ensemble(favourite), IDS, manifest()).version)
    stop.set()
    for looker in lookers:
        looker.join()
    assert seen <= versions
