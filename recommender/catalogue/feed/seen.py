"""Which products did the file name so far, and where first?"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from types import TracebackType

__all__ = ["SeenIds"]


class SeenIds:
    """The ids of one file, kept in a temporary database on disk, so that memory stays flat however many there are.

    A product whose row was rejected is remembered too: it is in the file, so it is not gone from the shop.
    """

    def __init__(self) -> None:
        # An empty name gives a private database on disk that SQLite removes itself, also after a kill.
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.execute("CREATE TABLE seen (id TEXT PRIMARY KEY, line INTEGER) WITHOUT ROWID")
        self._connection.execute("BEGIN")

    def __enter__(self) -> SeenIds:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def first_line(self, item_id: str, line: int) -> int:
        """Remember that the file describes `item_id` on `line`; the line on which it did so first."""
        found = self._connection.execute(
            "INSERT INTO seen VALUES (?, ?) "
            "ON CONFLICT (id) DO UPDATE SET line = coalesce(line, excluded.line) RETURNING line",
            (item_id, line),
        )
        return int(found.fetchone()[0])

    def rejected(self, item_id: str) -> None:
        """Remember that the file names `item_id`, though not in a way that can be used."""
        self._connection.execute("INSERT OR IGNORE INTO seen VALUES (?, NULL)", (item_id,))

    def missing(self, ids: Iterable[str]) -> list[str]:
        """Those of `ids` that the file did not name."""
        known = self._connection.execute
        return [i for i in ids if known("SELECT 1 FROM seen WHERE id = ?", (i,)).fetchone() is None]
