"""Who indexes, and when? One process at a time, for every version that is kept warm.

    python -m recommender.index.following

follows until it is told to stop; `shoptalk up` runs it as a child of its own.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from recommender.catalogue.lease import Leases
from recommender.catalogue.port import Catalogue
from recommender.catalogue.store import SqlCatalogue
from recommender.clock import SystemClock
from recommender.db import Database
from recommender.encoder.manifest import Manifest
from recommender.encoder.onnx import OnnxEncoder
from recommender.encoder.port import Encoder
from recommender.errors import ConflictError, ShoptalkError
from recommender.index.chroma import ChromaVectorStore
from recommender.index.generation import Generation, current
from recommender.index.indexer import Indexer, Report, is_current, newest
from recommender.index.retired import remove_retired
from recommender.index.vectors import VectorStore
from recommender.models.registry import Registry
from recommender.settings import Settings

__all__ = ["LEASE", "Fill", "catch_up", "follow", "main"]

Fill = Callable[[Catalogue, VectorStore, Path], None]
"""Brings vectors into the store that the indexer would make itself otherwise, by the encoder exported to a folder."""

LEASE: Final = "indexer"
LEASE_LASTS = timedelta(seconds=30)

_POLL_S: Final = 1.0
# An import comes in many transactions: index once it is quiet, but don't wait for ever.
_QUIET_S: Final = 3.0
_WAIT_AT_MOST_S: Final = 15.0

_log = structlog.get_logger(__name__)


def catch_up(
    settings: Settings, *, report: Report | None = None, version: str | None = None, fill: Fill | None = None
) -> None:
    """Return once every change that is in the catalogue now can be found.

    Indexes them here, or, where another process is the indexer, waits until it has.

    Args:
        settings: the shop.
        report: told how far it is, for one version after another.
        version: the one model version to index for; None means every warm one.
        fill: embeds first, elsewhere, what this process then only indexes.

    Raises:
        NotFoundError: there is no such version.
        ConflictError: with `fill`, another process is the indexer, which embeds by itself.
        ConfigurationError: there is no encoder, or the vectors were made by one of another dimension.
    """
    registry = Registry.of(settings)
    serving = registry.serving().current
    with _record(settings) as (catalogue, leases):
        for wanted in registry.serving().warm if version is None else [version]:
            folder = registry.encoder_folder(wanted)
            # Where another process serves shoppers, that one indexes, and this waits for it.
            encoder = OnnxEncoder.load(folder, settings.precision, threads=os.cpu_count() or 1)
            if fill is not None:
                _fill(settings, catalogue, leases, encoder, folder, fill)
            _catch_up(settings, catalogue, leases, encoder, report, words_early=wanted == serving)


def _fill(settings: Settings, catalogue: Catalogue, leases: Leases, encoder: Encoder, folder: Path, fill: Fill) -> None:
    with _elected(leases) as lost:
        if lost is None:
            raise ConflictError(
                "A running assistant embeds this catalogue by itself: stop it to have it embedded elsewhere."
            )
        with _vectors(settings, encoder) as store:
            fill(catalogue, store, folder)


def _catch_up(
    settings: Settings,
    catalogue: Catalogue,
    leases: Leases,
    encoder: Encoder,
    report: Report | None,
    *,
    words_early: bool,
) -> None:
    index, target = settings.home / "index", catalogue.last_change()
    found: Generation | None = None
    while True:
        with _elected(leases) as lost:
            if lost is not None:
                with _vectors(settings, encoder) as store:
                    indexer = Indexer(catalogue, encoder, store, index, halted=lost.is_set, words_early=words_early)
                    if indexer.catch_up(report):
                        return
        # Opening a generation reads all of it, so only a new one is opened.
        if found is None or found.folder != current(index, encoder.version):
            found = newest(index, encoder.version)
        if is_current(found, catalogue, target):
            return
        time.sleep(_POLL_S)


def follow(settings: Settings, stop: threading.Event) -> None:
    """Index what changes, whenever this process can have the lease, until `stop` is set.

    Raises:
        ConfigurationError: there is no encoder, or the vectors were made by one of another dimension.
    """
    registry = Registry.of(settings)
    with _record(settings) as (catalogue, leases):
        while not stop.is_set():
            with _elected(leases) as lost:
                if lost is not None:
                    _WarmVersions(settings, registry, catalogue, stop, lost).follow()
            stop.wait(_POLL_S)


class _WarmVersions:
    """An indexer for each warm version; what serves always comes first."""

    def __init__(
        self, settings: Settings, registry: Registry, catalogue: Catalogue, stop: threading.Event, lost: threading.Event
    ) -> None:
        self._settings = settings
        self._registry = registry
        self._catalogue = catalogue
        self._stop = stop
        self._lost = lost
        self._indexers: dict[str, Indexer] = {}
        self._unusable: set[str] = set()

    def follow(self) -> None:
        """Index until told to stop or the lease is lost."""
        while not self._ended():
            warm = self._registry.serving().warm
            self._remove_all_but(warm)
            self._indexers.clear()
            with ExitStack() as stores:
                self._follow(warm, stores)

    def _follow(self, warm: tuple[str, ...], stores: ExitStack) -> None:
        """Index for these versions until others are warm."""
        while not self._ended() and self._registry.serving().warm == warm:
            for version in warm:
                indexer = self._indexer(version, stores)
                if indexer is not None:
                    indexer.catch_up()
            while not self._stop.wait(_POLL_S) and not self._lost.is_set() and self._is_quiet(warm):
                pass
            _wait_until_quiet(self._catalogue, self._stop)

    def _remove_all_but(self, warm: tuple[str, ...]) -> None:
        precision = self._settings.precision
        try:
            kept = {f"{Manifest.read(self._registry.encoder_folder(one)).version}-{precision}" for one in warm}
        except ShoptalkError:
            return  # a version that cannot be read is reported where it is loaded, and nothing is removed meanwhile
        removed = remove_retired(self._settings.home, kept, SystemClock().now())
        if removed:
            _log.info("retired_indexes_removed", versions=removed)

    def _indexer(self, version: str, stores: ExitStack) -> Indexer | None:
        if version in self._indexers or version in self._unusable:
            return self._indexers.get(version)
        serves = version == self._registry.serving().current
        try:
            encoder = OnnxEncoder.load(self._registry.encoder_folder(version), self._settings.precision)
            store = stores.enter_context(_vectors(self._settings, encoder))
        except ShoptalkError as error:
            if serves:
                raise
            self._unusable.add(version)
            _log.error("version_not_indexed", version=version, reason=str(error))
            return None
        self._indexers[version] = Indexer(
            self._catalogue,
            encoder,
            store,
            self._settings.home / "index",
            halted=lambda: self._ended() or self._others_first(version),
            words_early=serves,
        )
        return self._indexers[version]

    def _ended(self) -> bool:
        return self._stop.is_set() or self._lost.is_set()

    def _others_first(self, version: str) -> bool:
        """Whether the version that serves has fallen behind while another one is embedded."""
        serving = self._registry.serving().current
        first = self._indexers.get(serving)
        return version != serving and first is not None and first.position < self._catalogue.last_change()

    def _is_quiet(self, warm: tuple[str, ...]) -> bool:
        if self._registry.serving().warm != warm:
            return False
        last = self._catalogue.last_change()
        return all(self._indexers[version].position == last for version in warm if version in self._indexers)


def _wait_until_quiet(catalogue: Catalogue, stop: threading.Event) -> None:
    latest, give_up = catalogue.last_change(), time.monotonic() + _WAIT_AT_MOST_S
    while not stop.wait(_QUIET_S) and time.monotonic() < give_up:
        if latest == (latest := catalogue.last_change()):
            return


def _vectors(settings: Settings, encoder: Encoder) -> ChromaVectorStore:
    # Each version has a folder of its own: Chroma opens a folder once a process.
    return ChromaVectorStore(settings.home / "chroma" / encoder.version, encoder.version, encoder.dimension)


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
