"""What does Rasa still remember of a conversation, and how is it made to forget?"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

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
        with self._events() as connection:
            if connection is None:
                return 0
            return sum(
                # The characters from "." to before "/" begin exactly the names `<session>.…`.
                connection.execute(
                    "DELETE FROM events WHERE sender_id >= ? AND sender_id < ?", (f"{name}.", f"{name}/")
                ).rowcount
                for name in session_ids
            )

    def forget_erased(self, database: Database) -> int:
        """Delete every event of the conversations that `database` does not know any more; how many there were.

        Rasa writes its tracker once the action has answered: after the turn in which everything was erased, and, when
        it was slow, after everybody has stopped waiting for it. So it is the record that says whom to forget.

        Raises:
            UnavailableError: the file is there and cannot be written.
        """
        # Read first: a conversation is on record before Rasa hears of it.
        with self._events() as connection:
            senders = connection.execute("SELECT DISTINCT sender_id FROM events").fetchall() if connection else []
        remembered = {session_id for session_id, dot, _ in (name.rpartition(".") for (name,) in senders) if dot}
        with database.reading() as session:
            erased = remembered - known_sessions(session, remembered)
        return self.forget(sorted(erased))

    @contextmanager
    def _events(self) -> Iterator[sqlite3.Connection | None]:
        """The file in one transaction; None where Rasa has kept nothing yet."""
        if not self._path.is_file():
            yield None
            return
        try:
            with closing(sqlite3.connect(self._path, timeout=_BUSY_TIMEOUT_S)) as connection, connection:
                exists = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'events'").fetchone()
                yield connection if exists else None
        except sqlite3.Error as error:
            raise UnavailableError(f"Rasa's trackers in {self._path} cannot be erased: {error}.") from error
