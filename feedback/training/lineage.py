"""Which feedback trained which model, and which models still know somebody who was erased?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from feedback.tables import PersonRow
from feedback.training.tables import ModelDebtRow, ModelUseRow
from recommender.db import Database

__all__ = ["Debt", "Use", "debts", "forget_version", "models_of", "note_erasure", "record_use", "uses"]


@dataclass(frozen=True, slots=True)
class Debt:
    """A version that was trained on people who have been erased since: retire it, or train again without them."""

    version: str
    people: int
    votes: int


@dataclass(frozen=True, slots=True)
class Use:
    """Of how many people a version learned, how many of their votes, and how many of one person at most."""

    people: int
    votes: int
    most: int


def record_use(database: Database, version: str, people: Mapping[str, int]) -> None:
    """Keep how many votes of each person `version` was trained on; who was erased meanwhile becomes a debt."""
    with database.transaction() as session:
        for person_id, votes in people.items():
            if session.get(PersonRow, person_id) is None:
                _owe(session, version, votes)
            elif session.get(ModelUseRow, (version, person_id)) is None:
                session.add(ModelUseRow(model_version=version, person_id=person_id, votes=votes))


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
