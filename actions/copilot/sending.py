"""How does an agent's answer reach the shopper: words, products, and what is recorded with them?"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.dialogue.state import Listing
from actions.reaching_people import handoffs
from actions.replies.schema import ProductCard, ProductsReply, Reply, TextReply
from actions.services import Services
from actions.turn import shown_item
from feedback.conversations import find_session
from feedback.drafts import decide
from feedback.handoff import Agent
from feedback.store import Impression
from feedback.tables import TurnRow
from recommender.catalogue.product import Product
from recommender.errors import BadInputError, ConflictError, NotFoundError
from recommender.money import decimal_string

__all__ = ["LONGEST_ANSWER", "MOST_PRODUCTS", "send_answer"]

LONGEST_ANSWER = 4000
MOST_PRODUCTS = 6


def send_answer(
    services: Services,
    session: Session,
    session_id: str,
    agent: Agent,
    text: str,
    item_ids: Sequence[str] = (),
    *,
    draft_id: int | None = None,
) -> list[int]:
    """Say `text` and show the products, with today's price and stock, in the caller's transaction; the messages' ids.

    What is shown is recorded as impressions and remembered as being in front of the shopper, so that a thumb on it
    counts and, once the assistant is back, "the second one" is found. The drafts for the last turn are decided.

    Raises:
        ConflictError: the agent does not have the conversation (any more); nothing was sent.
        BadInputError: there is nothing to send, or too much.
        NotFoundError: a product is not in the catalogue any more.
    """
    text = text.strip()
    item_ids = list(dict.fromkeys(item_ids))
    if not text and not item_ids:
        raise BadInputError("There is nothing to send: write something first.")
    if len(text) > LONGEST_ANSWER or len(item_ids) > MOST_PRODUCTS:
        raise BadInputError(f"An answer has at most {LONGEST_ANSWER} characters and {MOST_PRODUCTS} products.")
    now = services.clock.now()
    turn_id = session.scalar(
        select(TurnRow.id).where(TurnRow.session_id == session_id).order_by(TurnRow.created_at.desc()).limit(1)
    )
    bodies: list[Reply] = [TextReply(text=text)] if text else []
    if item_ids:
        bodies.append(_products(services, session, session_id, turn_id, item_ids))
    plain: list[dict[str, Any]] = [body.model_dump(mode="json") for body in bodies]
    sent = handoffs(services).say(session, session_id, agent, plain, now)
    if turn_id is not None:
        decide(session, session_id, turn_id, agent.id, draft_id, text, now)
    return sent


def _products(
    services: Services, session: Session, session_id: str, turn_id: str | None, item_ids: Sequence[str]
) -> ProductsReply:
    if turn_id is None:
        raise BadInputError("Products can be shown once the shopper has said something.")
    found = services.catalogue.get(item_ids)
    missing = [item_id for item_id in item_ids if item_id not in found]
    if missing:
        raise NotFoundError(f"The catalogue has no product {missing[0]!r} any more; take it out of the answer.")
    turn = session.get_one(TurnRow, turn_id)
    loaded = services.dialogues.load(session, session_id)
    person_id = find_session(session, session_id).person_id
    cards, impressions, shown = [], [], []
    for position, item_id in enumerate(item_ids, start=1):
        impression = Impression(
            id=uuid.uuid4().hex, person_id=person_id, session_id=session_id, turn_id=turn.id, item_id=item_id,
            surface="agent", position=position, score=0.0,
        )  # fmt: skip
        impressions.append(impression)
        cards.append(_card(found[item_id], impression.id))
        shown.append(shown_item(found[item_id], impression.id, position))
    services.feedback.within(session).record_impressions(impressions)
    state = replace(
        loaded.state, listing=Listing(shown_ids=tuple(item_ids)), shown=tuple(shown),
        focus=item_ids[0] if len(item_ids) == 1 else None,
    )  # fmt: skip
    with suppress(ConflictError):  # a turn of the assistant's was just kept: what it showed is there as well
        services.dialogues.save(session, session_id, state, loaded.version)
    return ProductsReply(items=cards)


def _card(product: Product, impression_id: str) -> ProductCard:
    """The product as it is shown: without what the assistant does on a press, for a person answers here."""
    return ProductCard(
        id=product.id, title=product.title, brand=product.brand, currency=product.currency,
        price=None if product.price is None else decimal_string(product.price, product.currency),
        in_stock=product.in_stock, rating=product.rating, rating_count=product.rating_count,
        image_url=product.image_url, url=product.url, reasons=[], impression_id=impression_id,
    )  # fmt: skip
