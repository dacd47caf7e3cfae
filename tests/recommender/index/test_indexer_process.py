"""Does the index come out the same however often its process is killed, and does it follow a running shop?"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from recommender.catalogue.lease import Leases
from recommender.catalogue.product import Product
from recommender.catalogue.store import SqlCatalogue
from recommender.clock import SystemClock
from recommender.db import Database
from recommender.encoder.hashing import HashingEncoder
from recommender.encoder.onnx import OnnxEncoder
from recommender.index.chroma import ChromaVectorStore
from recommender.index.follower import CatalogueView
from recommender.index.following import LEASE, catch_up
from recommender.index.generation import Generation, current
from recommender.settings import Settings

INDEX_ONCE = Path(__file__).with_name("index_once.py")
KILLS = 5


class Home:
    """A shop's folder with a catalogue in SQL, indexed by processes of their own."""

    def __init__(self, folder: Path, template: Path) -> None:
        self.folder = folder
        folder.mkdir()
        (folder / "shoptalk.db").write_bytes(template.read_bytes())
        self.database = Database(f"sqlite:///{folder / 'shoptalk.db'}")
        self.catalogue = SqlCatalogue(self.database, SystemClock())

    def start(self) -> subprocess.Popen[str]:
        """Start indexing; returns once the process is about to begin."""
        process = subprocess.Popen([sys.executable, INDEX_ONCE, self.folder], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "begins\n"
        return process

    def finish(self) -> float:
        """Index to the end; the seconds it took."""
        started = time.monotonic()
        with self.start() as process:
            assert process.stdout is not None
            assert process.stdout.read() == "done\n"
        return time.monotonic() - started

    def contents(self) -> dict[str, tuple[str, bytes]]:
        """Text hash and vector of each id in Chroma."""
        encoder = HashingEncoder()
        with ChromaVectorStore(self.folder / "chroma", encoder.version, encoder.dimension) as store:
            found = store.get(list(store.ids()))
        return {
            item_id: (text_hash, vector.tobytes())
            for item_id, text_hash, vector in zip(found.ids, found.text_hashes, found.vectors, strict=True)
        }

    def view(self) -> CatalogueView:
        return CatalogueView(self.catalogue, self.folder / "index", HashingEncoder().version)


@pytest.fixture
def home(tmp_path: Path, sqlite_template: Path) -> Iterator[Home]:
    home = Home(tmp_path / "home", sqlite_template)
    yield home
    home.database.close()


def teapots(numbers: range, word: str) -> list[Product]:
    return [Product(f"pot-{n:04}", f"Teapot {n} {word}", price=Decimal(n + 1)) for n in numbers]


@pytest.mark.e2e
def test_killed_at_random_moments_it_ends_where_an_undisturbed_run_ends(
    home: Home, tmp_path: Path, sqlite_template: Path
) -> None:
    undisturbed = Home(tmp_path / "undisturbed", sqlite_template)
    undisturbed.catalogue.upsert(teapots(range(500), "glazed"))
    seconds = undisturbed.finish()
    for kill in range(KILLS):
        # Each time something is new, edited, cheaper and gone, so that there is always work to be broken off.
        home.catalogue.upsert(teapots(range(100 * kill, 500), f"fired {kill} times"))
        home.catalogue.delete([f"pot-{n:04}" for n in range(kill, 500, 7)])
        process = home.start()
        time.sleep(random.uniform(0, seconds))
        process.kill()
        process.communicate()
    home.catalogue.upsert(teapots(range(500), "glazed"))
    home.catalogue.delete(["pot-0003"])
    undisturbed.catalogue.delete(["pot-0003"])
    home.finish()
    undisturbed.finish()
    assert home.contents() == undisturbed.contents()
    ours, theirs = home.view().snapshot, undisturbed.view().snapshot
    assert ours.generation.ids == theirs.generation.ids
    assert ours.generation.columns.text_hashes == theirs.generation.columns.text_hashes
    np.testing.assert_array_equal(ours.generation.vectors, theirs.generation.vectors)
    np.testing.assert_array_equal(ours.price, theirs.price)
    np.testing.assert_array_equal(ours.alive, theirs.alive)
    undisturbed.database.close()


@pytest.mark.e2e
def test_a_running_indexer_shows_an_import_within_a_minute_and_stops_cleanly(home: Home) -> None:
    settings = Settings(home=home.folder)
    if not (settings.build / "encoder" / "manifest.json").is_file():
        pytest.skip("needs the exported encoder: run `python -m recommender.encoder.export`")
    version = OnnxEncoder.load(settings.build / "encoder", settings.precision).version
    home.catalogue.upsert(teapots(range(3), "glazed"))
    environment = os.environ | {"SHOPTALK_HOME": str(home.folder)}
    with subprocess.Popen([sys.executable, "-m", "recommender.index.following"], env=environment) as process:
        try:
            _wait_for(home, version, 3)
            leases = Leases(home.database, SystemClock())
            assert leases.holder(LEASE) is not None
            home.catalogue.upsert(teapots(range(3, 5), "glazed"))
            started = time.monotonic()
            # The lease is the other process's: this waits for it.
            catch_up(settings)
            assert _indexed(home, version) == 5
            assert time.monotonic() - started < 60
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert leases.holder(LEASE) is None
    home.catalogue.delete(["pot-0000"])
    catch_up(settings)
    assert _indexed(home, version) == 4


def _indexed(home: Home, version: str) -> int:
    folder = current(home.folder / "index", version)
    return 0 if folder is None else len(Generation.open(folder).ids)


def _wait_for(home: Home, version: str, count: int) -> None:
    deadline = time.monotonic() + 60
    while _indexed(home, version) != count:
        assert time.monotonic() < deadline, "nothing was indexed"
        time.sleep(0.2)
