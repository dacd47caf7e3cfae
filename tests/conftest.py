"""What every test may use: a clock that stands still, a database with the real schema, fresh or on PostgreSQL."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from recommender.clock import FakeClock
from recommender.db import Database, upgrade

# Threads that fight over few cores make small matrices ten times slower; libraries read this when they are loaded.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file: copying it is quicker than migrating anew for every test."""
    path = tmp_path_factory.mktemp("schema") / "template.db"
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture
def database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """A fresh SQLite database with the newest schema."""
    path = tmp_path / "shoptalk.db"
    path.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Database]:
    """A schema of its own on the PostgreSQL of SHOPTALK_TEST_POSTGRES_URL, dropped at the end."""
    url = os.environ.get("SHOPTALK_TEST_POSTGRES_URL")
    if not url:
        pytest.skip("SHOPTALK_TEST_POSTGRES_URL names no PostgreSQL server")
    schema = f"shoptalk_{uuid.uuid4().hex[:12]}"
    server = Database(url)
    with server.engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    own = make_url(url).update_query_dict({"options": f"-csearch_path={schema}"})
    database = Database(own.render_as_string(hide_password=False))
    upgrade(database)
    yield database
    database.close()
    with server.engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    server.close()
