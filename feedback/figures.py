"""What happened in the shop's conversations, day by day, and in which ones?

Every figure is made of facts: a moment, a conversation, and perhaps a value. Whatever number is shown, the facts that
it was counted from can be looked at, one by one. Counting is the database's: of a busy year no facts come into memory
but the values of which a median or mean is made.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from statistics import mean, median
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, func, null, or_, select
from sqlalchemy.orm import Session

from feedback.days import Days
from feedback.desk_tables import DraftRow, UnansweredRow
from feedback.handoff_tables import HandoffRow
from feedback.tables import EventRow, ImpressionRow, SessionRow, TurnRow, VoteRow

__all__ = ["FIGURES", "Fact", "Figure", "Numbers", "facts_of", "key", "numbers_of", "top_texts"]

Measure = Literal["count", "conversations", "median", "mean"]
Find = Callable[[datetime, datetime], Select[*tuple[Any, ...]]]

_AT_A_TIME: Final = 2000


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened. `value` is in the figure's unit, `text` what was said or named, "" where nothing was."""

    at: datetime
    session_id: str | None
    value: float | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number a day: how its facts are found, what is made of those of one day, and in which unit.

    `of` names the figure that this is a share of, in percent. The texts of its facts are products' ids where
    `names_products`.
    """

    title: str
    unit: str
    measure: Measure
    find: Find
    of: str | None = None
    names_products: bool = False

    @property
    def shown_unit(self) -> str:
        """What stands behind the number."""
        return "%" if self.of else self.unit


@dataclass(frozen=True, slots=True)
class Numbers:
    """A figure of every day and of all of them together; None where there is nothing to make it of."""

    days: Mapping[date, float | None]
    total: float | None


def _facts(at: Any, session_id: Any, value: Any, text: Any) -> Select[*tuple[Any, ...]]:
    """The four columns of facts, under the names by which they are counted."""
    return select(at.label("at"), session_id.label("session_id"), value.label("value"), text.label("text"))


def _turns(*conditions: ColumnElement[bool]) -> Find:
    def find(since: datetime, until: datetime) -> Select[*tuple[Any, ...]]:
        return _facts(TurnRow.created_at, TurnRow.session_id, null(), TurnRow.text).where(
            TurnRow.created_at >= since, TurnRow.created_at < until, *conditions
        )

    return find


def _handoffs(value: Any, *conditions: ColumnElement[bool]) -> Find:
    def find(since: datetime, until: datetime) -> Select[*tuple[Any, ...]]:
        return _facts(HandoffRow.requested_at, HandoffRow.session_id, value, HandoffRow.reason).where(
            HandoffRow.requested_at >= since, HandoffRow.requested_at < until, *conditions
        )

    return find


def _events(kind: str) -> Find:
    # What was imported happened when its source says.
    moment = func.coalesce(EventRow.at, EventRow.created_at)
    newest = (
        select(SessionRow.id)
        .where(SessionRow.person_id == EventRow.person_id)
        .order_by(SessionRow.last_seen_at.desc())
        .limit(1)
        .correlate(EventRow)
        .scalar_subquery()
    )

    def find(since: datetime, until: datetime) -> Select[*tuple[Any, ...]]:
        return _facts(moment, newest, null(), EventRow.item_id).where(
            EventRow.kind == kind, moment >= since, moment < until
        )

    return find


def _votes(value: int) -> Find:
    def find(since: datetime, until: datetime) -> Select[*tuple[Any, ...]]:
        return (
            _facts(VoteRow.updated_at, ImpressionRow.session_id, null(), VoteRow.item_id)
            .join(ImpressionRow, ImpressionRow.id == VoteRow.impression_id)
            .where(VoteRow.value == value, VoteRow.updated_at >= since, VoteRow.updated_at < until)
        )

    return find


def _answers(*outcomes: str) -> Find:
    def find(since: datetime, until: datetime) -> Select[*tuple[Any, ...]]:
        return _facts(DraftRow.decided_at, DraftRow.session_id, DraftRow.distance, DraftRow.sent_text).where(
            DraftRow.outcome.in_(outcomes), DraftRow.decided_at >= since, DraftRow.decided_at < until
        )

    return find


def _unanswered(since: datetime, until: datetime) -> Select[*tuple[Any, ...]]:
    return _facts(UnansweredRow.at, UnansweredRow.session_id, UnansweredRow.score, UnansweredRow.text).where(
        UnansweredRow.at >= since, UnansweredRow.at < until
    )


_ANSWERED = TurnRow.status.in_(("answered", "failed"))
_SEARCHES = TurnRow.intent.in_(("search", "refine"))
_SHOWN = select(ImpressionRow.id).where(ImpressionRow.turn_id == TurnRow.id).exists()
_ASKED = HandoffRow.reason != "taken_over"
_HAD_A_PERSON = select(HandoffRow.id).where(HandoffRow.session_id == TurnRow.session_id).exists()

FIGURES: Final[Mapping[str, Figure]] = {
    "conversations": Figure("Conversations", "", "conversations", _turns()),
    "alone": Figure(
        "Conversations the assistant finished alone", "%", "conversations", _turns(~_HAD_A_PERSON), of="conversations"
    ),
    "turns": Figure("Messages the assistant answered", "", "count", _turns(_ANSWERED)),
    "fallbacks": Figure(
        "Messages it was not sure of", "%", "count",
        _turns(_ANSWERED, or_(TurnRow.intent == "nlu_fallback", TurnRow.status == "failed")), of="turns",
    ),
    "searches": Figure("Searches", "", "count", _turns(_ANSWERED, _SEARCHES)),
    "empty": Figure("Searches that showed nothing", "%", "count", _turns(_ANSWERED, _SEARCHES, ~_SHOWN), of="searches"),
    "clicks": Figure("Products opened", "", "count", _events("click"), names_products=True),
    "carts": Figure("Products put into a cart", "", "count", _events("cart"), names_products=True),
    "liked": Figure("Thumbs up", "", "count", _votes(1), names_products=True),
    "disliked": Figure("Thumbs down", "", "count", _votes(-1), names_products=True),
    "handoffs": Figure("Shoppers who wanted a person", "", "count", _handoffs(null(), _ASKED)),
    "missed": Figure(
        "Of those, when nobody came", "%", "count",
        _handoffs(null(), _ASKED, HandoffRow.outcome.in_(("unavailable", "unanswered"))), of="handoffs",
    ),
    "waiting": Figure(
        "Wait for a person, median", "s", "median",
        _handoffs(HandoffRow.claimed_at, and_(_ASKED, HandoffRow.claimed_at.is_not(None))),
    ),
    "first_answer": Figure(
        "Wait for the first answer, median", "s", "median",
        _handoffs(HandoffRow.answered_at, and_(_ASKED, HandoffRow.answered_at.is_not(None))),
    ),
    "rating": Figure("Rating, mean of 1 to 5", "", "mean",
        _handoffs(HandoffRow.rating, HandoffRow.rating.is_not(None)),
    ),
    "answers": Figure("Answers agents sent", "", "count", _answers("accepted", "edited", "written")),
    "drafts": Figure(
        "Of those, begun with a draft", "%", "count", _answers("accepted", "edited"), of="answers"
    ),
    "unanswered": Figure("Questions the shop's texts do not answer", "", "count", _unanswered),
}  # fmt: skip
"""Every figure, in the order in which they are shown."""


def facts_of(
    session: Session, name: str, since: datetime, until: datetime, *, said: str | None = None
) -> Iterator[Fact]:
    """The facts of a figure from `since` to before `until`, oldest first; with `said`, those whose text has that key.

    They are read as they are asked for, a few at a time: the session has to be open until the last was taken.
    """
    found = FIGURES[name].find(since, until).order_by("at").execution_options(yield_per=_AT_A_TIME)
    for at, session_id, value, text in session.execute(found):
        if said is not None and key(name, text or "") != said:
            continue
        if isinstance(value, datetime):
            value = (value - at).total_seconds()
        yield Fact(at, session_id, None if value is None else float(value), text or "")


def numbers_of(
    session: Session, names: Iterable[str], since: datetime, until: datetime, zone: ZoneInfo
) -> dict[str, Numbers]:
    """Figures by day on the shop's clock, and over the whole time: a share or a median is of all its facts."""
    days = Days.between(since, until, zone)
    counted: dict[str, Numbers] = {}

    def count(name: str) -> Numbers:
        if name not in counted:
            counted[name] = _counted(session, FIGURES[name], since, until, days)
        return counted[name]

    numbers = {}
    for name in names:
        own, of = count(name), FIGURES[name].of
        if of is not None:
            whole = count(of)
            shares = {day: _share(number, whole.days[day]) for day, number in own.days.items()}
            own = Numbers(shares, _share(own.total, whole.total))
        numbers[name] = own
    return numbers


def key(name: str, text: str) -> str:
    """What counts as one text among the facts of a figure: words in whatever capitals and blanks, a product's id."""
    return text if FIGURES[name].names_products else " ".join(text.casefold().split())[:200]


def top_texts(session: Session, name: str, since: datetime, until: datetime, limit: int = 15) -> list[tuple[str, int]]:
    """What was said, or opened, most often, and how often."""
    facts = FIGURES[name].find(since, until).subquery()
    said = select(facts.c.text, func.count()).group_by(facts.c.text).execution_options(yield_per=_AT_A_TIME)
    counts: Counter[str] = Counter()
    for text, count in session.execute(said.order_by(func.min(facts.c.at))):
        counts[key(name, text or "")] += count
    return [(text, count) for text, count in counts.most_common(limit + 1) if text][:limit]


def _counted(session: Session, figure: Figure, since: datetime, until: datetime, days: Days) -> Numbers:
    """The figure's own number of each day and of all together."""
    facts = figure.find(since, until).subquery()
    day = days.number_of(facts.c.at).label("day")
    numbers: Mapping[int, float | None]
    if figure.measure == "count":
        numbers = _by_day(session, select(day, func.count()).group_by("day"))
        total: float | None = sum(number or 0.0 for number in numbers.values())
    elif figure.measure == "conversations":
        talks = func.count(facts.c.session_id.distinct())
        numbers = _by_day(session, select(day, talks).group_by("day"))
        total = float(session.scalar(select(talks)) or 0)
    else:
        make = median if figure.measure == "median" else mean
        values: defaultdict[int, list[float]] = defaultdict(list)
        for place, at, value in session.execute(select(day, facts.c.at, facts.c.value)):
            values[place].append(float((value - at).total_seconds() if isinstance(value, datetime) else value))
        every = [value for own in values.values() for value in own]
        numbers = {place: make(own) for place, own in values.items()}
        return Numbers({day: numbers.get(place) for place, day in enumerate(days.days)}, make(every) if every else None)
    return Numbers({day: numbers.get(place, 0.0) for place, day in enumerate(days.days)}, total)


def _by_day(session: Session, counts: Select[*tuple[Any, ...]]) -> Mapping[int, float | None]:
    return {place: float(count) for place, count in session.execute(counts)}


def _share(part: float | None, whole: float | None) -> float | None:
    """In percent; None of nothing."""
    return 100 * (part or 0.0) / whole if whole else None
