"""What is worth judging next, and why?

Looks at what was shown and said last; within that, strategies choose (`feedback.selection`). What the same rater has
decided on, or skipped, is not asked again, except where raters disagree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from feedback.review.labels import keys_by_subject, labels_by_key
from feedback.review.subject import SKIP, Kind, ReviewItem, Source, same_words
from feedback.selection.port import Candidate, Reason, Strategy
from feedback.selection.worth_asking import WorthAsking
from feedback.tables import ImpressionRow, SessionRow, TurnRow, VoteRow

__all__ = ["CONFLICT", "LOW_CONFIDENCE", "MESSAGE_REASONS", "Filter", "labelled_items", "matching", "queue"]

LATEST: Final = 5000
"""As many of the newest impressions or messages are looked at."""

LOW_CONFIDENCE: Final = 0.6
"""Below it an intent was a guess; the assistant itself gives up at .475 (config.yml)."""

# The beginning of a product's text tells what it is: the rest would only cost time.
_TELLING: Final = 300
_FALLBACK: Final = "nlu_fallback"
NOT_UNDERSTOOD: Final = "not understood"
UNSURE: Final = "low confidence"
ANSWER_DISLIKED: Final = "thumbs down after the reply"
CONFLICT: Final = "raters disagree"
MESSAGE_REASONS: Final = (NOT_UNDERSTOOD, UNSURE, ANSWER_DISLIKED, CONFLICT)

_SURFACES: Final = {Kind.JUDGEMENT: ("search",), Kind.RECOMMENDATION: ("recommend", "similar")}

Texts = Callable[[Sequence[str]], Mapping[str, str]]
"""What the products with these ids say, by id; one that is not sold any more is missing."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which part of a queue: words in the text, a reason, at least so many thumbs down. Empty means any."""

    text: str = ""
    reason: str = ""
    least_down: int = 0

    def passes(self, item: ReviewItem) -> bool:
        """Whether the item belongs to that part."""
        return (
            same_words(self.text) in same_words(item.text)
            and (not self.reason or item.reason == self.reason)
            and item.down >= self.least_down
        )


def queue(
    session: Session,
    kind: Kind,
    rater: str,
    texts: Texts,
    *,
    chosen: Filter | None = None,
    budget: int = 50,
    strategy: Strategy | None = None,
) -> list[ReviewItem]:
    """At most `budget` items for `rater`, most worth judging first, each with the reason it was picked for.

    Conflicts come first: what two raters decided differently and this one did not decide on yet.
    """
    items = _items(session, kind, texts)
    labels = labels_by_key(session, kind)
    items = [replace(item, labels=labels.get(item.key, {})) for item in items]
    conflicts = [replace(item, reason=CONFLICT) for item in items if _conflicting(item) and rater not in item.labels]
    known = {item.key for item in conflicts}
    asked = [item for item in items if item.key not in known and rater not in item.labels]
    if kind is Kind.MESSAGE:
        rest = [item for item in asked if item.reason and not item.labels]
    else:
        # What is filtered is chosen among all; otherwise no strategy has to put more in order than will be asked.
        count = budget + len(items) - len(asked) if chosen in (None, Filter()) else len(items)
        rest = _chosen(asked, items, texts, strategy or WorthAsking(), count)
    chosen = chosen or Filter()
    return [item for item in (*conflicts, *rest) if chosen.passes(item)][:budget]


def matching(
    session: Session, kind: Kind, rater: str, texts: Texts, chosen: Filter, strategy: Strategy | None = None
) -> list[ReviewItem]:
    """Everything that `chosen` selects and `rater` has not decided on, for deciding on all of it at once.

    The reasons that a filter goes by are those that `strategy` gives.
    """
    return queue(session, kind, rater, texts, chosen=chosen, budget=LATEST, strategy=strategy)


def _chosen(
    asked: Sequence[ReviewItem], items: Sequence[ReviewItem], texts: Texts, strategy: Strategy, count: int
) -> list[ReviewItem]:
    wording = texts([item.item_id for item in items if item.item_id is not None])
    candidates = [
        Candidate(
            key=item.key,
            query=item.text or item.surface,
            text=wording.get(item.item_id or "", "")[:_TELLING],
            score=item.score,
            legs=item.legs,
            up=item.up,
            down=item.down,
        )
        for item in items
    ]
    grades = {item.key: grade for item in items if (grade := _mean_grade(item)) is not None}
    by_key = {item.key: item for item in asked}
    picks = strategy.select(candidates, grades, count)
    picked = [replace(by_key[pick.key], reason=pick.reason.value) for pick in picks if pick.key in by_key]
    # What no reason speaks for can still be judged, last.
    left = by_key.keys() - {pick.key for pick in picks} - grades.keys()
    rest = [replace(item, reason=Reason.RANDOM.value) for item in asked if item.key in left]
    return [*picked, *rest]


def _mean_grade(item: ReviewItem) -> float | None:
    values = [int(value) for value in item.labels.values() if value != SKIP]
    return sum(values) / len(values) if values else None


def _conflicting(item: ReviewItem) -> bool:
    return len({value for value in item.labels.values() if value != SKIP}) > 1


def _items(session: Session, kind: Kind, texts: Texts) -> list[ReviewItem]:
    return _messages(session) if kind is Kind.MESSAGE else _shown(session, kind, texts)


def _shown(session: Session, kind: Kind, texts: Texts) -> list[ReviewItem]:
    """Products that were shown, one item for each query (or person) and product, newest first."""
    rows = session.execute(
        select(ImpressionRow, VoteRow.value)
        .outerjoin(VoteRow, VoteRow.impression_id == ImpressionRow.id)
        .where(ImpressionRow.surface.in_(_SURFACES[kind]))
        .order_by(ImpressionRow.created_at.desc(), ImpressionRow.position, ImpressionRow.id)
        .limit(LATEST)
    )
    groups: dict[tuple[str, str], list[tuple[ImpressionRow, int]]] = defaultdict(list)
    for row, vote in rows:
        words = same_words(row.query)
        if kind is Kind.RECOMMENDATION or words:
            where = words if kind is Kind.JUDGEMENT else row.person_id
            groups[where, row.item_id].append((row, vote or 0))
    sold = texts(list({item_id for _, item_id in groups}))
    return [_item(kind, group) for (_, item_id), group in groups.items() if item_id in sold]


def _item(kind: Kind, group: Sequence[tuple[ImpressionRow, int]]) -> ReviewItem:
    newest = group[0][0]
    sources: dict[str, Source] = {}
    for row, _ in group:
        sources.setdefault(row.person_id, Source(row.person_id, row.turn_id, row.id))
    return ReviewItem(
        kind=kind, text=newest.query, sources=tuple(sources.values()), at=newest.created_at, item_id=newest.item_id,
        surface=newest.surface, score=newest.score, legs=newest.legs, shown=len(group),
        up=sum(vote > 0 for _, vote in group), down=sum(vote < 0 for _, vote in group),
    )  # fmt: skip


def _messages(session: Session) -> list[ReviewItem]:
    """Messages that were perhaps taken for something else, worst first, newest first among those."""
    down = func.sum(case((VoteRow.value < 0, 1), else_=0))
    disliked = (
        select(ImpressionRow.turn_id, down.label("down"))
        .join(VoteRow, VoteRow.impression_id == ImpressionRow.id)
        .group_by(ImpressionRow.turn_id)
        .subquery()
    )
    rows = session.execute(
        select(TurnRow, SessionRow.person_id, disliked.c.down)
        .join(SessionRow, SessionRow.id == TurnRow.session_id)
        .outerjoin(disliked, disliked.c.turn_id == TurnRow.id)
        .where(TurnRow.payload_id.is_(None), TurnRow.text != "", TurnRow.status.in_(("answered", "failed")))
        .order_by(TurnRow.created_at.desc(), TurnRow.id)
        .limit(LATEST)
    )
    items = [
        ReviewItem(
            kind=Kind.MESSAGE, text=turn.text, sources=(Source(person_id, turn.id),),
            at=turn.created_at, down=int(votes or 0), intent=turn.intent, confidence=turn.confidence,
            reason=_why(turn, int(votes or 0)),
        )
        for turn, person_id, votes in rows
    ]  # fmt: skip
    return sorted(items, key=lambda item: MESSAGE_REASONS.index(item.reason) if item.reason else len(MESSAGE_REASONS))


def _why(turn: TurnRow, down: int) -> str:
    if turn.intent in (None, _FALLBACK):
        return NOT_UNDERSTOOD
    if turn.confidence is not None and turn.confidence < LOW_CONFIDENCE:
        return UNSURE
    return ANSWER_DISLIKED if down else ""


def labelled_items(session: Session, kind: Kind, texts: Texts) -> dict[str, ReviewItem]:
    """What was decided on and is still among the newest, by the id of its subject."""
    by_key = {item.key: item for item in _items(session, kind, texts)}
    return {subject: by_key[key] for subject, key in keys_by_subject(session, kind) if key in by_key}
