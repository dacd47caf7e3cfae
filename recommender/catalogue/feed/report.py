"""What did an import do, and which lines of the file need a look?"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TextIO

from recommender.catalogue.feed.conversion import Note

__all__ = ["ImportReport", "LineReport"]

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(slots=True)
class ImportReport:
    """The counts of one import. `read` is the sum of new, changed, unchanged and rejected."""

    written_as: str = ""
    read: int = 0
    new: int = 0
    text_changed: int = 0
    offer_changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    repeated: int = 0
    unreadable: int = 0
    titles_built: int = 0
    truncated: int = 0
    values_dropped: int = 0
    garbled: int = 0
    pruned: int = 0
    not_pruned_because: str = ""
    seconds: float = 0.0
    lines: Path | None = None

    @property
    def changed(self) -> int:
        """Products that were there and are different now, in text or only in price, stock and the like."""
        return self.text_changed + self.offer_changed

    def note(self, note: Note) -> None:
        """Count one mended product."""
        match note:
            case Note.TITLE_BUILT:
                self.titles_built += 1
            case Note.TRUNCATED:
                self.truncated += 1
            case Note.DROPPED:
                self.values_dropped += 1
            case Note.GARBLED:
                self.garbled += 1


class LineReport:
    """A CSV file of the lines that were rejected or mended; it is made when the first one is written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: TextIO | None = None

    @property
    def path(self) -> Path | None:
        """Where the file lies; None while nothing had to be written."""
        return self._path if self._file else None

    def __enter__(self) -> LineReport:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file:
            self._file.close()

    def write(self, line: int, item_id: str, outcome: str, reason: str) -> None:
        """Add one line. Cells that a spreadsheet would run as a formula are written with an apostrophe before them."""
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("w", encoding="utf-8", newline="")
            csv.writer(self._file).writerow(["line", "id", "outcome", "reason"])
        csv.writer(self._file).writerow([line, _inert(item_id), outcome, _inert(reason)])


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
