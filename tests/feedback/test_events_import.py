"""Does past behaviour come in whole, once, in order, with every bad row named?"""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from feedback.event_columns import EventColumns, PastEvent
from feedback.events_import import EventsReport, import_events
from feedback.people import find_person
from feedback.sql import SqlFeedbackStore
from feedback.store import Event
from feedback.tables import EventRow, PersonRow
from recommender.catalogue.feed.report import LineReport
from recommender.catalogue.product import Product
from recommender.catalogue.store import SqlCatalogue
from recommender.clock import FakeClock
from recommender.db import Database
from recommender.errors import BadInputError, NotFoundError


class Import:
    """One database, and files imported into it."""

    def __init__(self, database: Database, clock: FakeClock, folder: Path) -> None:
        self.database, self.clock, self.folder = database, clock, folder
        self.lines = LineReport(folder / "lines.csv")

    def __call__(self, text: str, *mappings: str, name: str = "events.csv") -> EventsReport:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        with self.lines:
            return import_events(path, self.database, self.clock, mappings=mappings, lines=self.lines)

    def events(self, user: str) -> list[Event]:
        with self.database.reading() as session:
            person = find_person(session, "shop", user)
        return list(SqlFeedbackStore(self.database, self.clock).events(person))

    def rejected(self) -> list[tuple[int, str]]:
        assert self.lines.path is not None
        with self.lines.path.open(encoding="utf-8", newline="") as file:
            return [(int(row["line"]), row["reason"]) for row in csv.DictReader(file)]


@pytest.fixture
def imported(database: Database, clock: FakeClock, tmp_path: Path) -> Import:
    return Import(database, clock, tmp_path)


def test_a_purchase_is_meant_where_no_event_is_named(imported: Import) -> None:
    report = imported("user_id,item_id,position\nada,lamp,1\nada,chair,0\nbob,lamp,0\n")
    assert (report.read, report.new, report.repeated, report.rejected) == (3, 3, 0, 0)
    assert [(event.item_id, event.kind, event.position) for event in imported.events("ada")] == [
        ("chair", "purchase", 0),
        ("lamp", "purchase", 1),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "user_id:token\titem_id:token\tevent:token\ttimestamp:float\nada\tlamp\tview\t1767268800.0\n",
        '{"user_id": "ada", "item_id": "lamp", "event": "view", "timestamp": "2026-01-01T12:00:00Z"}\n',
        "User ID;Item ID;Event;Timestamp\nada;lamp;View;2026-01-01 13:00:00+01:00\n",
        "user_id,item_id,event,timestamp\nada,lamp,view,1767268800000\n",
        "user_id,item_id,event,timestamp\nada,lamp,pageview,2026-01-01T12:00\n",
    ],
)
def test_every_way_of_writing_it_gives_the_same_event(imported: Import, text: str) -> None:
    assert imported(text).new == 1
    (event,) = imported.events("ada")
    assert (event.item_id, event.kind, event.at) == ("lamp", "view", datetime(2026, 1, 1, 12, tzinfo=UTC))
    assert event.id == PastEvent("ada", "lamp", "view", datetime(2026, 1, 1, 12, tzinfo=UTC), None).id


def test_columns_of_other_names_are_mapped(imported: Import) -> None:
    report = imported("kunde,artikel,wann\nada,lamp,2026-01-01\n", "user_id=kunde", "item_id=artikel", "timestamp=wann")
    assert report.new == 1
    assert imported.events("ada")[0].at == datetime(2026, 1, 1, tzinfo=UTC)


def test_a_mapped_column_may_be_missing_in_the_first_line(imported: Import) -> None:
    text = '{"user_id": "ada", "item_id": "lamp", "when": null}\n{"user_id": "ada", "item_id": "sofa", "when": 100}\n'
    assert imported(text, "timestamp=when").new == 2


def test_a_repeated_import_changes_nothing_and_a_longer_file_adds_the_rest(imported: Import) -> None:
    text = "user_id,item_id,event,timestamp\nada,lamp,view,100\nada,lamp,cart,200\n"
    imported(text)
    again = imported(text)
    assert (again.new, again.repeated) == (0, 2)
    longer = imported(text + "bob,lamp,view,300\n")
    assert (longer.new, longer.repeated) == (1, 2)
    with imported.database.reading() as session:
        assert len(session.scalars(select(EventRow)).all()) == 3
        assert len(session.scalars(select(PersonRow)).all()) == 2


def test_without_position_or_time_the_rows_order_counts_and_an_equal_row_is_a_repetition(imported: Import) -> None:
    report = imported("user_id,item_id\nada,sofa\nada,lamp\nada,chair\nada,lamp\n")
    assert (report.new, report.repeated) == (3, 1)
    assert [event.item_id for event in imported.events("ada")] == ["sofa", "lamp", "chair"]


def test_events_of_unknown_items_are_kept_and_counted(imported: Import) -> None:
    catalogue = SqlCatalogue(imported.database, imported.clock)
    catalogue.upsert([Product("lamp", "Lamp"), Product("gone", "Gone")])
    catalogue.delete(["gone"])
    report = imported("user_id,item_id\nada,lamp\nada,never-sold\nada,gone\n")
    assert (report.new, report.unknown_items) == (3, 2)
    assert len(imported.events("ada")) == 3


def test_every_bad_row_is_named_with_its_line_and_the_others_come_in(imported: Import) -> None:
    long_id = "x" * 201
    report = imported(
        "user_id,item_id,event,position,timestamp\n"
        ",lamp,view,1,\n"
        "ada,,view,1,\n"
        f"{long_id},lamp,view,1,\n"
        "ada,lamp,view,minus one,\n"
        "ada,lamp,view,-1,\n"
        "ada,lamp,view,,yesterday\n"
        "ada,lamp,view,,1e300\n"
        "ada,lamp\n"
        f"ada,lamp,{'long' * 6},1,\n"
        "ada,lamp,view,7,\n"
    )
    assert (report.read, report.new, report.rejected) == (10, 1, 9)
    assert [line for line, _ in imported.rejected()] == list(range(2, 11))
    assert len({reason for _, reason in imported.rejected()}) == 9
    assert imported.events("ada")[0].position == 7


def test_every_event_of_a_person_in_several_batches_is_theirs(imported: Import) -> None:
    rows = "".join(f"user-{number % 7},item-{number},{number}\n" for number in range(4_500))
    report = imported("user_id,item_id,position\n" + rows)
    assert report.new == 4_500
    assert [event.position for event in imported.events("user-3")] == list(range(3, 4_500, 7))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("user_id,item_id\n", "no rows"),
        ("customer_name,item_id\nada,lamp\n", "no column 'user_id'"),
        ("user_id,item_id\nada,\n,lamp\n", "No row of .* the first: line 2: the item id is empty"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused_in_one_sentence(imported: Import, text: str, words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        imported(text)


def test_a_missing_file_is_named(imported: Import) -> None:
    with pytest.raises(NotFoundError, match=r"nowhere\.csv"):
        import_events(Path("nowhere.csv"), imported.database, imported.clock, lines=imported.lines)


@pytest.mark.parametrize("mapping", ["user_id", "user_id=", "=x", "price=x"])
def test_a_mapping_that_is_none_is_refused(mapping: str) -> None:
    with pytest.raises(BadInputError, match="--map"):
        EventColumns([mapping])


def test_mapping_a_field_twice_is_refused() -> None:
    with pytest.raises(BadInputError, match="twice"):
        EventColumns(["user_id=a", "user_id=b"])


cells = st.text(max_size=30)


@given(user=cells, item=cells, event=cells, position=cells, timestamp=cells)
def test_any_row_is_an_event_or_a_reason(user: str, item: str, event: str, position: str, timestamp: str) -> None:
    row = {"user_id": user, "item_id": item, "event": event, "position": position, "timestamp": timestamp}
    try:
        read = EventColumns().read(row)
    except ValueError:
        return
    assert read.user_id == user.strip() != ""
    assert read.item_id == item.strip() != ""
    assert EventColumns().read(json.loads(json.dumps(row))).id == read.id
