"""How does the assistant keep up with the words of a catalogue that changes?"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from recommender.catalogue.port import Catalogue
from recommender.errors import UnavailableError
from recommender.index.follower import Snapshot
from recommender.understanding.query import Facet, Query
from recommender.understanding.reading import Reading, ShownItem
from recommender.understanding.synonyms import ShopWords
from recommender.understanding.understander import Understander
from recommender.understanding.vocabulary import Vocabulary

__all__ = ["CurrentUnderstander", "Understands"]

_log = structlog.get_logger()


class Understands(Protocol):
    """What the dialogue needs of an understander."""

    def understand(
        self,
        text: str,
        *,
        previous: Query | None = None,
        shown: Sequence[ShownItem] = (),
        amend: bool | None = None,
        focus: str | None = None,
        respell: bool = True,
    ) -> Reading:
        """See `Understander.understand`."""
        ...

    def written(self, facet: Facet, value: str) -> str:
        """See `Understander.written`."""
        ...

    @property
    def currency(self) -> str:
        """See `Understander.currency`."""
        ...


class HasSnapshot(Protocol):
    """Whatever knows the newest state of the index."""

    @property
    def snapshot(self) -> Snapshot:
        """The newest state seen."""
        ...


class CurrentUnderstander:
    """An understander whose vocabulary is made anew, in a thread, whenever the index has a new generation or the shop
    changes its synonyms.

    A generation is published when texts change; prices and stock alone leave the words as they are. Until the new
    vocabulary is there the last one serves; the very first is waited for.
    """

    def __init__(self, catalogue: Catalogue, view: HasSnapshot, shop_words: Callable[[], ShopWords]) -> None:
        self._catalogue = catalogue
        self._shop_words = shop_words
        self._view = view
        self._made_of: tuple[str, ShopWords] | None = None
        self._understander = Understander(Vocabulary())
        self._refreshing = threading.Lock()

    def understand(
        self,
        text: str,
        *,
        previous: Query | None = None,
        shown: Sequence[ShownItem] = (),
        amend: bool | None = None,
        focus: str | None = None,
        respell: bool = True,
    ) -> Reading:
        """See `Understander.understand`."""
        self._keep_up()
        return self._understander.understand(
            text, previous=previous, shown=shown, amend=amend, focus=focus, respell=respell
        )

    def written(self, facet: Facet, value: str) -> str:
        """See `Understander.written`."""
        return self._understander.written(facet, value)

    @property
    def currency(self) -> str:
        """See `Understander.currency`."""
        return self._understander.currency

    def _keep_up(self) -> None:
        try:
            newest = self._view.snapshot.generation.name, self._shop_words()
        except UnavailableError:
            return
        if newest == self._made_of:
            return
        first = self._made_of is None
        if self._refreshing.acquire(blocking=first):
            if newest == self._made_of:
                self._refreshing.release()
                return
            if first:
                self._refresh(newest)
            else:
                threading.Thread(target=self._refresh, args=(newest,), name="vocabulary", daemon=True).start()

    def _refresh(self, newest: tuple[str, ShopWords]) -> None:
        try:
            self._understander = Understander(Vocabulary.from_products(self._catalogue, newest[1].synonyms))
            # Only now: whoever asks while the first vocabulary is made waits for it instead of knowing no word.
            self._made_of = newest
        except Exception as error:  # noqa: BLE001 - the last vocabulary goes on serving, the next turn tries again
            _log.error("vocabulary_not_refreshed", error=type(error).__name__)
        finally:
            self._refreshing.release()
