"""Does Rasa forget exactly the conversations it is told to?"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.trackers import RasaTrackers


def test_only_the_named_conversations_are_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "tracker.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id TEXT, data TEXT)")
        senders = ["abc.0", "abc.0", "abc.1", "abcd.0", "ab.0", "abc", "xyz.10"]
        connection.executemany("INSERT INTO events (sender_id) VALUES (?)", [(sender,) for sender in senders])
    trackers = RasaTrackers(path)
    assert trackers.forget(["abc", "xyz", "never-was"]) == 4
    assert trackers.forget(["abc", "xyz"]) == 0
    with closing(sqlite3.connect(path)) as connection:
        assert [row[0] for row in connection.execute("SELECT sender_id FROM events ORDER BY id")] == [
            "abcd.0",
            "ab.0",
            "abc",
        ]


def test_where_rasa_never_ran_there_is_nothing_to_forget(tmp_path: Path) -> None:
    assert RasaTrackers(tmp_path / "tracker.db").forget(["abc"]) == 0
    sqlite3.connect(tmp_path / "tracker.db").close()
    assert RasaTrackers(tmp_path / "tracker.db").forget(["abc"]) == 0
