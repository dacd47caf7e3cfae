"""Where is the record kept, and how does a piece of work read and write it in one transaction?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import JSON, BigInteger, DateTime, Engine, Integer, create_engine, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

__all__ = ["Base", "BigId", "Database", "JoinedDatabase", "JsonColumn", "Money", "UtcDateTime", "upgrade"]

_BUSY_TIMEOUT_S = 30
_MIGRATIONS = Path(__file__).parent / "migrations"

JsonColumn = JSON().with_variant(JSONB(), "postgresql")
# SQLite only numbers rows by itself when the key is a plain INTEGER.
BigId = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The one declarative base; every package adds its tables to it."""


class Money(TypeDecorator[Decimal]):
    """A Decimal kept as whole ten-thousandths, so that it is exact and sorts the same on every database."""

    impl = BigInteger
    cache_ok = True
    SCALE = 10_000

    def process_bind_param(self, value: Decimal | None, _dialect: Dialect) -> int | None:
        """What the database is given."""
        return None if value is None else int((value * self.SCALE).to_integral_value())

    def process_result_value(self, value: int | None, _dialect: Dialect) -> Decimal | None:
        """What the program gets back."""
        return None if value is None else Decimal(value) / self.SCALE


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC; naive moments are refused on the way in, and every moment comes out aware."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """What the database is given."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """What the program gets back."""
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


class Database:
    """The engine of one database and the transactions on it."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        if self.url.get_backend_name() == "sqlite" and self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        self.engine = _create_engine(str(url))
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits when the block ends and rolls back when it raises.

        On SQLite the write lock is taken at the start (BEGIN IMMEDIATE), because a reader that turns into a writer
        cannot wait for another writer.
        """
        with self._sessions.begin() as session:
            if self.engine.dialect.name == "sqlite":
                session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reading only: a snapshot that never waits for a writer."""
        with self._sessions() as session:
            yield session

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


class JoinedDatabase:
    """Stands in for a `Database` while a transaction is under way: what is read and written takes part in it.

    Args:
        session: that transaction's; whoever began it ends it.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """The session; what was written in the block is checked by the database when the block ends."""
        yield self._session
        self._session.flush()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """The session, which sees what its transaction has written."""
        yield self._session


def upgrade(database: Database) -> None:
    """Bring the schema of `database` to the newest migration."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _create_engine(url: str) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=10)
    engine = create_engine(url, connect_args={"timeout": _BUSY_TIMEOUT_S})

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        # Python's driver begins transactions late; with autocommit SQLAlchemy's own BEGIN below decides.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine
