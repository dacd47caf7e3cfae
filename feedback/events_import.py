"""How does a file of past behaviour become events?"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.event_columns import EventColumns, PastEvent
from feedback.once import insert_missing
from feedback.people import SHOP_CHANNEL, people_for
from feedback.tables import EventRow
from recommender.catalogue.feed.importer import checked
from recommender.catalogue.feed.record import Entry, Record
from recommender.catalogue.feed.report import LineReport
from recommender.catalogue.feed.source import open_feed
from recommender.catalogue.tables import ProductRow
from recommender.clock import Clock
from recommender.db import Database
from recommender.errors import BadInputError

__all__ = ["EventsReport", "import_events"]

_BATCH = 2_000
_IDS_PER_STATEMENT = 1_000


@dataclass
class EventsReport:
    """What became of a file's rows. `unknown_items` counts events, new and repeated, of items not in the catalogue."""

    read: int = 0
    new: int = 0
    repeated: int = 0
    rejected: int = 0
    first_rejection: str = ""
    unknown_items: int = 0
    seconds: float = 0.0


def import_events(
    path: Path,
    database: Database,
    clock: Clock,
    *,
    mappings: Iterable[str] = (),
    lines: LineReport,
    progress: Callable[[int, int, int], None] = lambda _done, _size, _rows: None,
) -> EventsReport:
    """Add the events of a CSV, TSV or JSONL file; what is there already stays as it is.

    The file is read row by row and written in small transactions: a running shop is not kept waiting, and an import
    that was killed is completed by running it again. Users are the shop's customer numbers. Where neither a position
    nor a timestamp is given, the order of the rows is the order of what happened.

    Args:
        path: the file.
        database: the record.
        clock: says when the events were added.
        mappings: `FIELD=COLUMN` for columns of other names.
        lines: gets a line for every row that was rejected, with its reason.
        progress: told after every batch how many of how many bytes, and how many rows, are read.

    Raises:
        NotFoundError: there is no such file.
        BadInputError: it is empty or unreadable, it has no users or items, or none of its rows can be used.
    """
    columns = EventColumns(mappings)
    report = EventsReport()
    start = time.perf_counter()
    with open_feed(path) as feed:
        rows = _events(checked(feed.entries, columns.check, path), columns, report, lines)
        while batch := list(islice(rows, _BATCH)):
            with database.transaction() as session:
                _add(session, batch, clock, report)
            progress(feed.position(), feed.size, report.read)
    report.seconds = time.perf_counter() - start
    if report.read == report.rejected:
        raise BadInputError(f"No row of {path} can be used; the first: {report.first_rejection}.")
    return report


def _events(
    entries: Iterable[Entry], columns: EventColumns, report: EventsReport, lines: LineReport
) -> Iterator[tuple[int, PastEvent]]:
    """Each event with the number of its line."""

    def reject(line: int, reason: str) -> None:
        report.rejected += 1
        report.first_rejection = report.first_rejection or f"line {line}: {reason}"
        lines.write(line, "", "rejected", reason)

    for entry in entries:
        report.read += 1
        if not isinstance(entry, Record):
            reject(entry.line, entry.reason)
            continue
        try:
            yield entry.line, columns.read(entry.values)
        except ValueError as error:
            reject(entry.line, str(error))


def _add(session: Session, batch: Sequence[tuple[int, PastEvent]], clock: Clock, report: EventsReport) -> None:
    now = clock.now()
    people = people_for(session, SHOP_CHANNEL, {event.user_id for _, event in batch}, now)
    in_catalogue = _in_catalogue(session, {event.item_id for _, event in batch})
    rows = [
        {
            "id": event.id,
            "person_id": people[event.user_id],
            "item_id": event.item_id,
            "kind": event.kind,
            "at": event.at,
            "position": line if event.at is None and event.position is None else event.position,
            "created_at": now,
        }
        for line, event in batch
    ]
    new = insert_missing(session, EventRow, rows)
    report.new += new
    report.repeated += len(batch) - new
    report.unknown_items += sum(event.item_id not in in_catalogue for _, event in batch)


def _in_catalogue(session: Session, ids: set[str]) -> set[str]:
    asked = sorted(ids)
    found: set[str] = set()
    for start in range(0, len(asked), _IDS_PER_STATEMENT):
        some = asked[start : start + _IDS_PER_STATEMENT]
        found.update(session.scalars(select(ProductRow.id).where(ProductRow.id.in_(some), ~ProductRow.deleted)))
    return found
