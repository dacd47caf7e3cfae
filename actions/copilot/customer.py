"""Who is this shopper, as far as the records say?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from actions.copilot.talk import Talk
from actions.services import Services
from actions.shop.cart import CartLine, totals
from actions.shop.orders import find_email, find_order_number
from feedback.handoff_tables import HandoffRow
from feedback.people import SHOP_CHANNEL
from feedback.tables import EventRow, IdentityRow, PersonRow, SessionRow, VoteRow
from recommender.catalogue.product import Product

__all__ = ["Customer", "Past", "Thumb", "customer_card"]

_MOST_THUMBS = 12
_MOST_TASTES = 5
_MOST_PAST = 8
_MANY_FAILED_ORDERS = 3
_MANY_REQUESTS = 3


@dataclass(frozen=True, slots=True)
class Thumb:
    """A live vote on a product."""

    title: str
    value: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class Past:
    """Another conversation of the same person."""

    session_id: str
    channel: str
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Customer:
    """Everything an agent may want to know at a glance. `warnings` each name their reason; `number` is the shop's own
    for a customer it vouched for, `language` (BCP 47) what their browser or Telegram asks for."""

    person_id: str
    number: str | None
    language: str | None
    channels: Sequence[str]
    known_since: datetime
    conversations: int
    past: Sequence[Past]
    tastes: Sequence[str]
    thumbs: Sequence[Thumb]
    cart: Sequence[CartLine]
    cart_totals: dict[str, Decimal]
    saved: Sequence[Product]
    orders: Sequence[str]
    email: str | None
    done: dict[str, int]
    ratings: Sequence[int]
    warnings: Sequence[str]


def customer_card(services: Services, session: Session, talk: Talk) -> Customer:
    """The card of whoever is in this conversation."""
    person = session.get_one(PersonRow, talk.person_id)
    own = SessionRow.person_id == person.id
    sessions = session.scalars(select(SessionRow).where(own).order_by(SessionRow.last_seen_at.desc())).all()
    votes = session.scalars(
        select(VoteRow)
        .where(VoteRow.person_id == person.id, VoteRow.value != 0)
        .order_by(VoteRow.updated_at.desc())
        .limit(_MOST_THUMBS)
    ).all()
    products = services.catalogue.get([vote.item_id for vote in votes])
    thumbs = [
        Thumb(products[vote.item_id].title if vote.item_id in products else vote.item_id, vote.value, vote.reason)
        for vote in votes
    ]
    handoffs = session.scalars(
        select(HandoffRow).join(SessionRow, SessionRow.id == HandoffRow.session_id).where(own)
    ).all()
    kinds = session.execute(
        select(EventRow.kind, func.count()).where(EventRow.person_id == person.id).group_by(EventRow.kind)
    ).all()
    cart = services.carts.lines(person.id)
    words = talk.shopper_words.splitlines()
    return Customer(
        person_id=person.id,
        number=session.scalar(
            select(IdentityRow.external_id).where(
                IdentityRow.person_id == person.id, IdentityRow.channel == SHOP_CHANNEL
            )
        ),
        language=next((one.language for one in sessions if one.id == talk.session_id), None),
        channels=sorted({one.channel for one in sessions}),
        known_since=person.created_at,
        conversations=len(sessions),
        past=[Past(one.id, one.channel, one.last_seen_at) for one in sessions if one.id != talk.session_id][
            :_MOST_PAST
        ],
        tastes=_tastes([products[vote.item_id] for vote in votes if vote.value > 0 and vote.item_id in products]),
        thumbs=thumbs,
        cart=cart,
        cart_totals=totals(cart),
        saved=services.carts.saved(person.id),
        orders=list(dict.fromkeys(number for line in words if (number := find_order_number(line)))),
        email=next((email for line in reversed(words) if (email := find_email(line))), None)
        or next((row.contact_email for row in reversed(handoffs) if row.contact_email), None),
        done={str(kind): int(count) for kind, count in kinds},
        ratings=[row.rating for row in handoffs if row.rating is not None],
        warnings=_warnings(talk, handoffs),
    )


def _tastes(liked: Sequence[Product]) -> list[str]:
    """Brands and narrowest categories of what they liked, the most frequent first."""
    counts = Counter(one.brand for one in liked if one.brand)
    counts.update(one.categories[-1] for one in liked if one.categories)
    return [f"{name} ({count})" for name, count in counts.most_common(_MOST_TASTES)]


def _warnings(talk: Talk, handoffs: Sequence[HandoffRow]) -> list[str]:
    warnings = []
    if talk.state.failed_orders >= _MANY_FAILED_ORDERS:
        warnings.append(f"Named {talk.state.failed_orders} orders that were not found: check who they are.")
    asked = sum(row.reason != "taken_over" for row in handoffs)
    if asked >= _MANY_REQUESTS:
        warnings.append(f"Has asked for a person {asked} times.")
    missed = sum(row.outcome in ("unanswered", "unavailable") for row in handoffs)
    if missed:
        warnings.append(f"Asked for a person {missed} times when nobody came." if missed > 1 else "Once nobody came.")
    return warnings
