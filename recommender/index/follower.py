"""What is true of the catalogue right now? The newest generation with what changed since laid over it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np
import structlog
from numpy.typing import NDArray

from recommender.catalogue.port import Catalogue, Change
from recommender.errors import ConfigurationError, UnavailableError
from recommender.index.columns import NO_PRICE, price_units
from recommender.index.generation import Generation, current

__all__ = ["CatalogueView", "Snapshot"]

POLL_S: Final = 0.5
_BATCH = 1000

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The catalogue as of `change_number`, row by row of `generation`; never changes, so a search sees one state.

    `alive`: bool, False once the product is deleted. `stale`: bool, True where the text was edited since: brand,
    category and words of that row are those of before, until the next generation. `amount`, `currency` (a number in
    `currency_names`), `in_stock`, `rating` and `rating_count` are the columns `price`, `currency` and so on, kept up to
    date. `price`: the amounts that can be compared, which are those in the currency of most products; NO_PRICE for the
    others. A product newer than the generation comes with the next one.
    """

    generation: Generation
    change_number: int
    alive: NDArray[np.bool_]
    stale: NDArray[np.bool_]
    amount: NDArray[np.int64]
    currency: NDArray[np.int32]
    currency_names: tuple[str, ...]
    in_stock: NDArray[np.bool_]
    rating: NDArray[np.float64]
    rating_count: NDArray[np.int64]
    price: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        priced = self.alive & (self.amount != NO_PRICE)
        usual = np.bincount(self.currency[priced], minlength=1).argmax()
        object.__setattr__(self, "price", np.where(self.currency == usual, self.amount, NO_PRICE))

    @classmethod
    def of(cls, generation: Generation) -> Snapshot:
        """The catalogue exactly as `generation` recorded it."""
        columns = generation.columns
        return cls(
            generation,
            generation.change_number,
            np.ones(len(generation.ids), dtype=np.bool_),
            np.zeros(len(generation.ids), dtype=np.bool_),
            columns.price,
            columns.currency,
            tuple(columns.currency_names),
            columns.in_stock,
            columns.rating,
            columns.rating_count,
        )

    def after(self, changes: Iterable[Change]) -> Snapshot:
        """The state after `changes`: the arrays are copied, so that whoever still reads this one is not disturbed."""
        number = self.change_number
        alive, stale = self.alive.copy(), self.stale.copy()
        amount, currency = np.array(self.amount), np.array(self.currency)
        numbers = {name: number for number, name in enumerate(self.currency_names)}
        in_stock, rating, count = np.array(self.in_stock), np.array(self.rating), np.array(self.rating_count)
        for change in changes:
            number = change.number
            row = self.generation.rows.get(change.id)
            if row is None:
                continue
            product = change.product
            alive[row] = product is not None
            if product is not None:
                stale[row] = change.text_hash != self.generation.columns.text_hashes[row]
                amount[row] = price_units(product.price)
                currency[row] = numbers.setdefault(product.currency, len(numbers))
                in_stock[row] = product.in_stock
                rating[row] = np.nan if product.rating is None else product.rating
                count[row] = product.rating_count
        return replace(
            self,
            change_number=number,
            alive=alive,
            stale=stale,
            amount=amount,
            currency=currency,
            currency_names=tuple(numbers),
            in_stock=in_stock,
            rating=rating,
            rating_count=count,
        )


class CatalogueView:
    """Follows the catalogue's change numbers and the index's generations; `snapshot` is the newest state it has seen.

    Started, or used as a context manager, it keeps itself up to date twice a second; otherwise `refresh` does it once.
    """

    def __init__(self, catalogue: Catalogue, index: Path, encoder_version: str | None) -> None:
        """Follow the generations of `encoder_version` under `index`; while there are none, those of any version."""
        self._catalogue = catalogue
        self._index = index
        self._encoder_version = encoder_version
        self._snapshot: Snapshot | None = None
        self._refreshing = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def snapshot(self) -> Snapshot:
        """The newest state seen.

        Raises:
            UnavailableError: nothing has been indexed yet.
        """
        if self._snapshot is None:
            self.refresh()
        if self._snapshot is None:
            raise UnavailableError(
                "This shop has no search index yet: import a catalogue with `shoptalk catalog import FILE`."
            )
        return self._snapshot

    def refresh(self) -> None:
        """Look once for a newer generation and for newer changes.

        Raises:
            ConfigurationError: the newest generation cannot be read.
        """
        with self._refreshing:
            state = self._newest_generation()
            if state is None:
                return
            if self._catalogue.last_change() > state.change_number:
                state = state.after(self._changes_after(state.change_number))
            self._snapshot = state

    def _changes_after(self, number: int) -> Iterator[Change]:
        while batch := self._catalogue.changes_after(number, _BATCH):
            yield from batch
            number = batch[-1].number

    def _newest_generation(self) -> Snapshot | None:
        folder = self._current()
        held = self._snapshot
        if folder is None or (held is not None and held.generation.folder == folder):
            return held
        try:
            return Snapshot.of(Generation.open(folder))
        except ConfigurationError:
            # Two generations may have been published since the pointer was read, and this one removed.
            newer = self._current()
            if newer is None or newer == folder:
                raise
            return Snapshot.of(Generation.open(newer))

    def _current(self) -> Path | None:
        # Words are found in an index of another encoder too, and while a new encoder's index is made there is no other.
        return current(self._index, self._encoder_version) or current(self._index)

    def start(self) -> None:
        """Keep the snapshot up to date from a thread of its own, until `stop` or the end of the process."""
        self._thread = threading.Thread(target=self._follow, name="catalogue-view", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop following; the last snapshot stays."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _follow(self) -> None:
        while not self._stop.is_set():
            try:
                self.refresh()
            except Exception as error:  # noqa: BLE001 - whatever fails, what was seen last goes on serving
                _log.warning("catalogue_view_refresh_failed", error=type(error).__name__)
            self._stop.wait(POLL_S)
