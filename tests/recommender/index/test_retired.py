"""Do the indexes of old encoder versions go, and those that serve or are about to stay?"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from recommender.catalogue.product import Product
from recommender.clock import FakeClock
from recommender.index.chroma import ChromaVectorStore
from recommender.index.generation import Generation, current
from recommender.index.retired import KEPT_FOR, remove_retired

VECTORS = np.eye(1, 8, dtype=np.float32)


def index(home: Path, version: str, clock: FakeClock, age: timedelta) -> Generation:
    """What an indexer leaves of `version`: a generation and its vectors, last written to `age` ago."""
    generation = Generation.build(
        home / "index", [Product("mug", "A mug")], VECTORS, encoder_version=version, change_number=1
    )
    with ChromaVectorStore(home / "chroma" / version, version, 8) as store:
        store.upsert(["mug"], VECTORS, ["hash"])
    written = (clock.now() - age).timestamp()
    for kind in ("index", "chroma"):
        folder = home / kind / version
        for path in (*folder.iterdir(), folder):
            os.utime(path, (written, written))
    return generation


def versions(home: Path) -> list[set[str]]:
    return [{path.name for path in (home / kind).iterdir()} for kind in ("index", "chroma")]


def test_what_is_neither_warm_nor_new_goes(tmp_path: Path, clock: FakeClock) -> None:
    old = 2 * KEPT_FOR
    for version in ("first-int8", "second-int8", "serving-int8", "tried-int8"):
        index(tmp_path, version, clock, old)
    index(tmp_path, "made-ready-int8", clock, KEPT_FOR)
    removed = remove_retired(tmp_path, {"serving-int8", "second-int8", "tried-int8"}, clock.now())
    assert removed == ["first-int8"]
    kept = {"second-int8", "serving-int8", "tried-int8", "made-ready-int8"}
    assert versions(tmp_path) == [kept, kept]
    assert remove_retired(tmp_path, kept, clock.now()) == []


def test_who_still_reads_a_removed_generation_goes_on(tmp_path: Path, clock: FakeClock) -> None:
    generation = index(tmp_path, "first-int8", clock, 2 * KEPT_FOR)
    remove_retired(tmp_path, {"serving-int8"}, clock.now())
    assert current(tmp_path / "index", "first-int8") is None
    np.testing.assert_array_equal(generation.vectors, VECTORS)
    assert generation.columns.text_hashes


@pytest.mark.parametrize("missing", ["index", "chroma", "both"])
def test_a_home_without_an_index_is_left_alone(tmp_path: Path, clock: FakeClock, missing: str) -> None:
    for kind in {"index", "chroma"} - {missing} if missing != "both" else ():
        (tmp_path / kind).mkdir()
    assert remove_retired(tmp_path, set(), clock.now()) == []
