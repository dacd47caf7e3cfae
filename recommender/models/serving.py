"""Which encoder and which index answer this search? Always a pair of one version, switched in one step."""

from __future__ import annotations

import hashlib
import queue
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from recommender.catalogue.port import Catalogue
from recommender.encoder.port import Encoder
from recommender.errors import ShoptalkError
from recommender.index.follower import CatalogueView, Snapshot
from recommender.models.registry import Registry, Serving
from recommender.search.port import CatalogueShape, Searcher, SearchResult
from recommender.understanding.query import Constraint, Query

__all__ = ["Lane", "Observed", "ServedModels", "ServedSearcher", "for_session", "in_share"]

_log = structlog.get_logger(__name__)

_SESSION: ContextVar[str | None] = ContextVar("shoptalk_session", default=None)
# What waits for the candidate unseen; more is dropped, for shoppers must not feel that it is there.
_SHADOWS_WAITING: Final = 8
_SHARES: Final = 10_000


@dataclass(frozen=True)
class Lane:
    """One version ready to answer: its encoder, the index that this encoder made, and search over both.

    `encoder` is None where its files are missing: search then goes by words alone.
    """

    version: str
    encoder: Encoder | None
    view: CatalogueView
    searcher: Searcher


@dataclass(frozen=True, slots=True)
class Observed:
    """A search that the candidate answered too, unseen."""

    session_id: str
    query: Query
    limit: int
    version: str
    shown: SearchResult
    unseen: SearchResult


@contextmanager
def for_session(session_id: str) -> Iterator[None]:
    """Within the block, searches of this thread are those of a conversation: it keeps one version during a trial."""
    token = _SESSION.set(session_id)
    try:
        yield
    finally:
        _SESSION.reset(token)


def in_share(session_id: str, version: str, share: float) -> bool:
    """Whether a session belongs to the `share` (0 to 1) that tries `version`: by hash, so the same one always does."""
    digest = hashlib.sha256(f"{version}\n{session_id}".encode()).digest()
    return int.from_bytes(digest[:8]) % _SHARES < share * _SHARES


@dataclass(frozen=True)
class _State:
    """What the pointer said when it was read, and the lanes that were ready then.

    `stamp` identifies the pointer's file if all that it names is ready; otherwise None: it is looked at again.
    """

    stamp: tuple[int, int] | str | None
    serving: Serving | None
    lane: Lane
    trial: Lane | None = None


class ServedModels:
    """The lanes of this process, following the registry's pointer.

    A search reads one lane and nothing else, and a lane never changes its version, so queries are never encoded by one
    version and compared with vectors of another. When the pointer moves, the lane that serves is replaced in one
    assignment: at once where the version is warm here, else as soon as its encoder is loaded and its index is there;
    until then the version before goes on answering.
    """

    def __init__(
        self,
        registry: Registry,
        catalogue: Catalogue,
        index: Path,
        load: Callable[[Path], Encoder],
        engine: Callable[[CatalogueView, Encoder | None], Searcher],
        *,
        follow: bool = True,
    ) -> None:
        """Serve what `registry` says.

        Args:
            registry: the versions and which of them is in use.
            catalogue: what the shop sells.
            index: the folder of all generations (`home/index`).
            load: makes the encoder of an exported folder.
            engine: makes search over a view and an encoder of one version.
            follow: whether views follow the catalogue in threads of their own, and warm versions are loaded ahead.
        """
        self._registry = registry
        self._catalogue = catalogue
        self._index = index
        self._load = load
        self._engine = engine
        self._follow = follow
        self._lanes: dict[str, Lane] = {}
        self._unusable: set[str] = set()
        self._loading = threading.Lock()
        self._state = self._first()
        self._warming: threading.Thread | None = None
        self._warm_up(self._state.serving)

    @property
    def current(self) -> Lane:
        """The lane that answers whoever takes part in no trial."""
        return self._read().lane

    @property
    def candidate(self) -> Lane | None:
        """The lane of the version that is being tried, where it is ready."""
        return self._read().trial

    @property
    def serving(self) -> Serving | None:
        """What the registry says; None while there is no encoder."""
        return self._read().serving

    @property
    def snapshot(self) -> Snapshot:
        """The catalogue as the current version's index has it.

        Raises:
            UnavailableError: nothing has been indexed yet.
        """
        return self.current.view.snapshot

    def lane_for(self, session_id: str | None) -> Lane:
        """The lane that answers a conversation: the candidate's for its share of them, else the current one."""
        state = self._read()
        serving = state.serving
        if session_id is None or state.trial is None or serving is None or serving.candidate is None:
            return state.lane
        return state.trial if in_share(session_id, serving.candidate, serving.share) else state.lane

    def wait_until_warm(self) -> None:
        """Return once every warm version is loaded, as far as it can be."""
        if self._warming is not None:
            self._warming.join()
        self._read()

    def _first(self) -> _State:
        try:
            serving = self._registry.serving()
            try:
                return _State(None, serving, self._open(serving.current))
            except ShoptalkError as error:
                # A damaged version is no reason to search by words alone while the base encoder is there.
                base = self._registry.base_version()
                if base == serving.current:
                    raise
                _log.error("model_not_loaded", version=serving.current, reason=str(error), instead=base)
                self._unusable.add(serving.current)
                return _State(None, serving, self._open(base))
        except ShoptalkError as error:
            _log.warning("encoder_missing", reason=str(error))
            return _State(None, None, self._words_alone())

    def _read(self) -> _State:
        state = self._state
        return state if state.stamp == self._stamp() else self._move()

    def _stamp(self) -> tuple[int, int] | str:
        try:
            found = self._registry.pointer.stat()
        except OSError:
            return "no pointer"
        return found.st_ino, found.st_mtime_ns

    def _move(self) -> _State:
        """Follow the pointer as far as the lanes that are loaded allow, and load the others aside."""
        stamp = self._stamp()
        try:
            serving = self._registry.serving()
        except ShoptalkError as error:
            _log.error("pointer_not_read", reason=str(error))
            return self._state
        lane = self._ready(serving.current)
        trial = self._ready(serving.candidate) if serving.candidate else None
        if set(serving.warm) - self._lanes.keys() - self._unusable:
            self._warm_up(serving)
        whole = lane is not None and (serving.candidate is None or trial is not None)
        moved = _State(stamp if whole else None, serving, lane or self._state.lane, trial)
        self._state = moved
        return moved

    def _ready(self, version: str) -> Lane | None:
        """The lane of a version if it is loaded and its own index is there."""
        lane = self._lanes.get(version)
        if lane is None or lane.encoder is None:
            return None
        try:
            if lane.view.snapshot.generation.encoder_version != lane.encoder.version:
                lane.view.refresh()
            made_by = lane.view.snapshot.generation.encoder_version
        except ShoptalkError:
            return None
        return lane if made_by == lane.encoder.version else None

    def _warm_up(self, serving: Serving | None) -> None:
        if serving is None or not self._follow or (self._warming is not None and self._warming.is_alive()):
            return
        self._warming = threading.Thread(target=self._load_all, args=(serving,), name="models", daemon=True)
        self._warming.start()

    def _load_all(self, serving: Serving) -> None:
        for version in serving.warm:
            try:
                self._open(version)
            except Exception as error:  # noqa: BLE001 - what serves goes on serving
                self._unusable.add(version)
                _log.warning("model_not_warm", version=version, reason=str(error))
        for version in self._lanes.keys() - set(serving.warm) - {self._state.lane.version}:
            self._lanes.pop(version).view.stop()

    def _open(self, version: str) -> Lane:
        with self._loading:
            if version not in self._lanes:
                encoder = self._load(self._registry.encoder_folder(version))
                self._lanes[version] = self._lane(version, encoder)
            return self._lanes[version]

    def _words_alone(self) -> Lane:
        return self._lane("", None)

    def _lane(self, version: str, encoder: Encoder | None) -> Lane:
        view = CatalogueView(self._catalogue, self._index, encoder.version if encoder else None)
        if self._follow:
            view.start()  # it follows the catalogue for as long as the process lives
        return Lane(version, encoder, view, self._engine(view, encoder))


class ServedSearcher:
    """The `Searcher` over the lane that a conversation belongs to; the candidate may answer too, unseen."""

    def __init__(self, models: ServedModels, observe: Callable[[Observed], None] | None = None) -> None:
        """Search with `models`; `observe` is given every search that a shadow candidate answered."""
        self._models = models
        self._observe = observe
        self._waiting: queue.Queue[tuple[str, Query, int, SearchResult, Lane]] = queue.Queue(_SHADOWS_WAITING)
        self._shadow: threading.Thread | None = None

    def search(self, query: Query, *, limit: int = 10, offset: int = 0, exclude: Collection[str] = ()) -> SearchResult:
        """See `Searcher.search`."""
        session_id = _SESSION.get()
        result = self._models.lane_for(session_id).searcher.search(query, limit=limit, offset=offset, exclude=exclude)
        if session_id is not None and offset == 0 and query.text:
            self._let_candidate_answer(session_id, query, limit, result)
        return result

    def similar(
        self,
        item_id: str,
        *,
        constraints: Sequence[Constraint] = (),
        limit: int = 10,
        exclude: Collection[str] = (),
    ) -> SearchResult:
        """See `Searcher.similar`."""
        searcher = self._models.lane_for(_SESSION.get()).searcher
        return searcher.similar(item_id, constraints=constraints, limit=limit, exclude=exclude)

    def shape(self, query: Query) -> CatalogueShape:
        """See `Searcher.shape`."""
        return self._models.lane_for(_SESSION.get()).searcher.shape(query)

    def finish(self) -> None:
        """Return once every search that waits for the candidate was answered."""
        self._waiting.join()

    def _let_candidate_answer(self, session_id: str, query: Query, limit: int, shown: SearchResult) -> None:
        serving, lane = self._models.serving, self._models.candidate
        if self._observe is None or serving is None or not serving.shadow or lane is None:
            return
        if self._shadow is None:
            self._shadow = threading.Thread(target=self._answer_unseen, name="shadow", daemon=True)
            self._shadow.start()
        try:
            self._waiting.put_nowait((session_id, query, limit, shown, lane))
        except queue.Full:
            _log.info("shadow_search_dropped")

    def _answer_unseen(self) -> None:
        while True:
            session_id, query, limit, shown, lane = self._waiting.get()
            try:
                unseen = lane.searcher.search(query, limit=limit)
                if self._observe is not None:
                    self._observe(Observed(session_id, query, limit, lane.version, shown, unseen))
            except Exception as error:  # noqa: BLE001 - nobody waits for this answer
                _log.warning("shadow_search_failed", error=type(error).__name__)
            finally:
                self._waiting.task_done()
