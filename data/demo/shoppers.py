"""Who shops in the demo shop, and what did they do there? Simulated people with tastes, event by event."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from products import DemoProduct

__all__ = ["LAST_DAY", "DemoEvent", "make_events"]

LAST_DAY = datetime(2026, 6, 30, tzinfo=UTC)
_DAYS = 180


@dataclass(frozen=True)
class DemoEvent:
    """One line of events.csv."""

    user_id: str
    item_id: str
    event: str
    at: datetime


@dataclass(frozen=True)
class _Taste:
    """Which types a shopper looks at and how often, the brands and colours they like, the grade they pay for."""

    types: dict[str, float]
    brands: frozenset[str]
    colours: frozenset[str]
    grade: float

    def liking(self, product: DemoProduct) -> float:
        """How much this shopper likes the product, in units in which chance has the width of about one."""
        return (
            1.8 * (product.record["brand"] in self.brands)
            + 1.4 * (product.colour in self.colours)
            - 4.0 * abs(product.grade - self.grade)
            + 0.8 * math.log(product.appeal)
        )


def make_events(seed: int, products: Sequence[DemoProduct], *, shoppers: int, events: int) -> list[DemoEvent]:
    """Exactly `events` views, carts and purchases of `shoppers` people, oldest first; everybody did something."""
    random = Random(f"{seed}/shoppers")
    by_type = defaultdict(list)
    for product in products:
        by_type[product.code].append(product)
    names = [f"shopper-{number:03d}" for number in range(1, shoppers + 1)]
    tastes = {name: _taste(random, products) for name in names}
    made: list[DemoEvent] = []
    # Everybody comes once; after that, regulars come oftener than others.
    visits = names + random.choices(names, [random.lognormvariate(0, 0.8) for _ in names], k=events)
    for name in visits:
        if len(made) >= events:
            break
        made += _visit(random, name, tastes[name], by_type)
    return sorted(made[:events], key=lambda event: (event.at, event.user_id))


def _taste(random: Random, products: Sequence[DemoProduct]) -> _Taste:
    """Two or three families somebody cares for, a few types in each, and a rare look elsewhere."""
    families = sorted({product.family for product in products})
    loved = random.sample(families, random.choice((2, 2, 3)))
    codes = {family: sorted({product.code for product in products if product.family == family}) for family in families}
    types = {code: 0.04 for family in families for code in codes[family]}
    brands: set[str] = set()
    for family in loved:
        for code in random.sample(codes[family], 2):
            types[code] = random.uniform(0.6, 1.6)
        named = sorted({product.record["brand"] for product in products if product.family == family})
        brands.update(random.sample(named, 2))
    colours = sorted({product.colour for product in products})
    return _Taste(types, frozenset(brands), frozenset(random.sample(colours, 5)), random.betavariate(2, 2.4))


def _visit(random: Random, name: str, taste: _Taste, by_type: dict[str, list[DemoProduct]]) -> list[DemoEvent]:
    """One visit: somebody looks at a few products of a type, and may put what they like best in the cart and buy it."""
    at = LAST_DAY - timedelta(seconds=random.randrange(_DAYS * 86_400))
    code = random.choices(list(taste.types), list(taste.types.values()))[0]
    ranked = sorted(by_type[code], key=lambda product: -taste.liking(product) - random.gauss(0, 1.2))
    looked_at = ranked[: random.randint(2, 7)]
    random.shuffle(looked_at)
    events = []
    for product in looked_at:
        events.append(DemoEvent(name, product.id, "view", at))
        at += timedelta(seconds=random.randint(15, 240))
    if random.random() < 0.5:
        wanted = max((product for product in looked_at if product.record["in_stock"]), key=taste.liking, default=None)
        if wanted is not None:
            events.append(DemoEvent(name, wanted.id, "cart", at))
            if random.random() < 0.6:
                events.append(DemoEvent(name, wanted.id, "purchase", at + timedelta(seconds=random.randint(60, 600))))
    return events
