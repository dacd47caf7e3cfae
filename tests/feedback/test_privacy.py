"""Is everything about a person exported and erased, nothing about anybody else, and no table forgotten?"""

from __future__ import annotations

import json
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Boolean, DateTime, Float, Integer, String, Table, event, func, insert, select, text

import actions.dialogue.tables
import actions.shop.tables  # noqa: F401
from feedback.inventory import PERSONAL_TABLES, personal_links, personal_table
from feedback.people import new_person
from feedback.privacy import erase, export
from feedback.store import VoteOutcome
from feedback.tables import SessionRow
from recommender.db import Base, Database
from recommender.errors import NotFoundError
from tests.feedback.test_feedback_in_sql import SqlShop

LEADS_TO_A_PERSON = {"person_id", "session_id", "turn_id", "impression_id"}
NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgres"])
def record(request: pytest.FixtureRequest) -> Database:
    found: Database = request.getfixturevalue("database" if request.param == "sqlite" else "postgres")
    return found


def value_for(table: Table, name: str, keys: dict[str, Any], marker: str) -> Any:
    """A value of the column's type; in text and JSON it holds the marker."""
    column = table.c[name]
    for link, target in personal_links(table):
        if link.name == name:
            return keys[target.name]
    if name == "model_version":
        return "tuned-1"  # names a model, which outlives whoever it was trained on
    if isinstance(column.type, Boolean):
        return True
    if isinstance(column.type, Integer):
        return 1
    if isinstance(column.type, Float):
        return 0.5
    if isinstance(column.type, DateTime) or getattr(column.type, "impl", None).__class__ is DateTime:
        return NOW
    if isinstance(column.type, String):
        return marker[: column.type.length or 32]
    return {"marker": marker}


def fill(database: Database, marker: str) -> dict[str, Any]:
    """A person with one row in every personal table; the keys of those rows, by table."""
    with database.transaction() as session:
        keys: dict[str, Any] = {"people": new_person(session, NOW)}
        for name in reversed(PERSONAL_TABLES[:-1]):
            table = personal_table(name)
            numbered = "id" in table.c and isinstance(table.c.id.type, Integer)
            values = {
                column.name: value_for(table, column.name, keys, marker)
                for column in table.c
                if not (numbered and column.name == "id")
            }
            result = session.execute(insert(table).values(values))
            assert result.inserted_primary_key is not None
            keys[name] = result.inserted_primary_key[0]
    return keys


def everything(database: Database) -> str:
    """All that any table holds, as one text."""
    with database.reading() as session:
        return "\n".join(str(row) for table in Base.metadata.sorted_tables for row in session.execute(select(table)))


def test_no_table_with_a_person_in_it_is_missing_from_the_inventory() -> None:
    for name, table in Base.metadata.tables.items():
        refers = {key.column.table.name for key in table.foreign_keys} & set(PERSONAL_TABLES)
        leads = LEADS_TO_A_PERSON & set(table.c.keys())
        if refers or leads:
            assert name in PERSONAL_TABLES, f"{name} has {refers or leads} and is not in feedback/inventory.py"
        # A column that is no foreign key would be passed over by the walk.
        assert leads <= {column.name for column, _ in personal_links(table)}, name


def test_the_inventory_names_only_tables_that_exist_each_before_what_it_refers_to() -> None:
    for place, name in enumerate(PERSONAL_TABLES):
        for _, target in personal_links(personal_table(name)):
            assert PERSONAL_TABLES.index(target.name) > place, (name, target.name)


def test_export_tells_everything_of_one_person_and_nothing_of_another(record: Database) -> None:
    ada, bob = fill(record, "marker-of-ada"), fill(record, "marker-of-bob")
    kept = export(record, ada["people"])
    assert set(kept) == set(PERSONAL_TABLES)
    assert all(len(rows) == 1 for rows in kept.values())
    text = json.dumps(kept)
    assert "marker-of-ada" in text
    assert "marker-of-bob" not in text
    assert bob["people"] not in text
    erase(record, ada["people"])
    erase(record, bob["people"])


def test_erasing_a_person_leaves_no_trace_of_them_and_all_of_another(record: Database) -> None:
    ada, bob = fill(record, "marker-of-ada"), fill(record, "marker-of-bob")
    assert "marker-of-ada" in everything(record)
    of_bob = export(record, bob["people"])

    receipt = erase(record, ada["people"])

    assert receipt.erased == dict.fromkeys(PERSONAL_TABLES, 1)
    assert receipt.complete
    left = everything(record)
    assert "marker-of-ada" not in left
    assert ada["people"] not in left
    assert export(record, bob["people"]) == of_bob
    erase(record, bob["people"])


def test_what_others_wrote_into_a_persons_conversation_goes_with_it(record: Database) -> None:
    """A vote on an impression of the person's session, by whoever the session belonged to before."""
    ada, bob = fill(record, "marker-of-ada"), fill(record, "marker-of-bob")
    with record.transaction() as session:
        row = session.get(SessionRow, bob["sessions"])
        assert row is not None
        row.person_id = ada["people"]
    receipt = erase(record, ada["people"])
    assert receipt.complete
    assert receipt.erased["sessions"] == 2
    assert receipt.erased["impressions"] == receipt.erased["votes"] == 2
    assert receipt.erased["events"] == 1
    assert export(record, bob["people"])["events"]
    erase(record, bob["people"])


def test_rasa_is_made_to_forget_the_conversations_and_asked_again(database: Database) -> None:
    ada = fill(database, "marker-of-ada")
    trackers = {ada["sessions"]: 12, "of-somebody-else": 3}
    receipt = erase(database, ada["people"], lambda ids: sum(trackers.pop(one, 0) for one in ids))
    assert receipt.erased["rasa_trackers"] == 12
    assert receipt.complete
    assert trackers == {"of-somebody-else": 3}


def test_a_store_that_does_not_forget_is_told_of(database: Database) -> None:
    ada = fill(database, "marker-of-ada")
    receipt = erase(database, ada["people"], lambda ids: 5)
    assert not receipt.complete
    assert receipt.remaining == {"rasa_trackers": 5}


def test_a_person_is_erased_once(database: Database) -> None:
    ada = fill(database, "marker-of-ada")
    erase(database, ada["people"])
    with pytest.raises(NotFoundError):
        erase(database, ada["people"])
    with pytest.raises(NotFoundError):
        export(database, ada["people"])
    with database.reading() as session:
        for name in PERSONAL_TABLES:
            assert session.scalar(select(func.count()).select_from(personal_table(name))) == 0


def test_a_vote_while_the_person_is_erased_waits_and_finds_nothing(postgres: Database) -> None:
    """Whoever locked first the vote's impression and then the person would wait for the erasure, and it for them."""
    shop = SqlShop(postgres)
    ada = shop.person()
    (lamp,) = shop.show(ada, "lamp")
    with ThreadPoolExecutor(1) as pool:
        voting: list[Future[VoteOutcome]] = []

        def vote_meanwhile(_c: object, _k: object, statement: str, *_: object) -> None:
            if not voting and statement.startswith("SELECT people.id") and statement.rstrip().endswith("FOR UPDATE"):
                voting.append(pool.submit(shop.store.vote, ada, lamp, 1))
                while not someone_waits(postgres) and not voting[0].done():
                    pass

        event.listen(postgres.engine, "after_cursor_execute", vote_meanwhile)
        try:
            assert erase(postgres, ada).complete
        finally:
            event.remove(postgres.engine, "after_cursor_execute", vote_meanwhile)
        with pytest.raises(NotFoundError):
            voting[0].result()


def someone_waits(database: Database) -> bool:
    """Whether a transaction waits for another's lock."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()")
    with database.engine.connect() as connection:
        return bool(connection.scalar(waiting))
