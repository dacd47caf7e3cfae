"""Which feedback trained which model, and which models still know somebody who was erased?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from feedback.once import insert_missing
from feedback.tables import PersonRow
from feedback.training.tables import ModelDebtRow, ModelUseRow
from recommender.db import Database
from recommender.personalisation.history import History, Signal

__all__ = [
    "CountedHistory", "Debt", "Use", "debts", "forget_version", "models_of", "note_erasure", "record_use", "uses",
]  # fmt: skip

_AT_ONCE: Final = 500
"""As many people are looked up in one statement."""


@dataclass(frozen=True, slots=True)
class Debt:
    """A version that was trained on people who have been erased since: retire it, or train again without them."""

    version: str
    people: int
    votes: int


@dataclass(frozen=True, slots=True)
class Use:
    """Of how many people a version learned, how many of their votes, and how many of one person at most.

    For recommendations every event counts as well, for an assistant every message that was corrected, and for weights
    of words and meaning every comparison of two products.
    """

    people: int
    votes: int
    most: int


def record_use(database: Database, version: str, people: Mapping[str, int]) -> None:
    """Keep how many votes of each person `version` was trained on; who was erased meanwhile becomes a debt."""
    with database.transaction() as session:
        there: set[str] = set()
        asked = sorted(people)
        for start in range(0, len(asked), _AT_ONCE):
            some = asked[start : start + _AT_ONCE]
            there.update(session.scalars(select(PersonRow.id).where(PersonRow.id.in_(some))))
        rows = [{"model_version": version, "person_id": one, "votes": people[one]} for one in asked if one in there]
        insert_missing(session, ModelUseRow, rows)
        for one in asked:
            if one not in there:
                _owe(session, version, people[one])


class CountedHistory:
    """A `History` that keeps of whom all was read for a training, and how much: `people`, by id."""

    def __init__(self, inner: History) -> None:
        self._inner = inner
        self.people: dict[str, int] = {}

    def signals(self, person_id: str) -> Sequence[Signal]:
        """See `History.signals`."""
        return self._inner.signals(person_id)

    def queries(self, person_id: str) -> Sequence[str]:
        """See `History.queries`."""
        return self._inner.queries(person_id)

    def everybody(self) -> Iterator[tuple[str, Sequence[Signal]]]:
        """See `History.everybody`."""
        for person_id, signals in self._inner.everybody():
            self.people[person_id] = len(signals)
            yield person_id, signals

    def popularity(self) -> Mapping[str, float]:
        """See `History.popularity`."""
        return self._inner.popularity()


def models_of(session: Session, person_id: str) -> dict[str, int]:
    """The versions that were trained on a person's votes, each with how many."""
    rows = session.scalars(
        select(ModelUseRow).where(ModelUseRow.person_id == person_id).order_by(ModelUseRow.model_version)
    )
    return {row.model_version: row.votes for row in rows}


def note_erasure(session: Session, person_id: str) -> tuple[str, ...]:
    """Before a person is erased: note, without saying who, that their votes are in models; which ones those are."""
    uses = models_of(session, person_id)
    for version, votes in uses.items():
        _owe(session, version, votes)
    return tuple(uses)


def uses(database: Database) -> dict[str, Use]:
    """What every version was trained on, of people who are still there."""
    counts = select(
        ModelUseRow.model_version, func.count(), func.sum(ModelUseRow.votes), func.max(ModelUseRow.votes)
    ).group_by(ModelUseRow.model_version)
    with database.reading() as session:
        return {version: Use(people, int(votes), most) for version, people, votes, most in session.execute(counts)}


def debts(database: Database) -> dict[str, Debt]:
    """Every version that still knows people who were erased."""
    with database.reading() as session:
        rows = session.scalars(select(ModelDebtRow).order_by(ModelDebtRow.model_version))
        return {row.model_version: Debt(row.model_version, row.people, row.votes) for row in rows}


def forget_version(database: Database, version: str) -> None:
    """After a version was retired: it knows nobody any more."""
    with database.transaction() as session:
        for table in (ModelUseRow, ModelDebtRow):
            session.execute(delete(table).where(table.model_version == version))


def _owe(session: Session, version: str, votes: int) -> None:
    row = session.get(ModelDebtRow, version)
    if row is None:
        session.add(ModelDebtRow(model_version=version, people=1, votes=votes))
        session.flush()
    else:
        row.people, row.votes = row.people + 1, row.votes + votes
