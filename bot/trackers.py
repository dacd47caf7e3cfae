"""What does Rasa still remember of a conversation, and how is it made to forget?"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from sqlalchemy.orm import Session

from feedback.conversations import known_sessions
from recommender.db import Database
from recommender.errors import UnavailableError
from recommender.settings import Settings

__all__ = ["RasaTrackers", "tracker_database"]

_BUSY_TIMEOUT_S = 30


def tracker_database(settings: Settings) -> Path:
    """Where Rasa keeps its trackers."""
    return settings.home / "rasa" / "tracker.db"


class RasaTrackers:
    """Rasa's tracker store, a SQLite file of its own; a sender is called `<session>.<number>`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def forget(self, session_ids: Sequence[str]) -> int:
        """Delete every event of these conversations; how many there were.

        Raises:
            UnavailableError: the file is there and cannot be written.
        """
        if not self._path.is_file():
            return 0
        try:
            with closing(sqlite3.connect(self._path, timeout=_BUSY_TIMEOUT_S)) as connection, connection:
                if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'events'").fetchone():
                    return 0
                return sum(
                    # The characters from "." to before "/" begin exactly the names `<session>.…`.
                    connection.execute(
                        "DELETE FROM events WHERE sender_id >= ? AND sender_id < ?", (f"{name}.", f"{name}/")
                    ).rowcount
                    for name in session_ids
                )
        except sqlite3.Error as error:
            raise UnavailableError(f"Rasa's trackers in {self._path} cannot be erased: {error}.") from error
