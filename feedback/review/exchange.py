"""How do labels leave this installation and come into another one?

JSON Lines: the first line says what the file is and in which version of the format, each further one is one label. What
is exported is what was decided and, while its shopper is not forgotten, the words it was decided on; never who said
them. What is imported is its rater's, marked with where it came from. A file of what waits here names the turns in
which it was said, so that what comes back belongs to whoever said it, and goes with them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.review.labels import label
from feedback.review.subject import Kind, ReviewItem, Source
from feedback.review.tables import LabelRow, ReviewSourceRow
from feedback.tables import SessionRow, TurnRow
from recommender.errors import BadInputError

__all__ = ["FORMAT", "VERSION", "Imported", "export_labels", "import_labels", "queue_lines"]

FORMAT: Final = "shoptalk-labels"
VERSION: Final = 1
_LONGEST_TEXT: Final = 2000
_MOST_TURNS: Final = 400


class _Head(BaseModel):
    model_config = ConfigDict(extra="ignore")

    format: Literal["shoptalk-labels"]
    version: int


class _Line(BaseModel):
    """One label."""

    model_config = ConfigDict(extra="ignore")

    kind: Kind
    text: str = Field(max_length=_LONGEST_TEXT)
    item_id: str | None = Field(None, max_length=200)
    value: str = Field(max_length=60)
    rater: str = Field(min_length=1, max_length=60)
    at: AwareDatetime
    turns: list[str] = Field(default_factory=list, max_length=_MOST_TURNS)


@dataclass(frozen=True, slots=True)
class Imported:
    """How many labels came in, and how many were there already."""

    new: int
    same: int


def export_labels(session: Session, names: dict[str, str]) -> Iterator[str]:
    """The file's lines: its head, then every label whose words are still there, in a stable order.

    Args:
        session: a snapshot of the record.
        names: the name of each rater, by account id; one that is missing keeps the id.
    """
    yield json.dumps({"format": FORMAT, "version": VERSION})
    said = select(ReviewSourceRow.subject_id, ReviewSourceRow.text)
    texts = {subject_id: text for subject_id, text in session.execute(said)}  # noqa: C416 - dict() takes no rows
    rows = select(LabelRow).order_by(LabelRow.kind, LabelRow.subject_id, LabelRow.rater)
    for row in session.scalars(rows.execution_options(yield_per=1000)):
        if row.subject_id in texts and row.kind != Kind.RECOMMENDATION:
            line = {
                "kind": row.kind,
                "text": texts[row.subject_id],
                "item_id": row.item_id,
                "value": row.value,
                "rater": names.get(row.rater, row.rater),
                "at": row.updated_at.isoformat(),
            }
            yield json.dumps(line, ensure_ascii=False)


def queue_lines(items: Iterable[ReviewItem], rater: str, now: datetime, titles: Mapping[str, str]) -> Iterator[str]:
    """What waits to be decided, as a file of labels whose values are empty: fill some in, and import it.

    Args:
        items: the queue.
        rater: who is going to decide.
        now: when.
        titles: of the products, by id.
    """
    yield json.dumps({"format": FORMAT, "version": VERSION})
    for item in items:
        line = {
            "kind": item.kind, "text": item.text, "item_id": item.item_id, "value": "", "rater": rater,
            "at": now.isoformat(), "reason": item.reason, "title": titles.get(item.item_id or "", ""),
            "turns": [source.turn_id for source in item.sources if source.turn_id is not None][:_MOST_TURNS],
        }  # fmt: skip
        yield json.dumps(line, ensure_ascii=False)


def import_labels(session: Session, lines: Iterable[str], where: str) -> Imported:
    """Bring the labels of a file in, in the caller's transaction: all of them or, if one cannot be read, none.

    Bringing the same file in again changes nothing. What somebody said who was erased since is passed over.

    Raises:
        BadInputError: the file is something else, of a later version, or a line of it is no label.
    """
    numbered = enumerate(lines, start=1)
    _check_head(next(numbered, (1, ""))[1], where)
    new = same = 0
    for number, text in numbered:
        if not text.strip():
            continue
        try:
            line = _Line.model_validate_json(text)
            if not line.value:
                continue  # a line of the queue that nobody decided on
            if line.kind is Kind.RECOMMENDATION:
                raise BadInputError("A recommendation is for a person, who cannot be named in a file.")
            sources = _said_in(session, line.turns) if line.turns else (Source(),)
            if not sources:
                continue
            item = ReviewItem(kind=line.kind, text=line.text, item_id=line.item_id, sources=sources, at=line.at)
            changed = label(session, f"import:{line.rater}", [item], line.value, line.at)
        except ValidationError as error:
            fault = error.errors()[0]
            field = ".".join(str(part) for part in fault["loc"]) or "the line"
            raise BadInputError(f"{where}, line {number}: {field}: {fault['msg']}. Nothing was imported.") from error
        except BadInputError as error:
            raise BadInputError(f"{where}, line {number}: {error} Nothing was imported.") from error
        new, same = new + changed, same + 1 - changed
    return Imported(new, same)


def _said_in(session: Session, turns: Sequence[str]) -> tuple[Source, ...]:
    """Who said it, of those who are still known, one each."""
    rows = session.execute(
        select(SessionRow.person_id, TurnRow.id)
        .join(TurnRow, TurnRow.session_id == SessionRow.id)
        .where(TurnRow.id.in_(turns))
    ).all()
    person_of = {turn_id: person_id for person_id, turn_id in rows}
    sources: dict[str, Source] = {}
    for turn_id in turns:
        if turn_id in person_of:
            sources.setdefault(person_of[turn_id], Source(person_of[turn_id], turn_id))
    return tuple(sources.values())


def _check_head(text: str, where: str) -> None:
    try:
        head = _Head.model_validate_json(text)
    except ValidationError as error:
        raise BadInputError(
            f'{where} is no file of labels: its first line has to be {{"format": "{FORMAT}", "version": {VERSION}}}.'
        ) from error
    if head.version > VERSION:
        raise BadInputError(
            f"{where} is of version {head.version}; this program reads up to {VERSION}. Update it first."
        )
