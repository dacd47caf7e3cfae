"""What could an agent answer to what the shopper just said? Each draft is made from a record and says from which.

Nothing here is ever sent by itself, and nothing is invented: a draft is a passage of the shop's own texts, products
with today's price and stock, what the shop's system says of an order, an answer that an agent sent before, or what the
assistant would have said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import structlog

from actions.copilot.answers import PastAnswers
from actions.copilot.talk import Talk
from actions.order_lookup import details_in_words, what_lacks
from actions.replies.phrases import Phrases
from actions.services import Services
from actions.shop.orders import find_email, find_order_number
from recommender.catalogue.product import Product
from recommender.errors import ShoptalkError
from recommender.index.terms import content_words
from recommender.money import money_in_words
from recommender.search.port import Hit
from recommender.understanding.reading import Reading

__all__ = ["MOST_DRAFTS", "Draft", "Drafting", "Source"]

Source = Literal["passage", "products", "order", "answer", "assistant", "question"]

MOST_DRAFTS: Final = 3
"""As many as there are keys for them (1, 2, 3)."""

_PRODUCTS = 3
_LEAST_PASSAGE = 0.2
"""Likelier than nothing: below it are the questions back, which fit always."""

_SECOND_PASSAGE = 0.6
"""A second passage is offered when it scores at least this share of the first."""

_MEANING = 0.85
"""What the nearness of the best product in meaning weighs against the share of the words that it holds."""

_ABOUT_ORDERS = re.compile(
    r"\b(order|parcel|package|delivery|tracking|track|shipment|courier|dispatch|arriv\w+|shipped)\b", re.I
)
_ASKS_ABOUT_THE_SHOP = re.compile(
    r"^\W*(how (do|does|can|long|much is (shipping|delivery|the postage))"
    r"|do you (ship|deliver|accept|take|offer|wrap|have gift)"
    r"|can i (return|pay|exchange|collect|pick|send)|what('?s| is) your|are you open|when (do|are) you|is there)\b",
    re.I,
)

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Draft:
    """One possible answer: a text, products to show along with it, which record it is from, and how surely (0 to 1).

    `title` names the source for the agent: the passage's title and file, the search, the order's number.
    """

    source: Source
    title: str
    text: str
    confidence: float
    item_ids: tuple[str, ...] = ()


class Drafting:
    """Makes drafts with the same parts as the assistant's own answers. May be called from any thread.

    Args:
        services: the parts of the assistant.
        past: what agents answered before.
    """

    def __init__(self, services: Services, past: PastAnswers) -> None:
        self._services = services
        self._past = past

    def suggest(self, talk: Talk) -> list[Draft]:
        """At most `MOST_DRAFTS` answers to the shopper's last words, likeliest first; at least two once they said any.

        A part that is down gives no draft; the others do.
        """
        asked = "\n".join(str(message.body["text"]) for message in talk.asked) or (
            str(talk.question.body["text"]) if talk.question else ""
        )
        if not asked.strip():
            return []
        found: list[Draft] = []
        for make in (self._orders, self._passages, self._past_answers, self._products, self._assistants):
            try:
                found += make(talk, asked)
            except ShoptalkError as error:
                _log.warning("draft_not_made", part=make.__name__, reason=str(error))
        found += self._questions(talk, asked)
        return _best(found)

    def _orders(self, talk: Talk, asked: str) -> list[Draft]:
        number = find_order_number(asked)
        if number is None and not _ABOUT_ORDERS.search(asked):
            return []
        number = number or _last(find_order_number(line) for line in talk.shopper_words.splitlines())
        email = _last(find_email(line) for line in talk.shopper_words.splitlines())
        say = self._services.phrases.say
        if number is None or email is None:
            named = number is not None or _WHERE_IS_IT.search(asked)
            return [
                Draft("order", say("copilot.order_unknown"), say(what_lacks(number, email)), 0.7 if named else 0.35)
            ]
        order = self._services.orders.find(number, email)
        if order is None:
            return [Draft("order", say("copilot.order", number=number), say("order.not_found"), 0.5)]
        details = details_in_words(self._services.phrases, order)
        text = say("order.found", number=order.number, status=order.status, details=details)
        return [Draft("order", say("copilot.order", number=order.number), text, 0.95)]

    def _passages(self, _talk: Talk, asked: str) -> list[Draft]:
        found = [one for one in self._services.knowledge.search(asked, 2) if one.score >= _LEAST_PASSAGE]
        if len(found) == 2 and found[1].score < _SECOND_PASSAGE * found[0].score:
            found.pop()
        asks = 0.15 if _ASKS_ABOUT_THE_SHOP.search(asked) else 0.0
        return [
            Draft("passage", f"{one.passage.title} ({one.passage.file})", one.passage.text, min(one.score + asks, 0.99))
            for one in found
        ]

    def _past_answers(self, talk: Talk, asked: str) -> list[Draft]:
        return [
            Draft("answer", self._services.phrases.say("copilot.answer", question=one.question), one.text, one.likeness)
            for one in self._past.like(asked, but_not=talk.session_id)
        ]

    def _products(self, talk: Talk, asked: str) -> list[Draft]:
        services, state = self._services, talk.state
        shown = [one.item for one in state.shown]
        reading = services.understander.understand(
            asked.splitlines()[-1], previous=state.query, shown=shown, focus=state.focus
        )
        if reading.references:
            products = services.catalogue.get(list(reading.references))
            named = [products[one] for one in reading.references if one in products]
            return [self._showing(named, 0.8)] if named else []
        if not (reading.known or reading.added or (reading.removed and state.query)):
            return []
        unwanted = [vote.item_id for vote in services.feedback.votes(talk.person_id) if vote.value < 0]
        result = services.searcher.search(reading.query, limit=_PRODUCTS, exclude=unwanted)
        hits = [hit for hit in result.hits if hit.score > 0 or not reading.query.text]
        products = services.catalogue.get([hit.id for hit in hits])
        found = [products[hit.id] for hit in hits if hit.id in products]
        if not found:
            return []
        return [self._showing(found, _surely(reading, hits[0], asked))]

    def _showing(self, products: Sequence[Product], confidence: float) -> Draft:
        say = self._services.phrases.say
        described = [
            say(
                "copilot.product" if product.in_stock else "copilot.product_out",
                title=product.title, price=price_in_words(product, self._services),
            )
            for product in products
        ]  # fmt: skip
        key = "copilot.one_product" if len(products) == 1 else "copilot.products"
        text = say(key, described="; ".join(described))
        title = say("copilot.catalogue", titles=", ".join(product.title for product in products))
        return Draft("products", title, text, confidence, tuple(product.id for product in products))

    def _assistants(self, talk: Talk, _asked: str) -> list[Draft]:
        """What the assistant had answered when a person took over before it could say it."""
        turn = talk.turns.get(talk.question.turn_id or "") if talk.question else None
        if turn is None or not turn.draft:
            return []
        text = "\n".join(str(reply["text"]) for reply in turn.draft if reply.get("text"))
        items = [item["id"] for reply in turn.draft if reply["type"] == "products" for item in reply["items"]]
        if not text:
            return []
        return [
            Draft("assistant", self._services.phrases.say("copilot.assistant"), text, 0.5, tuple(items[:_PRODUCTS]))
        ]

    def _questions(self, talk: Talk, asked: str) -> list[Draft]:
        """What can always be asked: so that there is a second draft where the records gave one or none."""
        say = self._services.phrases.say
        quoted = asked.splitlines()[-1][:80]
        drafts = [Draft("question", say("copilot.question"), say("copilot.ask_more", text=quoted), 0.1)]
        if talk.state.query is not None and talk.state.shown:
            drafts.insert(0, Draft("question", say("copilot.question"), say("copilot.ask_which"), 0.12))
        return [*drafts, Draft("question", say("copilot.question"), say("copilot.look_into_it"), 0.08)]


_WHERE_IS_IT = re.compile(
    r"\b(where|status|track|when will|not (arrived|here|come)|late|still waiting|hasn'?t)\b", re.I
)


def price_in_words(product: Product, services: Services) -> str:
    """Today's price as the shop writes it."""
    phrases: Phrases = services.phrases
    if product.price is None:
        return phrases.say("no_price")
    return money_in_words(product.price, product.currency, services.settings.locale)


def _surely(reading: Reading, best: Hit, asked: str) -> float:
    """How likely products answer: how near in meaning the best of them is to what was asked, and how many of its words
    it holds. Words alone say little: some product holds any word of a question about the shop."""
    wanted = content_words(reading.query.text)
    share = len(best.matched) / len(wanted) if wanted else 1.0
    sure = (1 - _MEANING) * min(share, 1.0) + _MEANING * best.legs.get("dense", share)
    return max(0.05, min(sure, 0.95) - (0.35 if _ASKS_ABOUT_THE_SHOP.search(asked) else 0.0))


def _best(found: Sequence[Draft]) -> list[Draft]:
    """The likeliest, no text twice."""
    best: dict[str, Draft] = {}
    for draft in sorted(found, key=lambda one: -one.confidence):
        best.setdefault(draft.text, draft)
    return list(best.values())[:MOST_DRAFTS]


def _last(found: object) -> str | None:
    last = None
    for one in found:  # type: ignore[attr-defined]
        last = one or last
    return last
