"""Do the migrations make exactly the tables the code declares?"""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import actions.dialogue.tables
import actions.shop.tables  # noqa: F401
import feedback.tables  # noqa: F401
import recommender.catalogue.tables  # noqa: F401
from recommender.db import Base, Database


def test_migrated_schema_equals_declared_tables(database: Database) -> None:
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
