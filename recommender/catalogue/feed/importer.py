"""How is a feed brought into the catalogue, so that it may be killed at any moment and run again?

Each batch is one transaction and writing a product twice changes nothing, so running the import again gives what an
undisturbed run gives, wherever it was stopped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

from recommender.catalogue.feed.columns import Columns
from recommender.catalogue.feed.conversion import Converter, RejectedError
from recommender.catalogue.feed.record import Entry, Record
from recommender.catalogue.feed.report import ImportReport, LineReport
from recommender.catalogue.feed.seen import SeenIds
from recommender.catalogue.feed.source import Feed, FeedFormat, open_feed
from recommender.catalogue.port import Catalogue
from recommender.catalogue.product import Product
from recommender.errors import BadInputError

__all__ = ["Progress", "checked", "import_feed"]

_BATCH = 1000
_CHECKED_ENTRIES = 1000

Progress = Callable[[int, int, int], None]
"""Called after every batch with the bytes read, the bytes in all and the rows read."""


def import_feed(
    path: Path,
    catalogue: Catalogue,
    *,
    wanted: FeedFormat = FeedFormat.AUTO,
    columns: Columns | None = None,
    currency: str,
    lines: LineReport,
    prune: bool = False,
    progress: Progress = lambda _read, _size, _rows: None,
    batch: int = _BATCH,
) -> ImportReport:
    """Write the products of the file `path` to `catalogue`, and what had to be rejected or mended to `lines`.

    Of two rows with one id the first counts: so a second import of the file changes nothing, and nobody sees the price
    of the row that lost. With `prune`, products that the file does not name are deleted, once it was read to its end.

    Raises:
        NotFoundError, BadInputError: the file cannot be used. When that shows late, what came before is imported.
    """
    columns = columns or Columns()
    with open_feed(path, wanted) as feed, SeenIds() as seen:
        entries = checked(feed.entries, columns.check, path)
        run = _Import(feed, catalogue, Converter(columns, currency), seen, lines)
        started = time.monotonic()
        try:
            while run.write(islice(entries, batch)):
                progress(feed.position(), feed.size, run.report.read)
        except BadInputError as error:
            if run.report.read:
                raise BadInputError(
                    f"{error} The {run.report.read:,} rows before it are imported and nothing was pruned; "
                    "mend the file and run the import again."
                ) from error
            raise
        report = run.report
        if report.read == report.rejected:
            raise BadInputError(f"No row of {path} can be used; the first: {run.first_rejection}.")
        if prune:
            run.prune()
        report.seconds = time.monotonic() - started
        report.lines = lines.path
        return report


def checked(entries: Iterator[Entry], check: Callable[[Iterable[str], str], None], path: Path) -> Iterator[Entry]:
    """The same entries, after `check` was told the columns of the first ones and the file, before anything is written.

    Raises:
        BadInputError: there are no entries, or `check` refuses the columns.
    """
    first = list(islice(entries, _CHECKED_ENTRIES))
    if not first:
        raise BadInputError(f"{path} has no rows below its header.")
    names = [name for entry in first if isinstance(entry, Record) for name in entry.values]
    if names:
        check(names, str(path))
    return chain(first, entries)


class _Import:
    """One run: where it reads from, what it writes to, and its counts."""

    def __init__(
        self, feed: Feed, catalogue: Catalogue, converter: Converter, seen: SeenIds, lines: LineReport
    ) -> None:
        self._catalogue = catalogue
        self._converter = converter
        self._seen = seen
        self._lines = lines
        self.report = ImportReport(written_as=feed.written_as)
        self.first_rejection = ""

    def write(self, entries: Iterator[Entry]) -> bool:
        """Bring one batch into the catalogue in one transaction; False when there was nothing left to bring."""
        before = self.report.read
        products = list(self._products(entries))  # First all of it: a transaction keeps every other writer waiting.
        upserted = self._catalogue.upsert(products)
        self.report.new += upserted.new
        self.report.text_changed += upserted.text_changed
        self.report.offer_changed += upserted.offer_changed
        self.report.unchanged += upserted.unchanged
        return self.report.read > before

    def prune(self) -> None:
        """Delete what the file does not name, unless a line could not be read: that might have named anything."""
        if self.report.unreadable:
            self.report.not_pruned_because = (
                f"{self.report.unreadable:,} lines cannot be read, and which products they name cannot be known"
            )
            return
        ids = (product.id for product in self._catalogue)
        while some := list(islice(ids, _BATCH)):
            if gone := self._seen.missing(some):
                self.report.pruned += self._catalogue.delete(gone)

    def _products(self, entries: Iterator[Entry]) -> Iterator[Product]:
        for entry in entries:
            self.report.read += 1
            if not isinstance(entry, Record):
                self.report.unreadable += 1
                self._reject(entry.line, "", entry.reason)
                continue
            try:
                conversion = self._converter.convert(entry)
            except RejectedError as error:
                if error.item_id is not None:
                    self._seen.rejected(error.item_id)
                self._reject(entry.line, error.item_id or "", str(error))
                continue
            product = conversion.product
            first = self._seen.first_line(product.id, entry.line)
            if first != entry.line:
                self.report.repeated += 1
                self._reject(entry.line, product.id, f"the id is on line {first} already; that one counts")
                continue
            for note, text in conversion.notes:
                self.report.note(note)
                self._lines.write(entry.line, product.id, note, text)
            yield product

    def _reject(self, line: int, item_id: str, reason: str) -> None:
        self.report.rejected += 1
        self.first_rejection = self.first_rejection or f"line {line}: {reason}"
        self._lines.write(line, item_id, "rejected", reason)
