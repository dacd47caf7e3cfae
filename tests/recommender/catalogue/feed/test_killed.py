"""Does an import that is killed at any moment, and run again, end where an undisturbed one ends?"""

from __future__ import annotations

import csv
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import select

from recommender.catalogue.store import SqlCatalogue
from recommender.catalogue.tables import ProductRow
from recommender.clock import SystemClock
from recommender.db import Database
from tests.recommender.catalogue.conftest import lamp

ROOT = Path(__file__).resolve().parents[4]
ROWS = 2_000
BATCH = 100  # as in CHILD
KILLS = 5

# Says when a batch is in and waits a moment, so that the parent can kill it in any of them, or between two.
CHILD = """
import sys, time
from pathlib import Path
from recommender.catalogue.feed.importer import import_feed
from recommender.catalogue.feed.report import LineReport
from recommender.catalogue.store import SqlCatalogue
from recommender.clock import SystemClock
from recommender.db import Database

def step(read, size, rows):
    print(rows, flush=True)
    time.sleep(0.005)

feed, url, lines = sys.argv[1:]
with LineReport(Path(lines)) as report:
    catalogue = SqlCatalogue(Database(url), SystemClock())
    import_feed(Path(feed), catalogue, currency="EUR", lines=report, prune=True, progress=step, batch=100)
"""


def write_feed(path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "title", "description", "brand", "price"])
        for n in range(ROWS):
            price = "-1" if n % 97 == 0 else f"{n % 50}.95"
            # Some ids come twice: which of the two counts must not depend on where the import was stopped.
            writer.writerow([f"p{n % (ROWS - 40)}", f"Lamp {n}", "Warm light. " * (n % 40), "Lumenhaus", price])


def start(feed: Path, url: str, folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CHILD, str(feed), url, str(folder / "lines.csv")]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def table(database: Database) -> list[tuple[Any, ...]]:
    """Every row, tombstones too, apart from when and in which order it was written."""
    columns = [c for c in ProductRow.__table__.columns if c.name not in ("change_number", "updated_at")]
    with database.reading() as session:
        return [tuple(row) for row in session.execute(select(*columns).order_by(ProductRow.id))]


def test_killed_and_run_again_it_ends_where_an_undisturbed_one_does(tmp_path: Path, sqlite_template: Path) -> None:
    feed = tmp_path / "feed.csv"
    write_feed(feed)
    databases = {}
    for name in ("undisturbed", "killed"):
        path = tmp_path / f"{name}.db"
        path.write_bytes(sqlite_template.read_bytes())
        databases[name] = Database(f"sqlite:///{path}")
        # Gone from the feed: pruning them has to converge as well.
        SqlCatalogue(databases[name], SystemClock()).upsert(lamp(f"old-{n}") for n in range(50))

    chance = random.Random(0)
    for kill in range(KILLS):
        child = start(feed, databases["killed"].url.render_as_string(), tmp_path)
        assert child.stdout is not None
        batches = chance.randint(1, ROWS // BATCH - 1)
        for _ in range(batches):
            assert child.stdout.readline(), f"run {kill} ended before it was killed"
        try:
            child.wait(chance.uniform(0, 0.01))
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL
        child.stdout.close()

    for database in databases.values():
        last = start(feed, database.url.render_as_string(), tmp_path)
        last.communicate()
        assert last.returncode == 0
    rows = table(databases["undisturbed"])
    assert table(databases["killed"]) == rows
    assert sum(row[0].startswith("old-") for row in rows) == 50
    numbers = [
        change.number for change in SqlCatalogue(databases["killed"], SystemClock()).changes_after(0, limit=9999)
    ]
    assert len(set(numbers)) == len(numbers) == len(rows)
    for database in databases.values():
        database.close()
