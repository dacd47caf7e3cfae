"""Is it known whose votes are in which model, also once they are erased?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from feedback.people import new_person
from feedback.privacy import erase
from feedback.training.lineage import (
    CountedHistory,
    Debt,
    Use,
    debts,
    forget_version,
    models_of,
    record_use,
    uses,
)
from recommender.db import Database
from recommender.personalisation.history import Signal

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def people(database: Database, count: int) -> list[str]:
    with database.transaction() as session:
        return [new_person(session, NOW) for _ in range(count)]


def test_an_erased_person_is_named_in_no_table_but_the_models_that_know_them_are(database: Database) -> None:
    ada, bob = people(database, 2)
    record_use(database, "tuned-1", {ada: 3, bob: 1})
    record_use(database, "tuned-2", {ada: 5})
    with database.reading() as session:
        assert models_of(session, ada) == {"tuned-1": 3, "tuned-2": 5}
    receipt = erase(database, ada)
    assert receipt.complete
    assert receipt.models == ("tuned-1", "tuned-2")
    assert debts(database) == {"tuned-1": Debt("tuned-1", 1, 3), "tuned-2": Debt("tuned-2", 1, 5)}
    assert erase(database, bob).models == ("tuned-1",)
    assert debts(database)["tuned-1"] == Debt("tuned-1", 2, 4)


def test_who_voted_on_nothing_is_in_no_model(database: Database) -> None:
    (ada,) = people(database, 1)
    assert erase(database, ada).models == ()
    assert debts(database) == {}


def test_who_was_erased_while_a_model_was_trained_is_a_debt_from_the_start(database: Database) -> None:
    (ada,) = people(database, 1)
    erase(database, ada)
    record_use(database, "tuned-1", {ada: 2})
    assert debts(database) == {"tuned-1": Debt("tuned-1", 1, 2)}


def test_the_same_use_recorded_twice_counts_once(database: Database) -> None:
    (ada,) = people(database, 1)
    for _ in range(2):
        record_use(database, "tuned-1", {ada: 2})
    with database.reading() as session:
        assert models_of(session, ada) == {"tuned-1": 2}


def test_what_was_retired_knows_nobody(database: Database) -> None:
    ada, bob = people(database, 2)
    record_use(database, "tuned-1", {ada: 3, bob: 1})
    assert uses(database) == {"tuned-1": Use(2, 4, 3)}
    erase(database, ada)
    forget_version(database, "tuned-1")
    assert uses(database) == debts(database) == {}
    assert erase(database, bob).models == ()


def test_more_people_than_fit_into_one_statement_are_kept_each_with_their_own(database: Database) -> None:
    everybody = people(database, 1203)
    record_use(database, "factors-1", {one: place + 1 for place, one in enumerate(everybody)})
    assert uses(database) == {"factors-1": Use(1203, 1203 * 1204 // 2, 1203)}


def test_whoever_is_read_for_a_training_is_counted_with_how_much() -> None:
    class Past:
        def everybody(self) -> Iterator[tuple[str, Sequence[Signal]]]:
            yield "ada", [Signal("lamp", "view"), Signal("lamp", "purchase")]
            yield "bob", [Signal("rug", "view")]

        def signals(self, person_id: str) -> Sequence[Signal]:
            return [Signal(person_id, "view")]

        def queries(self, person_id: str) -> Sequence[str]:
            return [person_id]

        def popularity(self) -> Mapping[str, float]:
            return {"lamp": 1.0}

    counted = CountedHistory(Past())
    assert counted.people == {}
    assert [person for person, _ in counted.everybody()] == ["ada", "bob"]
    assert counted.people == {"ada": 2, "bob": 1}
    assert (counted.signals("ada"), counted.queries("ada")) == ([Signal("ada", "view")], ["ada"])
    assert counted.popularity() == {"lamp": 1.0}
