"""How do the vectors and the index follow the catalogue, whatever is killed when?

Nothing is remembered between runs but what can be checked. A vector in the store carries the hash of the text it was
made from, and a generation says which change number and which texts it holds. So a run compares, does what is missing,
and does nothing where nothing is; one that was killed is finished by the next.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import structlog
from numpy.typing import NDArray

from recommender.catalogue.port import Catalogue, Change
from recommender.catalogue.product import Product
from recommender.encoder.port import Encoder
from recommender.errors import ConfigurationError
from recommender.index.generation import Generation, current
from recommender.index.vectors import VectorStore

__all__ = ["Indexer", "Report", "is_current", "is_embedded", "newest"]

_log = structlog.get_logger(__name__)

Report = Callable[[int, int], None]
"""Called with how many of the waiting changes are done, and how many there were."""

_PAGE: Final = 256
# When embedding takes longer, a generation is published in which new products are found by their words alone.
_WORDS_WITHIN_S: Final = 20.0


class Indexer:
    """Embeds what changed and publishes generations. Only the holder of the lease `following.LEASE` may run one.

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
        words_early: bool = True,
    ) -> None:
        """Index `catalogue` into `store` and into generations under the folder `index`, until `halted` says to stop.

        With `words_early`, a generation without all vectors is published when embedding takes long; a version that
        does not serve yet is better not seen before it is whole.
        """
        self._catalogue = catalogue
        self._encoder = encoder
        self._store = store
        self._index = index
        self._halted = halted
        self._timer = timer
        self._words_early = words_early
        self._published: Generation | None = None
        self._behind = False
        self.position = 0
        self._start_from(newest(index, encoder.version))

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
            waited = self._timer() - waiting_since
            if self._words_early and self.position < target and waited > _WORDS_WITHIN_S and self._words_missing():
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


def newest(index: Path, encoder_version: str) -> Generation | None:
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
