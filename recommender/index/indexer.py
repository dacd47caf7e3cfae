"""How do the vectors and the index follow the catalogue, whatever is killed when?

    python -m recommender.index.indexer

follows until it is told to stop; `shoptalk up` runs it as a child of its own.

Nothing is remembered between runs but what can be checked. A vector in the store carries the hash of the text it was
made from, and a generation says which change number and which texts it holds. So a run compares, does what is missing,
and does nothing where nothing is; one that was killed is finished by the next.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

import numpy as np
import structlog
from numpy.typing import NDArray
from sqlalchemy.exc import SQLAlchemyError

from recommender.catalogue.lease import Leases
from recommender.catalogue.port import Catalogue, Change
from recommender.catalogue.product import Product
from recommender.catalogue.store import SqlCatalogue
from recommender.clock import SystemClock
from recommender.db import Database
from recommender.encoder.onnx import OnnxEncoder
from recommender.encoder.port import Encoder
from recommender.errors import ConfigurationError, ShoptalkError
from recommender.index.chroma import ChromaVectorStore
from recommender.index.generation import Generation, current
from recommender.index.vectors import VectorStore
from recommender.settings import Settings

__all__ = ["LEASE", "Indexer", "catch_up", "follow", "is_current", "is_embedded", "main"]

LEASE: Final = "indexer"
LEASE_LASTS = timedelta(seconds=30)

_log = structlog.get_logger(__name__)

Report = Callable[[int, int], None]
"""Called with how many of the waiting changes are done, and how many there were."""

_PAGE: Final = 256
_POLL_S: Final = 1.0
# An import comes in many transactions: index once it is quiet, but don't wait for ever.
_QUIET_S: Final = 3.0
_WAIT_AT_MOST_S: Final = 15.0
# When embedding takes longer, a generation is published in which new products are found by their words alone.
_WORDS_WITHIN_S: Final = 20.0


class Indexer:
    """Embeds what changed and publishes generations. Only the holder of the lease `LEASE` may run one.

    The vector of a product that is not embedded yet is all zeros in a generation; no later than the next generation of
    the same run it is there.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        encoder: Encoder,
        store: VectorStore,
        index: Path,
        *,
        halted: Callable[[], bool] = lambda: False,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        """Index `catalogue` into `store` and into generations under the folder `index`, until `halted` says to stop."""
        self._catalogue = catalogue
        self._encoder = encoder
        self._store = store
        self._index = index
        self._halted = halted
        self._timer = timer
        self._published: Generation | None = None
        self._behind = False
        self.position = 0
        self._start_from(_newest(index, encoder.version))

    def catch_up(self, report: Report | None = None) -> bool:
        """Index every change that is in the catalogue by now; False if it was halted before that was done."""
        target = self._catalogue.last_change()
        if target < self.position:
            # The record was restored from an older copy: its change numbers mean other changes now.
            self._start_from(None)
        start, waiting_since = self.position, self._timer()
        while self.position < target and (changes := self._catalogue.changes_after(self.position, _PAGE)):
            if self._halted():
                return False
            self._embed(changes)
            self.position = changes[-1].number
            if report is not None:
                report(min(self.position, target) - start, target - start)
            if self.position < target and self._timer() - waiting_since > _WORDS_WITHIN_S and self._words_missing():
                self._publish()
                waiting_since = self._timer()
        if self._behind and not self._halted():
            self._publish()
        return not self._halted()

    def _start_from(self, generation: Generation | None) -> None:
        self._published = generation
        # Where vectors are missing, from the generation or from the store, every product is looked at again.
        whole = generation is not None and len(self._store) >= len(generation.ids) and is_embedded(generation)
        self.position = generation.change_number if generation is not None and whole else 0
        self._behind = False

    def _embed(self, changes: Sequence[Change]) -> None:
        """Bring the store up to date with `changes`, and note whether the published generation is."""
        self._behind = self._behind or any(_differs(self._published, change) for change in changes)
        living = {change.id: change.product for change in changes if change.product is not None}
        self._store.delete([change.id for change in changes if change.product is None])
        stored = self._store.get(list(living))
        hashes = dict(zip(stored.ids, stored.text_hashes, strict=True))
        stale = [product for product in living.values() if hashes.get(product.id) != product.text_hash]
        if stale:
            vectors = self._encoder.encode([product.text for product in stale])
            self._store.upsert([product.id for product in stale], vectors, [product.text_hash for product in stale])

    def _words_missing(self) -> bool:
        """Whether there is a product whose words the published generation has not got."""
        if self._published is None:
            return True
        after = self._published.change_number
        while changes := self._catalogue.changes_after(after, _PAGE):
            if any(_words_differ(self._published, change) for change in changes):
                return True
            after = changes[-1].number
        return False

    def _publish(self) -> None:
        change_number = self._catalogue.last_change()
        products = list(self._catalogue)
        vectors = self._vectors_of(products)
        self._published = Generation.build(
            self._index, products, vectors, encoder_version=self._encoder.version, change_number=change_number
        )
        # Changes between `position` and `change_number` are in the generation by their words, not yet by their vectors.
        self._behind = not is_embedded(self._published)
        self._forget_all_but(products)

    def _vectors_of(self, products: Sequence[Product]) -> NDArray[np.float32]:
        vectors = np.zeros((len(products), self._encoder.dimension), dtype=np.float32)
        for start in range(0, len(products), _PAGE):
            page = {product.id: (row, product) for row, product in enumerate(products[start : start + _PAGE], start)}
            stored = self._store.get(list(page))
            for item_id, vector, text_hash in zip(stored.ids, stored.vectors, stored.text_hashes, strict=True):
                row, product = page[item_id]
                if text_hash == product.text_hash:
                    vectors[row] = vector
        return vectors

    def _forget_all_but(self, products: Sequence[Product]) -> None:
        # Only a record that was restored from an older copy leaves vectors that no deletion will ever name.
        if len(self._store) > len(products):
            living = {product.id for product in products}
            self._store.delete([item_id for item_id in self._store.ids() if item_id not in living])


def _newest(index: Path, encoder_version: str) -> Generation | None:
    """The published generation, None where there is none or it has to be built anew."""
    folder = current(index, encoder_version)
    if folder is None:
        return None
    try:
        return Generation.open(folder)
    except ConfigurationError as error:
        _log.warning("generation_built_anew", reason=str(error))
        return None


def is_embedded(generation: Generation) -> bool:
    """Whether every product of the generation has its vector."""
    return bool(generation.vectors.any(axis=1).all())


def _words_differ(generation: Generation | None, change: Change) -> bool:
    """Whether the generation has another text of this product, or one that it should have or should not."""
    row = None if generation is None else generation.rows.get(change.id)
    if generation is None or row is None:
        return change.product is not None
    return change.product is None or generation.columns.text_hashes[row] != change.text_hash


def _differs(generation: Generation | None, change: Change) -> bool:
    if generation is None or _words_differ(generation, change):
        return True
    row = generation.rows.get(change.id)
    return row is not None and not generation.vectors[row].any()


def is_current(generation: Generation | None, catalogue: Catalogue, target: int) -> bool:
    """Whether `generation` holds every change up to number `target`; prices and stock need no indexing."""
    if generation is None:
        return target == 0
    if not is_embedded(generation):
        return False
    after = generation.change_number
    while after < target and (changes := catalogue.changes_after(after, _PAGE)):
        if any(_words_differ(generation, change) for change in changes if change.number <= target):
            return False
        after = changes[-1].number
    return True


def catch_up(settings: Settings, *, report: Report | None = None) -> None:
    """Return once every change that is in the catalogue now can be found.

    Indexes them here, or, where another process is the indexer, waits until it has.

    Raises:
        ConfigurationError: there is no encoder, or the vectors were made by one of another dimension.
    """
    with _record(settings) as (catalogue, leases):
        encoder = OnnxEncoder.load(settings.build / "encoder", settings.precision)
        index, target = settings.home / "index", catalogue.last_change()
        newest: Generation | None = None
        while True:
            with _elected(leases) as lost:
                if lost is not None:
                    with ChromaVectorStore(settings.home / "chroma", encoder.version, encoder.dimension) as store:
                        indexer = Indexer(catalogue, encoder, store, index, halted=lost.is_set)
                        if indexer.catch_up(report):
                            return
            # Opening a generation reads all of it, so only a new one is opened.
            if newest is None or newest.folder != current(index, encoder.version):
                newest = _newest(index, encoder.version)
            if is_current(newest, catalogue, target):
                return
            time.sleep(_POLL_S)


def follow(settings: Settings, stop: threading.Event) -> None:
    """Index what changes, whenever this process can have the lease, until `stop` is set.

    Raises:
        ConfigurationError: there is no encoder, or the vectors were made by one of another dimension.
    """
    with _record(settings) as (catalogue, leases):
        encoder = OnnxEncoder.load(settings.build / "encoder", settings.precision)
        while not stop.is_set():
            with _elected(leases) as lost:
                if lost is not None:
                    with ChromaVectorStore(settings.home / "chroma", encoder.version, encoder.dimension) as store:
                        _follow(catalogue, encoder, store, settings.home / "index", stop, lost)
            stop.wait(_POLL_S)


def _follow(
    catalogue: Catalogue,
    encoder: Encoder,
    store: VectorStore,
    index: Path,
    stop: threading.Event,
    lost: threading.Event,
) -> None:
    indexer = Indexer(catalogue, encoder, store, index, halted=lambda: stop.is_set() or lost.is_set())
    while not (stop.is_set() or lost.is_set()):
        indexer.catch_up()
        while not stop.wait(_POLL_S) and not lost.is_set() and catalogue.last_change() == indexer.position:
            pass
        _wait_until_quiet(catalogue, stop)


def _wait_until_quiet(catalogue: Catalogue, stop: threading.Event) -> None:
    latest, give_up = catalogue.last_change(), time.monotonic() + _WAIT_AT_MOST_S
    while not stop.wait(_QUIET_S) and time.monotonic() < give_up:
        if latest == (latest := catalogue.last_change()):
            return


@contextmanager
def _record(settings: Settings) -> Iterator[tuple[SqlCatalogue, Leases]]:
    database, clock = Database(settings.sql_url), SystemClock()
    try:
        yield SqlCatalogue(database, clock), Leases(database, clock)
    finally:
        database.close()


@contextmanager
def _elected(leases: Leases) -> Iterator[threading.Event | None]:
    """Hold the lease for the length of the block, if it can be had: an event that is set when it is lost, or None."""
    holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    if not leases.acquire(LEASE, holder, LEASE_LASTS):
        yield None
        return
    lost, done = threading.Event(), threading.Event()

    def keep() -> None:
        while not done.wait(LEASE_LASTS.total_seconds() / 4):
            try:
                if not leases.renew(LEASE, holder, LEASE_LASTS):
                    lost.set()
                    return
            except SQLAlchemyError as error:
                _log.warning("lease_not_renewed", error=type(error).__name__)

    keeper = threading.Thread(target=keep, name="indexer-lease", daemon=True)
    keeper.start()
    try:
        yield lost
    finally:
        done.set()
        keeper.join()
        leases.release(LEASE, holder)


def main() -> int:
    """Follow the catalogue until SIGTERM or Ctrl-C; the exit code."""
    # Tokenizing one text at a time gains nothing from the threads the library would start.
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        follow(Settings(), stop)
    except ShoptalkError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
