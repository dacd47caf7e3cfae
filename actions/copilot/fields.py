"""Which fields may a canned reply have, and what are they filled with in this conversation?"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from actions.copilot.drafts import price_in_words
from actions.copilot.talk import Talk
from actions.services import Services
from actions.shop.cart import totals
from actions.shop.orders import Order, find_email, find_order_number
from recommender.catalogue.product import Product
from recommender.money import money_in_words

__all__ = ["FIELDS", "Filled", "fill"]

_FIELD = re.compile(r"\{\s*([a-z_]+(?:\.[a-z_]+)?)\s*\}")


@dataclass(frozen=True, slots=True)
class Filled:
    """A canned reply with its fields filled; `missing` are those that the records of this conversation do not have."""

    text: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Records:
    services: Services
    talk: Talk
    agent: str

    def order(self) -> Order | None:
        """The order whose number and address the shopper gave: nobody else's can be filled in."""
        words = self.talk.shopper_words
        numbers = [number for line in words.splitlines() if (number := find_order_number(line))]
        emails = [email for line in words.splitlines() if (email := find_email(line))]
        return self.services.orders.find(numbers[-1], emails[-1]) if numbers and emails else None

    def product(self) -> Product | None:
        """The product talked about last: the one in focus, else the first in front of the shopper."""
        state = self.talk.state
        item_id = state.focus or (state.shown[0].id if state.shown else None)
        return self.services.catalogue.get([item_id]).get(item_id) if item_id else None

    def cart(self) -> str | None:
        sums = totals(self.services.carts.lines(self.talk.person_id))
        locale = self.services.settings.locale
        return " + ".join(money_in_words(amount, currency, locale) for currency, amount in sums.items()) or None


_Read = Callable[[_Records], str | None]


def _of_order(part: str) -> _Read:
    def read(records: _Records) -> str | None:
        order = records.order()
        return None if order is None else getattr(order, part) or None

    return read


def _of_product(part: Callable[[Product, Services], str]) -> _Read:
    def read(records: _Records) -> str | None:
        product = records.product()
        return None if product is None else part(product, records.services) or None

    return read


def _stock(product: Product, services: Services) -> str:
    return services.phrases.say("copilot.in_stock" if product.in_stock else "copilot.out_of_stock")


FIELDS: Final[dict[str, tuple[str, _Read]]] = {
    "agent": ("your name, as shoppers see it", lambda records: records.agent),
    "shop": ("the shop's name", lambda records: records.services.settings.shop_name),
    "shop.email": ("the shop's e-mail address", lambda records: records.services.settings.shop_email),
    "shop.hours": ("when people answer", lambda records: records.services.settings.service_hours),
    "order.number": ("the order the shopper named with its address", _of_order("number")),
    "order.status": ("what the shop's system says of it", _of_order("status")),
    "order.carrier": ("who brings it", _of_order("carrier")),
    "order.tracking": ("its tracking number", _of_order("tracking")),
    "order.expected_on": ("when it is expected", _of_order("expected_on")),
    "product.title": ("the product talked about last", _of_product(lambda product, _: product.title)),
    "product.price": ("its price today", _of_product(price_in_words)),
    "product.stock": ("whether it is in stock now", _of_product(_stock)),
    "cart.total": ("what the cart costs today", lambda records: records.cart()),
}
"""Every field: what it is, and how it is read from the records. Anything else in braces stays as it was written."""


def fill(text: str, services: Services, talk: Talk, agent: str) -> Filled:
    """Fill the fields of a canned reply; one without a record shows as [order.status?] for the agent to mend."""
    records = _Records(services, talk, agent)
    missing: list[str] = []

    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name not in FIELDS:
            return found[0]
        read = FIELDS[name][1](records)
        if read is None:
            missing.append(name)
            return f"[{name}?]"
        return read

    return Filled(_FIELD.sub(value, text), tuple(dict.fromkeys(missing)))
