"""What was decided, by whom, and how is it taken back?

Each function is one step inside the caller's transaction.
"""

from __future__ import annotations

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from feedback.once import insert_missing
from feedback.review.subject import SKIP, Kind, ReviewItem, Source, check_value, same_words, text_hash
from feedback.review.tables import LabelChangeRow, LabelRow, ReviewSourceRow, ReviewSubjectRow
from recommender.errors import NotFoundError

__all__ = [
    "Decided", "decided", "forget_things", "keys_by_subject", "label", "labels_by_key", "said_by", "thing_of", "undo",
]  # fmt: skip

_AT_ONCE: Final = 500
"""As many things are looked up in one statement."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A subject with every rater's decision (skips left out). `text` is None once its shopper was forgotten."""

    subject_id: str
    kind: Kind
    item_id: str | None
    text: str | None
    values: Mapping[str, str]


def label(session: Session, rater: str, items: Sequence[ReviewItem], value: str, now: datetime) -> int:
    """Let `rater` decide the same on every item, replacing what they decided before; how many changed.

    Raises:
        BadInputError: a label of this kind cannot say that.
    """
    for item in items:
        check_value(item.kind, value)
    batch, changed = uuid.uuid4().hex, 0
    subjects = _locked_subjects(session, items)
    for item in items:
        subject_id = _subject(session, item, subjects[thing_of(item)])
        row = session.get(LabelRow, (subject_id, rater))
        before = None if row is None else row.value
        if before == value:
            continue
        if row is None:
            row = LabelRow(subject_id=subject_id, rater=rater, kind=item.kind.value, item_id=item.item_id)
            session.add(row)
        row.value, row.updated_at = value, now
        session.add(
            LabelChangeRow(
                batch=batch, subject_id=subject_id, rater=rater, before=before, after=value, undone=False, at=now
            )
        )
        changed += 1
    session.flush()
    return changed


def undo(session: Session, rater: str, now: datetime) -> int:
    """Take back the last act of `rater` that was not taken back yet; how many decisions that was.

    Raises:
        NotFoundError: there is nothing (left) to take back.
    """
    last = session.scalar(
        select(LabelChangeRow.batch)
        .where(LabelChangeRow.rater == rater, LabelChangeRow.undone.is_(False))
        .order_by(LabelChangeRow.id.desc())
        .limit(1)
    )
    if last is None:
        raise NotFoundError("There is nothing to take back.")
    changes = session.scalars(select(LabelChangeRow).where(LabelChangeRow.batch == last)).all()
    for change in changes:
        change.undone = True
        row = session.get_one(LabelRow, (change.subject_id, rater))
        if change.before is None:
            session.delete(row)
        else:
            row.value, row.updated_at = change.before, now
    session.flush()
    return len(changes)


def decided(session: Session, kind: Kind) -> list[Decided]:
    """Every subject of this kind that somebody decided on, in the order of their ids."""
    values: dict[str, dict[str, str]] = defaultdict(dict)
    items: dict[str, str | None] = {}
    for row in session.scalars(select(LabelRow).where(LabelRow.kind == kind.value, LabelRow.value != SKIP)):
        values[row.subject_id][row.rater] = row.value
        items[row.subject_id] = row.item_id
    said = select(ReviewSourceRow.subject_id, ReviewSourceRow.text).where(ReviewSourceRow.kind == kind.value)
    texts = {subject_id: text for subject_id, text in session.execute(said)}  # noqa: C416 - dict() takes no rows
    return [Decided(one, kind, items[one], texts.get(one), values[one]) for one in sorted(values)]


def said_by(session: Session, kind: Kind) -> dict[str, int]:
    """By person, how many of the subjects of this kind that somebody decided on are of their words."""
    decided_on = select(LabelRow.subject_id).where(LabelRow.kind == kind.value, LabelRow.value != SKIP)
    counts = (
        select(ReviewSourceRow.person_id, func.count(ReviewSourceRow.subject_id.distinct()))
        .where(ReviewSourceRow.person_id.is_not(None), ReviewSourceRow.subject_id.in_(decided_on))
        .group_by(ReviewSourceRow.person_id)
    )
    return {person_id: count for person_id, count in session.execute(counts) if person_id is not None}


def labels_by_key(session: Session, kind: Kind) -> dict[str, dict[str, str]]:
    """Every rater's decision (skips too) on what can still be found, by `ReviewItem.key`."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    rows = session.execute(
        select(ReviewSourceRow, LabelRow.rater, LabelRow.value)
        .join(LabelRow, LabelRow.subject_id == ReviewSourceRow.subject_id)
        .where(ReviewSourceRow.kind == kind.value)
    )
    for source, rater, value in rows:
        found[_key(source, kind)][rater] = value
    return found


def keys_by_subject(session: Session, kind: Kind) -> list[tuple[str, str]]:
    """The id of every subject of this kind, each with the `ReviewItem.key` of everything it was decided on."""
    rows = session.scalars(select(ReviewSourceRow).where(ReviewSourceRow.kind == kind.value))
    return [(row.subject_id, _key(row, kind)) for row in rows]


def _key(source: ReviewSourceRow, kind: Kind) -> str:
    where = {
        Kind.JUDGEMENT: same_words(source.text),
        Kind.RECOMMENDATION: source.person_id,
        Kind.MESSAGE: source.turn_id,
    }[kind]
    return f"{where}\0{source.item_id or ''}"


def thing_of(item: ReviewItem) -> str:
    """The hash of what is decided on: the same for whoever decides on it."""
    first = item.sources[0]
    where = {Kind.RECOMMENDATION: first.person_id, Kind.MESSAGE: first.turn_id}.get(item.kind)
    named = f"{item.kind.value}\0{where or text_hash(item.text)}\0{item.item_id or ''}"
    return hashlib.sha256(named.encode()).hexdigest()


def forget_things(session: Session) -> None:
    """After sources were erased: forget what named the subjects that have none left."""
    left = select(ReviewSourceRow.id).where(ReviewSourceRow.subject_id == ReviewSubjectRow.subject_id)
    session.execute(delete(ReviewSubjectRow).where(~left.exists()))


def _locked_subjects(session: Session, items: Sequence[ReviewItem]) -> dict[str, str]:
    """The subject's id by thing; until this transaction ends, others who decide on one of these things wait."""
    things = sorted({thing_of(item) for item in items})  # everybody in one order: nobody waits for who waits for them
    found: dict[str, str] = {}
    for start in range(0, len(things), _AT_ONCE):
        some = things[start : start + _AT_ONCE]
        insert_missing(session, ReviewSubjectRow, [{"thing": one, "subject_id": uuid.uuid4().hex} for one in some])
        rows = select(ReviewSubjectRow.thing, ReviewSubjectRow.subject_id).where(ReviewSubjectRow.thing.in_(some))
        rows = rows.order_by(ReviewSubjectRow.thing).with_for_update()
        found |= {thing: subject_id for thing, subject_id in session.execute(rows)}  # noqa: C416 - dict() takes no rows
    return found


def _subject(session: Session, item: ReviewItem, subject_id: str) -> str:
    """The id under which decisions on `item` are kept; whoever said it is written down as its source.

    Where two channels of a person were joined, it is the one under which the thing was decided on before.
    """
    known = session.scalars(_like(item)).all()
    subject_id = known[0].subject_id if known else subject_id
    there = {source.person_id for source in known if source.subject_id == subject_id}
    session.add_all(
        ReviewSourceRow(
            subject_id=subject_id, kind=item.kind.value, item_id=item.item_id, text=_kept(item),
            text_hash=text_hash(item.text), person_id=source.person_id, turn_id=source.turn_id,
            impression_id=source.impression_id,
        )
        for source in _one_each(item)
        if source.person_id not in there
    )  # fmt: skip
    return subject_id


def _one_each(item: ReviewItem) -> Iterable[Source]:
    return {source.person_id: source for source in reversed(item.sources)}.values()


def _kept(item: ReviewItem) -> str:
    return same_words(item.text) if item.kind is Kind.JUDGEMENT else item.text


def _like(item: ReviewItem) -> Select[ReviewSourceRow]:
    query = select(ReviewSourceRow).where(ReviewSourceRow.kind == item.kind.value).order_by(ReviewSourceRow.id)
    if item.item_id is not None:
        query = query.where(ReviewSourceRow.item_id == item.item_id)
    first = item.sources[0]
    if item.kind is Kind.JUDGEMENT or first == Source():
        return query.where(ReviewSourceRow.text_hash == text_hash(item.text))
    if item.kind is Kind.RECOMMENDATION:
        return query.where(ReviewSourceRow.person_id == first.person_id)
    return query.where(ReviewSourceRow.turn_id == first.turn_id)
