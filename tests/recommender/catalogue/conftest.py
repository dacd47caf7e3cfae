"""What the catalogue's tests share: products, and PostgreSQL where the environment names one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from recommender.catalogue.product import Product
from recommender.db import Database, upgrade


def lamp(item_id: str = "lamp-1", **changes: Any) -> Product:
    """A product with every field filled in, `changes` apart."""
    fields: dict[str, Any] = {
        "title": "Reading lamp Orla",
        "description": "A small lamp for the bedside.",
        "brand": "Lumenhaus",
        "categories": ("Home", "Lighting", "Table lamps"),
        "price": Decimal("39.90"),
        "currency": "EUR",
        "in_stock": True,
        "rating": 4.5,
        "rating_count": 12,
        "image_url": "https://shop.example/orla.jpg",
        "url": "https://shop.example/orla",
        "attributes": {"colour": "brass", "height": "31 cm"},
    }
    return Product(item_id, **(fields | changes))


@pytest.fixture
def postgres() -> Iterator[Database]:
    """A fresh, migrated schema in the PostgreSQL database that SHOPTALK_TEST_POSTGRES_URL names; dropped afterwards."""
    url = os.environ.get("SHOPTALK_TEST_POSTGRES_URL")
    if not url:
        pytest.skip("SHOPTALK_TEST_POSTGRES_URL names no PostgreSQL database")
    schema = f"test_{uuid4().hex}"
    admin = create_engine(url)
    with admin.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    own = make_url(url).update_query_dict({"options": f"-csearch_path={schema}"})
    database = Database(own.render_as_string(hide_password=False))
    try:
        upgrade(database)
        yield database
    finally:
        database.close()
        with admin.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        admin.dispose()
