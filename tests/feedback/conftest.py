"""Fixtures of the record of feedback: a store over each database, with people who were shown something."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from recommender.db import Database, upgrade


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
