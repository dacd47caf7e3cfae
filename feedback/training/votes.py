"""How does what shoppers and trainers said become supervision?"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from feedback.review.labels import decided, said_by
from feedback.review.subject import Kind
from feedback.tables import ImpressionRow, VoteRow
from feedback.training.defence import CAP, Cast, suspects
from feedback.training.quarantine import set_aside
from feedback.training.reliability import Opinion, consensus
from feedback.training.supervision import BEST_GRADE, Grade, Supervision, query_key
from recommender.db import Database
from recommender.errors import NotFoundError

__all__ = ["Shown", "examined", "from_record", "grades_of", "look_for_suspects"]

SURFACE: Final = "search"
"""Only what was shown for words says something about words and products."""

_PASSED_OVER: Final = 0.25
"""What a product counts for that was looked at and not liked, against a thumb down."""

_POSITION_BIAS: Final = 0.7
_MOST: Final = 3.0


@dataclass(frozen=True, slots=True)
class Shown:
    """A product that was shown to a person for a query, at `position` (from 1), and their thumb: 1, -1 or 0 for none.

    Products with one `turn_id` were shown together; `at` is when the thumb was given.
    """

    person_id: str
    turn_id: str
    query: str
    item_id: str
    position: int
    vote: int
    at: datetime | None = None


def from_record(database: Database, now: datetime) -> Supervision:
    """Everything that trainers graded and shoppers voted on, as grades.

    People whose votes are suspicious are set aside first, until somebody releases them.

    Raises:
        NotFoundError: nobody has said anything yet.
    """
    with database.transaction() as session:
        graded = list(_graded(session))
        shown = list(_shown(session))
        apart = look_for_suspects(session, now, shown)
        words = said_by(session, Kind.JUDGEMENT)
    supervision = grades_of([one for one in shown if one.person_id not in apart], graded)
    # What trainers graded are shoppers' words: who is erased is in what learned from those, too.
    supervision = replace(supervision, people=dict(Counter(supervision.people) + Counter(words)))
    if not supervision.grades:
        raise NotFoundError(
            "There is no feedback to learn from yet: let shoppers vote, grade some results in the review console, or "
            "name grades with --queries and --qrels."
        )
    return supervision


def look_for_suspects(session: Session, now: datetime, shown: Sequence[Shown] | None = None) -> set[str]:
    """Set aside whoever's votes look suspicious among `shown`, or all there are; everybody who is apart now."""
    return set_aside(session, suspects(_cast(list(_shown(session)) if shown is None else shown)), now)


def grades_of(shown: Iterable[Shown], graded: Iterable[Grade] = ()) -> Supervision:
    """Grades from thumbs and from trainers; what a trainer graded needs no thumbs.

    Thumbs of several people on one product for one query become one grade: how likely it is that the product is right,
    given how reliable each person proved where others voted too. A thumb counts for more the further down the product
    stood, because fewer got to see it there (inverse propensity, Joachims, Swaminathan and Schnabel, WSDM 2017), three
    times as much at most. A product above one that got a thumb up was looked at and passed over (Joachims, KDD 2002):
    weak evidence against it, and the stronger the more surely it was looked at. Nobody's thumbs together count for more
    than `defence.CAP`.
    """
    seen, grades = list(shown), list(graded)
    known = {(query_key(grade.query), grade.item_id) for grade in grades}
    opinions: dict[tuple[str, str], list[Opinion]] = defaultdict(list)
    positions: dict[tuple[str, str], list[int]] = defaultdict(list)
    texts: dict[tuple[str, str], str] = {}
    people: Counter[str] = Counter()
    for one in seen:
        pair = (query_key(one.query), one.item_id)
        if one.vote and pair not in known:
            texts[pair] = one.query
            opinions[pair].append(Opinion(one.person_id, one.vote > 0))
            positions[pair].append(one.position)
            people[one.person_id] += 1
    for pair, agreed in consensus(opinions).items():
        seen_at = sum(positions[pair]) / len(positions[pair])
        capped = max(min(1.0, CAP / people[opinion.person_id]) for opinion in opinions[pair])
        weight = min(_MOST, 1 / examined(seen_at)) * agreed.certainty * capped
        grades.append(Grade(texts[pair], pair[1], agreed.value, weight))
    passed: dict[tuple[str, str], float] = defaultdict(float)
    for one in _passed_over(seen):
        pair = (query_key(one.query), one.item_id)
        if pair not in known and pair not in opinions:
            texts[pair] = one.query
            passed[pair] = min(1.0, passed[pair] + _PASSED_OVER * examined(one.position))
    grades += [Grade(texts[pair], pair[1], 0.0, weight) for pair, weight in passed.items()]
    return Supervision(tuple(grades), "feedback of this shop", dict(people), noisy=True)


def examined(position: float) -> float:
    """How likely a shopper looks at a product that stands at `position` (from 1), against the first."""
    return float(position**-_POSITION_BIAS)


def _passed_over(shown: list[Shown]) -> Iterable[Shown]:
    lists: dict[str, list[Shown]] = defaultdict(list)
    for one in shown:
        lists[one.turn_id].append(one)
    for together in lists.values():
        lowest = max((one.position for one in together if one.vote > 0), default=0)
        yield from (one for one in together if one.vote == 0 and one.position < lowest)


def in_voted_turns(*columns: Any) -> Select[*tuple[Any, ...]]:
    """These columns of every impression of a search, and of its thumb, in a turn of which something was voted on."""
    voted = select(ImpressionRow.turn_id).join(VoteRow, VoteRow.impression_id == ImpressionRow.id)
    return (
        select(*columns)
        .outerjoin(VoteRow, VoteRow.impression_id == ImpressionRow.id)
        .where(ImpressionRow.surface == SURFACE, ImpressionRow.query != "", ImpressionRow.turn_id.in_(voted))
        .order_by(ImpressionRow.id)
    )


def _shown(session: Session) -> Iterable[Shown]:
    rows = session.execute(
        in_voted_turns(
            ImpressionRow.person_id,
            ImpressionRow.turn_id,
            ImpressionRow.query,
            ImpressionRow.item_id,
            ImpressionRow.position,
            VoteRow.value,
            VoteRow.updated_at,
        )
    )
    for person_id, turn_id, query, item_id, position, value, at in rows:
        yield Shown(person_id, turn_id, query, item_id, position, value or 0, at)


def _cast(shown: Iterable[Shown]) -> list[Cast]:
    return [Cast(one.person_id, one.item_id, one.vote > 0, one.at) for one in shown if one.vote and one.at]


def _graded(session: Session) -> Iterable[Grade]:
    for one in decided(session, Kind.JUDGEMENT):
        if one.text and one.item_id and one.values:
            values = [int(value) for value in one.values.values()]
            yield Grade(one.text, one.item_id, sum(values) / len(values) / BEST_GRADE)
