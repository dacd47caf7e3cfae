"""How is the catalogue read and written in SQL, so that whoever follows the change numbers misses nothing?

Every transaction that changes products first locks the one row of `CatalogueSequence` and takes its numbers from it.
Writers so commit in the order of their numbers, and a follower that has seen number n has seen everything up to n.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, cast

from sqlalchemy import Table, bindparam, collate, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Row
from sqlalchemy.orm import Session

from recommender.catalogue.port import Change, Upserted
from recommender.catalogue.product import Product
from recommender.catalogue.tables import CatalogueSequence, ProductRow
from recommender.clock import Clock
from recommender.db import Database

__all__ = ["SqlCatalogue"]

_IDS_PER_STATEMENT = 1000
_ROWS_PER_FETCH = 1000

_PRODUCTS = cast("Table", ProductRow.__table__)
# What a shopper sees at once when it changes, and what needs no new embedding.
_OFFER = ("price", "currency", "in_stock", "rating", "rating_count", "image_url", "url")
_PRODUCT = ("id", "title", "description", "brand", "categories", *_OFFER, "attributes")
_PRODUCT_COLUMNS = [_PRODUCTS.c[name] for name in _PRODUCT]


class SqlCatalogue:
    """The `Catalogue` in SQL (SQLite and PostgreSQL)."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def get(self, ids: Sequence[str]) -> dict[str, Product]:
        """The products with these ids that exist, by id."""
        found: dict[str, Product] = {}
        with self._database.reading() as session:
            for some in _chunks(ids, _IDS_PER_STATEMENT):
                query = select(*_PRODUCT_COLUMNS).where(_PRODUCTS.c.id.in_(some), ~_PRODUCTS.c.deleted)
                found.update((row.id, _product(row)) for row in session.execute(query))
        return found

    def upsert(self, products: Iterable[Product]) -> Upserted:
        """Write products by id in one transaction; what changed gets the next change numbers.

        An id that is given twice counts once, as it was given last. A deleted product that comes back is new.
        """
        given = {product.id: product for product in products}
        if not given:
            return Upserted()
        with self._database.transaction() as session:
            number = _lock_sequence(session)
            before = _offers(session, list(given))
            new = text_changed = offer_changed = 0
            changed: list[dict[str, Any]] = []
            for product in given.values():
                text_hash = product.text_hash
                old = before.get(product.id)
                if old is None or old.deleted:
                    new += 1
                elif old.text_hash != text_hash:
                    text_changed += 1
                elif any(getattr(old, name) != getattr(product, name) for name in _OFFER):
                    offer_changed += 1
                else:
                    continue
                number += 1
                changed.append(self._row(product, text_hash, number))
            if changed:
                _write(session, changed)
                _advance_sequence(session, number)
        return Upserted(new, text_changed, offer_changed, len(given) - len(changed))

    def delete(self, ids: Sequence[str]) -> int:
        """Delete products in one transaction; how many existed."""
        tombstone = (
            update(_PRODUCTS)
            .where(_PRODUCTS.c.id == bindparam("key"))
            .values(deleted=True, change_number=bindparam("number"), updated_at=self._clock.now())
        )
        with self._database.transaction() as session:
            start = number = _lock_sequence(session)
            for some in _chunks(ids, _IDS_PER_STATEMENT):
                living = select(_PRODUCTS.c.id).where(_PRODUCTS.c.id.in_(some), ~_PRODUCTS.c.deleted)
                existing = sorted(session.scalars(living))
                rows = [{"key": item_id, "number": number + n} for n, item_id in enumerate(existing, start=1)]
                if rows:
                    session.execute(tombstone, rows)
                number += len(rows)
            if number > start:
                _advance_sequence(session, number)
        return number - start

    def changes_after(self, number: int, limit: int = 1000) -> Sequence[Change]:
        """The products that changed after change `number`, in order, each in its newest state."""
        columns = (*_PRODUCT_COLUMNS, _PRODUCTS.c.text_hash, _PRODUCTS.c.change_number, _PRODUCTS.c.deleted)
        query = (
            select(*columns).where(_PRODUCTS.c.change_number > number).order_by(_PRODUCTS.c.change_number).limit(limit)
        )
        with self._database.reading() as session:
            return [
                Change(row.change_number, row.id, None if row.deleted else _product(row), row.text_hash)
                for row in session.execute(query)
            ]

    def last_change(self) -> int:
        """The number of the newest change, 0 for an empty catalogue."""
        with self._database.reading() as session:
            return session.scalar(select(func.max(CatalogueSequence.value))) or 0

    def __iter__(self) -> Iterator[Product]:
        """Every product, by id, as of one moment."""
        with self._database.reading() as session:
            by_id = _PRODUCTS.c.id
            # PostgreSQL sorts by the language of the database unless told to compare code points, as Python does.
            order = collate(by_id, "C") if session.get_bind().dialect.name == "postgresql" else by_id
            query = select(*_PRODUCT_COLUMNS).where(~_PRODUCTS.c.deleted).order_by(order)
            for row in session.execute(query, execution_options={"yield_per": _ROWS_PER_FETCH}):
                yield _product(row)

    def __len__(self) -> int:
        """How many products there are."""
        with self._database.reading() as session:
            return session.scalar(select(func.count()).where(~_PRODUCTS.c.deleted)) or 0

    def _row(self, product: Product, text_hash: str, number: int) -> dict[str, Any]:
        row = {name: getattr(product, name) for name in _PRODUCT}
        row["categories"] = list(product.categories)
        return row | {
            "text_hash": text_hash,
            "change_number": number,
            "deleted": False,
            "updated_at": self._clock.now(),
        }


def _product(row: Row[Any]) -> Product:
    values = {name: getattr(row, name) for name in _PRODUCT}
    values["categories"] = tuple(row.categories)
    return Product(**values)


def _lock_sequence(session: Session) -> int:
    """The last change number given out; nobody else can take one until this transaction ends."""
    query = select(CatalogueSequence.value).where(CatalogueSequence.id == 1).with_for_update()
    value = session.scalar(query)
    if value is None:
        session.execute(_insert(session, CatalogueSequence.__table__).values(id=1, value=0).on_conflict_do_nothing())
        value = session.scalar(query)
    return value or 0


def _advance_sequence(session: Session, number: int) -> None:
    session.execute(update(CatalogueSequence).where(CatalogueSequence.id == 1).values(value=number))


def _offers(session: Session, ids: Sequence[str]) -> dict[str, Row[Any]]:
    columns = [_PRODUCTS.c[name] for name in ("id", "text_hash", "deleted", *_OFFER)]
    return {
        row.id: row
        for some in _chunks(ids, _IDS_PER_STATEMENT)
        for row in session.execute(select(*columns).where(_PRODUCTS.c.id.in_(some)))
    }


def _write(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    statement = _insert(session, _PRODUCTS)
    updates = {name: statement.excluded[name] for name in rows[0] if name != "id"}
    session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=updates), list(rows))


def _insert(session: Session, table: Any) -> Any:
    """An INSERT that can say what to do about a conflict, in the dialect of the session."""
    return (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(table)


def _chunks(values: Sequence[str], size: int) -> Iterator[list[str]]:
    iterator = iter(values)
    while chunk := list(islice(iterator, size)):
        yield chunk
