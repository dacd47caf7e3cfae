"""How does a command open the shop's record?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recommender.db import Database

__all__ = ["open_record"]


@contextmanager
def open_record() -> Iterator[Database]:
    """The record with its schema made current, closed at the end of the block."""
    from recommender.db import Database, upgrade
    from recommender.settings import Settings

    database = Database(Settings().sql_url)
    try:
        upgrade(database)
        yield database
    finally:
        database.close()
