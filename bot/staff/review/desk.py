"""What does the review page ask of the record, step by step?

Each function runs in a thread, inside the transaction that `View.read` and `View.write` give it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

import regex
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.review.context import Context, context
from feedback.review.labels import label, undo
from feedback.review.queues import Filter, Texts, matching, queue
from feedback.review.subject import Kind, ReviewItem
from feedback.review.suspicion import suspicious
from feedback.selection.ways import Way, strategy_of
from feedback.staff.audit import audit
from feedback.staff.roles import Actor
from feedback.staff.tables import StaffRow
from feedback.tables import TurnRow
from recommender.catalogue.port import Catalogue
from recommender.catalogue.product import Product
from recommender.errors import BadInputError, ConflictError
from recommender.settings import PROJECT_ROOT

__all__ = [
    "SUSPECTS", "around", "ask_by", "count_matching", "decide", "decide_all", "delete_view", "intents", "load",
    "product_texts", "save_view", "saved_views", "take_back", "usual_intents", "way_of",
]  # fmt: skip

SUSPECTS: Final = "suspects"
"""The queue of labels that look wrong, whatever they are labels of."""

_MOST_VIEWS: Final = 30


def product_texts(catalogue: Catalogue) -> Texts:
    """What products say, for choosing among them."""

    def texts(ids: Sequence[str]) -> Mapping[str, str]:
        return {one: product.text for one, product in catalogue.get(ids).items()}

    return texts


def load(session: Session, name: str, actor: Actor, texts: Texts, chosen: Filter) -> list[ReviewItem]:
    """The queue called `name` for this person.

    Raises:
        BadInputError: there is no such queue.
    """
    if name == SUSPECTS:
        return [item for item in suspicious(session, texts) if chosen.passes(item)]
    return queue(session, _kind(name), actor.id, texts, chosen=chosen, strategy=strategy_of(way_of(session, actor)))


def way_of(session: Session, actor: Actor) -> Way:
    """How this person has things chosen."""
    return Way(_settings(session, actor).get("ask_by", Way.MIX))


def ask_by(session: Session, actor: Actor, way: str) -> None:
    """From now on, choose what this person is asked that way.

    Raises:
        BadInputError: there is no such way.
    """
    if way not in set(Way):
        raise BadInputError(f"There is no such way of choosing: {', '.join(Way)}.")
    row = session.get_one(StaffRow, actor.id)
    row.settings = {**row.settings, "ask_by": str(way)}


def around(session: Session, item: ReviewItem, catalogue: Catalogue) -> tuple[Context, dict[str, Product]]:
    """What was said and shown around an item, and the products that occur there."""
    found = context(session, item)
    ids = {one.item_id for one in found.shown} | {item.item_id or ""}
    ids |= {product_id for said in found.said for product_id in said.product_ids}
    return found, catalogue.get(sorted(ids - {""}))


def decide(session: Session, actor: Actor, item: ReviewItem, value: str, now: datetime) -> None:
    """Keep one decision."""
    if label(session, actor.id, [item], value, now):
        audit(session, actor, "label", now, kind=item.kind.value, item=item.item_id, value=value)


def count_matching(session: Session, name: str, actor: Actor, texts: Texts, chosen: Filter) -> int:
    """How many undecided items the filter selects."""
    return len(_matching(session, actor, name, texts, chosen))


def decide_all(
    session: Session, actor: Actor, name: str, texts: Texts, chosen: Filter, value: str, confirmed: int, now: datetime
) -> int:
    """Decide the same on everything that the filter selects.

    Raises:
        ConflictError: that is not as many as were confirmed; nothing was changed.
    """
    items = _matching(session, actor, name, texts, chosen)
    if len(items) != confirmed:
        raise ConflictError(f"It would be {len(items)} by now, not {confirmed}; look again and confirm that.")
    changed = label(session, actor.id, items, value, now)
    audit(session, actor, "label.all", now, kind=name, value=value, count=changed)
    return changed


def take_back(session: Session, actor: Actor, now: datetime) -> int:
    """Undo this person's last act; how many decisions that was."""
    count = undo(session, actor.id, now)
    audit(session, actor, "label.undo", now, count=count)
    return count


def saved_views(session: Session, actor: Actor, name: str) -> dict[str, Filter]:
    """The filters this person keeps for a queue, by their names."""
    kept = _settings(session, actor).get("views", {}).get(name, {})
    return {title: Filter(**chosen) for title, chosen in kept.items()}


def save_view(session: Session, actor: Actor, name: str, title: str, chosen: Filter) -> None:
    """Keep a filter under a title.

    Raises:
        BadInputError: the title is empty, too long, or one more than can be overlooked.
    """
    if not title.strip() or len(title) > 60:
        raise BadInputError("A view's name has 1 to 60 characters.")
    views = _settings(session, actor).get("views", {})
    kept = dict(views.get(name, {}))
    kept[title.strip()] = {"text": chosen.text, "reason": chosen.reason, "least_down": chosen.least_down}
    if len(kept) > _MOST_VIEWS:
        raise BadInputError(f"There are {_MOST_VIEWS} views already; delete one first.")
    _keep(session, actor, {**views, name: kept})


def delete_view(session: Session, actor: Actor, name: str, title: str) -> None:
    """Forget a kept filter."""
    views = _settings(session, actor).get("views", {})
    _keep(session, actor, {**views, name: {one: kept for one, kept in views.get(name, {}).items() if one != title}})


@cache
def intents() -> tuple[str, ...]:
    """Every intent that a message can be taken for: those with examples."""
    files = sorted((PROJECT_ROOT / "data" / "nlu").glob("*.yml"))
    found = {name for path in files for name in regex.findall(r"- intent: (\w+)", path.read_text(encoding="utf-8"))}
    return tuple(sorted(found))


def usual_intents(session: Session) -> list[str]:
    """The intents that messages were taken for lately, most frequent first."""
    latest = select(TurnRow.intent).where(TurnRow.payload_id.is_(None)).order_by(TurnRow.created_at.desc()).limit(2000)
    counts = Counter(intent for intent in session.scalars(latest) if intent in intents())
    return [intent for intent, _ in counts.most_common()]


def _matching(session: Session, actor: Actor, name: str, texts: Texts, chosen: Filter) -> list[ReviewItem]:
    return matching(session, _kind(name), actor.id, texts, chosen, strategy_of(way_of(session, actor)))


def _kind(name: str) -> Kind:
    try:
        return Kind(name)
    except ValueError:
        raise BadInputError("There is no such queue.") from None


def _settings(session: Session, actor: Actor) -> dict[str, Any]:
    return session.get_one(StaffRow, actor.id).settings


def _keep(session: Session, actor: Actor, views: Mapping[str, Any]) -> None:
    row = session.get_one(StaffRow, actor.id)
    row.settings = {**row.settings, "views": dict(views)}
