"""Which records does a CSV or TSV file hold?"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from recommender.catalogue.feed.record import Entry, Record, Unreadable
from recommender.catalogue.feed.text import plain
from recommender.errors import BadInputError

__all__ = ["LONGEST_LINE", "lines_of", "read_delimited"]

LONGEST_LINE = 16 * 1024 * 1024
"""Characters; whatever is longer is no line of a product feed, and reading it whole would fill the memory."""


def lines_of(file: TextIO, path: Path) -> Iterator[str]:
    """The lines of `file`, as they end in it.

    Raises:
        BadInputError: a line is longer than `LONGEST_LINE`.
    """
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE:
            raise BadInputError(f"{path}, line {number} is longer than {LONGEST_LINE:,} characters; is this a feed?")
        yield line


def read_delimited(file: TextIO, delimiter: str, path: Path) -> Iterator[Entry]:
    """The rows below the header, as records by column name; empty ones are left out, those of another width unreadable.

    Raises:
        BadInputError: two columns have one name, or a quotation mark is opened and never closed.
    """
    limit = csv.field_size_limit(LONGEST_LINE)
    rows = csv.reader(lines_of(file, path), delimiter=delimiter)
    line = 1
    try:
        header = _header(rows, path)
        line = rows.line_num + 1
        for row in rows:
            if len(row) == len(header):
                yield Record(line, dict(zip(header, row, strict=True)))
            elif any(cell.strip() for cell in row):
                yield Unreadable(
                    line,
                    f"{len(row)} cells where the header has {len(header)}: a delimiter, quotation mark or line break "
                    "in a text is not quoted",
                )
            line = rows.line_num + 1
    except csv.Error as error:
        raise BadInputError(
            f"{path}, line {line}: {error}; most likely a quotation mark is opened there and never closed."
        ) from error
    finally:
        csv.field_size_limit(limit)


def _header(rows: Iterator[list[str]], path: Path) -> list[str]:
    header = next((row for row in rows if any(cell.strip() for cell in row)), [])
    header = [plain(name) for name in header]
    twice = {name for name in header if name and header.count(name) > 1}
    if twice:
        raise BadInputError(f"{path}, line 1: the column '{min(twice)}' occurs twice; rename or remove one of the two.")
    return [name or f"column {position}" for position, name in enumerate(header, start=1)]
