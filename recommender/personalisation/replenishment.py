"""What that a person bought is used up by now, and may be offered again?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from recommender.clock import Clock
from recommender.explanation.reason import Reason, ReasonKind
from recommender.personalisation.items import Items
from recommender.personalisation.past import Floats
from recommender.personalisation.repeats import Bought, Usual, days_between
from recommender.understanding.query import Facet

__all__ = ["AGAIN", "Replenishment", "with_due"]

AGAIN: Final = "again"
"""The part of a score that a product has because it was bought and is likely to be bought again by now."""


class Replenishment:
    """What the shop names as used up, else what was learned from those who bought the same again."""

    def __init__(self, consumables: frozenset[str] | None, clock: Clock) -> None:
        """Go by the keys of categories in `consumables`, by what was learned where it is None."""
        self._consumables = consumables
        self._clock = clock

    def usual(self, item_id: str, items: Items, learned: Mapping[str, Usual]) -> Usual | None:
        """How people buy this product again; None where that is not known, or where the shop says that it lasts."""
        return learned.get(item_id) if self._consumables is None or item_id in self._named(items) else None

    def due(self, owned: Mapping[str, Bought], items: Items, learned: Mapping[str, Usual]) -> dict[str, float]:
        """By product that may be offered again by now, the share of its buyers who bought it again.

        What the shop named and nobody was seen to buy again may be offered at once, with a share of 0.

        Args:
            owned: when each was bought last.
            items: the products.
            learned: by product, how it is bought again.
        """
        if not owned:
            return {}
        now = self._clock.now()
        named = owned.keys() & self._named(items) if self._consumables is not None else set()
        due = dict.fromkeys(named - learned.keys(), 0.0)
        for item_id in learned.keys() & (owned.keys() if self._consumables is None else named):
            if learned[item_id].is_due(owned[item_id], now):
                due[item_id] = learned[item_id].share
        return due

    def reason(self, item_id: str, bought: Bought, usual: Usual) -> Reason:
        """That it was bought so long ago, and is bought again after about so long."""
        if bought.at is None or usual.days is None:
            return Reason(ReasonKind.AGAIN, usual.share, item_id=item_id)
        days = round(days_between(bought.at, self._clock.now()))
        return Reason(ReasonKind.AGAIN, usual.share, item_id=item_id, days=days, usual_days=round(usual.days))

    def _named(self, items: Items) -> set[str]:
        rows = (items.stating(Facet.CATEGORY, one).tolist() for one in self._consumables or ())
        return {items.ids[row] for some in rows for row in some}


def with_due(parts: Mapping[str, Floats], due: Mapping[str, float], rows: Mapping[str, int]) -> dict[str, Floats]:
    """`parts` of scores, with one more for what is used up about now.

    A person's best candidate scores about 1, so the share of those who buy again is on the same scale.
    """
    whole = dict(parts)
    shares = {rows[item_id]: share for item_id, share in due.items() if share and item_id in rows}
    if shares:
        whole[AGAIN] = np.zeros(len(rows), dtype=np.float32)
        whole[AGAIN][list(shares)] = list(shares.values())
    return whole
